import random
from itertools import pairwise

import pyarrow as pa
import pytest

from jejak import eventlog as log
from jejak.people import merging
from jejak.people.models import Handle, Merge, Person, Suggestion
from jejak.people.tests.makers import HOUR, NOON, make_person
from jejak.staff.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """Run a verb and what it leaves to do after the commit."""

    def run(verb, **values):
        with django_capture_on_commit_callbacks(execute=True):
            return verb(**values)

    return run


def merge(person, other, **values):
    asked = {"rule": "staff", "evidence": {}, "by": None, "now": NOON} | values
    return merging.merge(person=person, other=other, **asked)


def roots():
    return {person.pk: person.root_id or person.pk for person in Person.objects.all()}


def touch(*people):
    """One touchpoint in the log for each person."""
    empty = {field.name: "" for field in log.SCHEMA if field.type == pa.string()}
    rows = [
        empty
        | {"message_id": f"m-{person.pk}", "trail_id": person.pk, "kind": "track", "name": "Order Completed"}
        | {"happened_at": NOON, "received_at": NOON, "properties": "{}", "sample": False}
        for person in people
    ]
    log.append(pa.Table.from_pylist(rows, schema=log.SCHEMA), token=f"{random.random()}")


def answers():
    """What the log says about everybody: who each touchpoint is of, and how many people there are."""
    who = log.ask("SELECT trail_id, person_id FROM touchpoints ORDER BY trail_id").rows
    return who, log.ask("SELECT uniqExact(person_id) FROM touchpoints").rows


def test_two_people_become_one_and_the_one_with_a_user_id_stands_for_both():
    visitor = make_person(handles={"anonymous_id": "a-1"})
    siti = make_person("Siti", handles={"user_id": "u-1"})
    edge = merge(visitor, siti)
    assert roots() == {visitor.pk: siti.pk, siti.pk: siti.pk}
    assert merging.trail_ids(visitor.pk) == merging.trail_ids(siti.pk) == [visitor.pk, siti.pk]
    assert (edge.rule, edge.merged_at, edge.undone_at) == ("staff", NOON, None)


def test_of_two_without_a_user_id_the_older_one_stands_for_both():
    first, second = make_person(), make_person()
    merge(second, first)
    assert roots() == {first.pk: first.pk, second.pk: first.pk}


def test_those_merged_before_come_along():
    people = [make_person() for _ in range(4)]
    merge(people[2], people[3])
    merge(people[0], people[1])
    merge(people[3], people[1])
    assert set(roots().values()) == {people[0].pk}
    assert merging.trail_ids(people[2].pk) == [person.pk for person in people]


def test_handles_and_traits_stay_with_their_trails():
    visitor = make_person(handles={"anonymous_id": "a-1"}, traits={"city": "Bandung"})
    siti = make_person("Siti", handles={"user_id": "u-1"})
    merge(visitor, siti)
    assert Handle.objects.get(value="a-1").person == visitor
    assert Person.objects.get(pk=visitor.pk).traits["city"]["value"] == "Bandung"
    assert Person.objects.get(pk=siti.pk).traits.keys() == {"name"}


@pytest.mark.parametrize("rule", ["same_email", "same_phone", "same_anonymous_id"])
def test_two_with_user_ids_are_not_merged_by_a_rule(rule):
    siti, budi = make_person(handles={"user_id": "u-1"}), make_person(handles={"user_id": "u-2"})
    with pytest.raises(merging.TwoUserIds):
        merge(siti, budi, rule=rule)
    assert roots() == {siti.pk: siti.pk, budi.pk: budi.pk}
    assert not Merge.objects.exists()


@pytest.mark.parametrize("rule", ["staff", "alias"])
def test_two_with_user_ids_are_merged_where_somebody_says_so(rule):
    siti, budi = make_person(handles={"user_id": "u-1"}), make_person(handles={"user_id": "u-2"})
    merge(budi, siti, rule=rule)
    assert roots() == {siti.pk: siti.pk, budi.pk: siti.pk}


def test_who_is_one_person_cannot_be_merged_again():
    one, two, three = make_person(), make_person(), make_person()
    merge(one, two)
    merge(two, three)
    with pytest.raises(merging.OnePersonAlready):
        merge(three, one)


def test_merging_decides_the_suggestions_between_the_two():
    siti, budi, ayu = make_person(), make_person(), make_person()
    for one, two in ((siti, budi), (siti, ayu)):
        Suggestion.objects.create(person=one, other=two, rule="shared_anonymous_id", suggested_at=NOON)
    merge(budi, siti, now=NOON + HOUR)
    decided = Suggestion.objects.order_by("pk").values_list("decided_at", flat=True)
    assert list(decided) == [NOON + HOUR, None]


def test_unmerging_makes_them_two_again_and_keeps_who_did_it():
    staff = User.objects.create(username="dewi")
    siti, budi = make_person(), make_person()
    edge = merge(siti, budi, by=staff)
    merging.unmerge(merge=edge, by=staff, now=NOON + HOUR)
    assert roots() == {siti.pk: siti.pk, budi.pk: budi.pk}
    edge.refresh_from_db()
    assert (edge.merged_by, edge.undone_by, edge.undone_at) == (staff, staff, NOON + HOUR)


def test_a_merge_is_undone_once():
    edge = merge(make_person(), make_person())
    merging.unmerge(merge=edge, by=None, now=NOON)
    with pytest.raises(merging.UndoneAlready):
        merging.unmerge(merge=edge, by=None, now=NOON)


def test_who_was_unmerged_can_be_merged_again():
    siti, budi = make_person(), make_person()
    merging.unmerge(merge=merge(siti, budi), by=None, now=NOON)
    merge(siti, budi)
    assert set(roots().values()) == {siti.pk}


def test_unmerging_in_the_middle_leaves_each_side_together():
    people = [make_person() for _ in range(4)]
    merge(people[0], people[1])
    middle = merge(people[1], people[2])
    merge(people[2], people[3])
    merging.unmerge(merge=middle, by=None, now=NOON)
    pks = [person.pk for person in people]
    assert roots() == dict(zip(pks, [pks[0], pks[0], pks[2], pks[2]], strict=True))


def test_the_log_answers_for_one_and_after_unmerging_exactly_as_before(eventlog, told):
    visitor = make_person(handles={"anonymous_id": "a-1"})
    siti = make_person("Siti", handles={"user_id": "u-1"})
    touch(visitor, siti)
    before = answers()

    edge = told(merge, person=visitor, other=siti)
    assert answers() == ([(visitor.pk, siti.pk), (siti.pk, siti.pk)], [(1,)])

    told(merging.unmerge, merge=edge, by=None, now=NOON)
    assert answers() == before == ([(visitor.pk, visitor.pk), (siti.pk, siti.pk)], [(2,)])


@pytest.mark.parametrize("seed", range(5))
def test_any_merges_taken_back_give_the_answers_of_before(eventlog, told, seed):
    chance = random.Random(seed)
    people = [make_person(handles={"user_id": f"u-{i}"} if chance.random() < 0.4 else {}) for i in range(9)]
    touch(*people)
    made = []
    for _ in range(14):
        before = answers()
        try:
            edge = told(merge, person=chance.choice(people), other=chance.choice(people))
        except merging.OnePersonAlready:
            continue
        made.append((edge, before))
    assert len(made) > 4
    for edge, before in reversed(made):
        told(merging.unmerge, merge=edge, by=None, now=NOON)
        assert answers() == before


def test_merges_taken_back_in_any_order_leave_those_that_stand(eventlog, told):
    chance = random.Random(11)
    people = [make_person() for _ in range(8)]
    touch(*people)
    order = people[:]
    chance.shuffle(order)
    edges = [told(merge, person=one, other=two) for one, two in pairwise(order)]
    chance.shuffle(edges)
    standing = list(edges)
    for edge in edges:
        told(merging.unmerge, merge=edge, by=None, now=NOON)
        standing.remove(edge)
        assert answers()[1] == [(8 - len(standing),)]
        assert answers()[0] == sorted(roots().items())
        for kept in standing:
            assert merging.trail_ids(kept.person_id) == merging.trail_ids(kept.other_id)


def test_merging_goes_on_where_the_log_is_away(told, monkeypatch):
    def away():
        raise log.Away("The log is held by another process.")

    monkeypatch.setattr("jejak.people.resolving.tell_log", away)
    siti, budi = make_person(), make_person()
    edge = told(merge, person=siti, other=budi)
    assert set(roots().values()) == {siti.pk}
    assert Merge.objects.get(pk=edge.pk).is_told is False


def test_an_unknown_person_has_no_trails():
    assert merging.trail_ids(4711) == []

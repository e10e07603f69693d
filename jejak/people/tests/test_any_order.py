"""Whatever order it comes in, and however it is cut into batches, the same is said: so the people are the same."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jejak.people import evidence, merging
from jejak.people.evidence import Evidence, Known, Limits
from jejak.people.models import Handle, Link, Merge, Person
from jejak.people.resolving import Asked, Resolver, roots_of, strength

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
SIZES = {"user_id": 3, "order_id": 2, "email": 3, "phone": 2, "anonymous_id": 3}
often = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

handles = st.sampled_from(sorted(SIZES)).flatmap(
    lambda kind: st.integers(0, SIZES[kind] - 1).map(lambda number: (kind, f"{kind[0]}{number}"))
)
messages = st.lists(handles, min_size=1, max_size=3, unique_by=lambda handle: handle[0]).map(
    lambda held: ("message", tuple(sorted(held, key=lambda one: (strength(one), one))))
)
aliases = st.tuples(st.integers(0, 2), st.sampled_from(["u0", "u1", "u2", "a0", "a1"])).map(
    lambda held: ("alias", (("user_id", f"u{held[0]}"),), held[1])
)
verdicts = st.tuples(st.sampled_from(["join", "part"]), handles, handles).filter(
    lambda held: held[1] != held[2]
)
calls = st.lists(st.one_of(messages, messages, messages, aliases, verdicts), min_size=1, max_size=10)


def people_after(calls, cuts=()):
    """Say these calls, each with its time, and return the people as sets of handles. cuts: where batches end."""
    resolver, batch, later = Resolver(), [], []

    def flush():
        if batch:
            with transaction.atomic():
                resolver.begin()
                resolver.resolve(batch)
            resolver.remember()
            batch.clear()

    for number, (call, at) in enumerate(calls):
        if call[0] in ("join", "part"):
            flush()
            later.append((call, at))
        else:
            alias_of = call[2] if call[0] == "alias" else None
            batch.append(Asked(handles=call[1], at=at, source="shop", alias_of=alias_of))
        if number in cuts:
            flush()
        if later and not batch:
            later = [one for one in later if not decide(*one)]
    flush()
    for one in later:
        decide(*one)
    found = {}
    for handle in Handle.objects.select_related("person"):
        root = handle.person.root_id or handle.person_id
        found.setdefault(root, set()).add((handle.kind, handle.value))
    check_that_the_edges_say_the_same()
    return sorted(map(sorted, found.values()))


def decide(call, at):
    """Staff say that two handles are of one person or of two, as soon as both are known."""
    one, other = (Handle.objects.filter(kind=kind, value=value).first() for kind, value in call[1:])
    if one is None or other is None:
        return False
    verb = merging.join if call[0] == "join" else merging.part
    verb(one=one, other=other, by=None, now=at)
    return True


def check_that_the_edges_say_the_same():
    """Who stands for whom is what the standing edges say, and nobody stands for who stands for somebody."""
    part_of = {pk: {pk} for pk in Person.objects.values_list("pk", flat=True)}
    for one, other in Merge.objects.filter(undone_at=None).values_list("person_id", "other_id"):
        if part_of[one] is not part_of[other]:
            part_of[one] |= part_of[other]
            for trail in part_of[other]:
                part_of[trail] = part_of[one]
    by_root = {}
    for trail, root in roots_of(part_of).items():
        by_root.setdefault(root, set()).add(trail)
    assert all(part_of[root] == trails and root in trails for root, trails in by_root.items())


def in_a_world_of_its_own(calls, cuts=()):
    with transaction.atomic():
        try:
            return people_after(calls, cuts)
        finally:
            transaction.set_rollback(True)


def timed(said):
    return [(call, NOON + timedelta(minutes=number)) for number, call in enumerate(said)]


@pytest.mark.django_db
@often
@given(said=calls, data=st.data())
@example(
    said=[
        ("message", (("user_id", "u0"), ("anonymous_id", "a0"))),
        ("message", (("user_id", "u1"), ("anonymous_id", "a0"))),
        ("join", ("user_id", "u0"), ("user_id", "u1")),
    ],
    data=None,
)
def test_any_order_of_the_same_calls_ends_in_the_same_people(said, data):
    calls = timed(said)
    orders = (
        list(itertools.permutations(calls))[:24]
        if data is None
        else [data.draw(st.permutations(calls)) for _ in range(2)]
    )
    expected = in_a_world_of_its_own(calls)
    for order in orders:
        assert in_a_world_of_its_own(order) == expected


@pytest.mark.django_db
@often
@given(said=calls, cuts=st.sets(st.integers(0, 9)))
def test_splitting_and_joining_batches_changes_nothing(said, cuts):
    calls = timed(said)
    assert in_a_world_of_its_own(calls, cuts) == in_a_world_of_its_own(calls)


@pytest.mark.django_db
@often
@given(said=st.lists(messages, min_size=1, max_size=12), cuts=st.sets(st.integers(0, 11)))
def test_every_message_stays_on_the_same_trail_however_batches_are_cut(said, cuts):
    """Not only who is who, also which of them each touchpoint belongs to."""

    def trails(cuts):
        with transaction.atomic():
            resolver, answers, batch = Resolver(), [], []
            for number, (call, at) in enumerate(timed(said)):
                batch.append(Asked(handles=call[1], at=at, source="shop"))
                if number in cuts or number == len(said) - 1:
                    resolver.begin()
                    answers += resolver.resolve(batch)
                    resolver.remember()
                    batch.clear()
            transaction.set_rollback(True)
        names = {trail: number for number, trail in enumerate(dict.fromkeys(answers))}
        return [names[trail] for trail in answers]

    assert trails(cuts) == trails(set())


@pytest.mark.django_db
@often
@given(said=st.lists(messages, min_size=1, max_size=8), one=handles, other=handles)
def test_merging_and_taking_it_back_changes_nothing(said, one, other):
    with transaction.atomic():
        people_after(timed(said))
        left, right = (Handle.objects.filter(kind=kind, value=value).first() for kind, value in (one, other))
        if left and right:
            before = everything()
            try:
                edge = merging.merge(
                    person=left.person, other=right.person, rule="staff", evidence={}, by=None, now=NOON
                )
            except merging.OnePersonAlready:
                pass
            else:
                assert everything() != before
                merging.unmerge(merge=edge, by=None, now=NOON + timedelta(hours=1))
                assert everything() == before
        transaction.set_rollback(True)


def everything():
    people = Person.objects.order_by("pk").values_list("pk", "root_id", "combined", "name", "email", "traits")
    return list(people), list(Handle.objects.order_by("pk").values_list("pk", "person_id"))


@settings(deadline=None)
@given(
    st.lists(st.tuples(handles, handles, st.sampled_from(["seen", "alias", "staff", "apart"])), max_size=14)
)
def test_what_the_evidence_says_does_not_depend_on_its_order(links):
    known = [
        Known(one, other, rule, NOON + timedelta(minutes=number))
        for number, (one, other, rule) in enumerate(links)
        if one != other
    ]
    named = {handle for one in known for handle in (one.one, one.other)}
    answers = [
        evidence.answer(Evidence(set(named), order), Limits(people=2, handles=4))
        for order in (known, known[::-1], sorted(known, key=lambda one: (one.other, one.one, one.at)))
    ]
    assert answers[0] == answers[1] == answers[2]
    assert set().union(*answers[0].parts) == named
    users = [{value for kind, value in part if kind == "user_id"} for part in answers[0].parts]
    if not any(one.rule in (Link.ALIAS, Link.STAFF) for one in known):
        assert all(len(those) <= 1 for those in users)

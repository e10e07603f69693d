"""Audiences follow what happens, say who came and who went, and keep their history."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from jejak import eventlog as the_log
from jejak import measures
from jejak.audiences import actions, ready, why
from jejak.audiences import conditions as c
from jejak.audiences.models import Audience
from jejak.audiences.tests.makers import DAY, HOUR, NOON
from jejak.people import merging, mirroring
from jejak.people.models import Handle, Person
from jejak.touchpoints import definitions, inlet, understanding, worker
from jejak.touchpoints.inlet import Accepted

pytestmark = pytest.mark.django_db(databases=["default", "inlet"], transaction=True)
BOUGHT = {"kind": "did", "what": {"names": ["Order Completed"]}, "during": {"kind": "last", "count": 7}}


@pytest.fixture(autouse=True)
def _fresh(eventlog: Any) -> None:
    understanding.forget_people()
    definitions.forget()


def send(*messages: dict[str, Any], at: datetime = NOON) -> None:
    body = json.dumps([{"timestamp": at.isoformat(), **message} for message in messages]).encode()
    inlet.accept_now([Accepted(source="shop", received_at=at, messages=len(messages), body=body)])
    worker.drain()
    mirroring.follow(now=at)


def buys(who: str, at: datetime = NOON) -> None:
    send({"type": "track", "event": "Order Completed", "userId": who}, at=at)


def who(user_id: str) -> Person:
    return Handle.objects.get(kind="user_id", value=user_id).person


def members(audience: Audience) -> list[int]:
    asked = actions.question(audience, now=NOON, zone="UTC")
    return [pk for (pk,) in the_log.ask(f"{asked.sql} ORDER BY person_id", **asked.values).rows]


def make(name: str = "Buyers", condition: Any = BOUGHT, **said: Any) -> Audience:
    return actions.make(name=name, condition=condition, now=NOON, **said)


def told() -> list[tuple[str, int]]:
    """What audiences have recorded, once the pipeline has taken it through."""
    worker.drain()
    rows = the_log.ask(
        "SELECT name, person_id FROM touchpoints WHERE name LIKE 'Audience%' ORDER BY happened_at, name"
    )
    return [tuple(row) for row in rows.rows]


def test_who_comes_and_goes_is_recorded_and_who_was_there_is_not() -> None:
    buys("siti")
    buys("budi", at=NOON - 6 * DAY)
    audience = make()
    actions.refresh(audience=audience, now=NOON)
    siti, budi = who("siti"), who("budi")
    assert (members(audience), audience.size, told()) == ([siti.pk, budi.pk], 2, [])

    buys("ayu", at=NOON + 2 * DAY)
    seen = Person.objects.get(pk=budi.pk).last_seen_at
    size = actions.refresh(audience=audience, now=NOON + 2 * DAY)
    assert size
    assert (size.people, size.everybody, size.entered, size.left) == (2, 3, 1, 1)
    ayu = who("ayu")
    assert members(audience) == [siti.pk, ayu.pk]
    assert told() == [("Audience Entered", ayu.pk), ("Audience Left", budi.pk)]
    assert Person.objects.get(pk=budi.pk).last_seen_at == seen  # That is no sign of life.

    actions.refresh(audience=audience, now=NOON + 2 * DAY + HOUR)
    assert len(told()) == 2


def test_a_refresh_that_broke_off_records_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    buys("siti")
    audience = make()
    actions.refresh(audience=audience, now=NOON)
    buys("ayu")
    keep = the_log.Refreshing.keep

    def dies(*_given: Any, **_more: Any) -> None:
        monkeypatch.setattr(the_log.Refreshing, "keep", keep)
        raise the_log.Away("The log is held elsewhere.")

    monkeypatch.setattr(the_log.Refreshing, "keep", dies)
    with pytest.raises(the_log.Away):
        actions.refresh(audience=audience, now=NOON + HOUR)
    actions.refresh(audience=Audience.objects.get(), now=NOON + 2 * HOUR)
    assert told() == [("Audience Entered", who("ayu").pk)]


def test_who_moves_because_the_conditions_changed_neither_enters_nor_leaves() -> None:
    buys("siti")
    buys("budi", at=NOON - 20 * DAY)
    audience = make()
    actions.refresh(audience=audience, now=NOON)
    wider = {**BOUGHT, "during": {"kind": "last", "count": 30}}
    actions.change(
        audience=audience, name="Buyers", sentence="", condition=wider, is_told=True, now=NOON + HOUR
    )
    actions.refresh(audience=audience, now=NOON + HOUR)
    assert (audience.size, told()) == (2, [])


def test_it_is_worked_out_only_where_something_may_have_changed() -> None:
    buys("siti")
    timeless = make("Ever", {"kind": "did", "what": {"names": ["Order Completed"]}})
    relative = make("Lately")
    assert actions.refresh_due(now=NOON) == 2
    assert actions.refresh_due(now=NOON + timedelta(seconds=5)) == 0
    assert actions.refresh_due(now=NOON + timedelta(seconds=50)) == 1  # Time alone may move people in or out.
    buys("budi")
    assert actions.refresh_due(now=NOON + timedelta(seconds=100)) == 2
    timeless.refresh_from_db()
    relative.refresh_from_db()
    assert (timeless.size, relative.size) == (2, 2)
    assert actions.is_due(relative, state="new", now=NOON + timedelta(seconds=110)) is False


def test_one_process_alone_refreshes_an_audience() -> None:
    buys("siti")
    audience = make()
    Audience.objects.filter(pk=audience.pk).update(begun_at=NOON)
    assert actions.refresh_due(now=NOON + timedelta(minutes=1)) == 0
    assert actions.refresh_due(now=NOON + timedelta(minutes=6)) == 1  # It must have died.
    assert Audience.objects.get().begun_at is None


def test_every_measure_can_be_asked_of_an_audience() -> None:
    buys("siti")
    buys("siti")
    buys("budi", at=NOON - 20 * DAY)
    audience = make()
    actions.refresh(audience=audience, now=NOON)
    window = measures.Window.last(30, now=NOON, zone="UTC")
    for fresh in (False, True):
        among = actions.question(audience, now=NOON, zone="UTC", fresh=fresh)
        told_of = measures.Filters(window=window, among=among, name="Order Completed")
        reading = measures.tell_one(measures.TOUCHPOINTS, told_of, now=NOON)
        assert (reading.estimate.value, reading.people) == (2, 1)


def test_many_together_take_a_quarter_of_the_time_at_most() -> None:
    for number in range(8):
        make(f"Lately {number}")
    assert actions.refresh_due(now=NOON) == 8
    Audience.objects.update(refresh_seconds=2)
    assert actions.refresh_due(now=NOON + timedelta(seconds=50)) == 0  # Alone, each would be due after 40.
    assert actions.refresh_due(now=NOON + timedelta(seconds=65)) == 8


def test_merged_people_are_one_member_and_two_again_when_it_is_undone() -> None:
    buys("siti")
    buys("ayu")
    audience = make()
    actions.refresh(audience=audience, now=NOON)
    siti, ayu = who("siti"), who("ayu")
    edge = merging.merge(person=siti, other=ayu, rule="staff", evidence={}, by=None, now=NOON)
    mirroring.follow(now=NOON + HOUR)
    actions.refresh(audience=audience, now=NOON + HOUR)
    assert (members(audience), audience.size) == ([siti.pk], 1)
    merging.unmerge(merge=edge, by=None, now=NOON)
    mirroring.follow(now=NOON + 2 * HOUR)
    actions.refresh(audience=audience, now=NOON + 2 * HOUR)
    assert members(audience) == [siti.pk, ayu.pk]
    assert told() == []


def test_a_list_is_uploaded_by_any_handle_and_says_whom_it_does_not_know() -> None:
    send(
        {
            "type": "identify",
            "userId": "siti",
            "traits": {"email": "siti@contoh.co.id", "phone": "0812-3456-7890"},
        },
        {"type": "identify", "userId": "u-budi"},
    )
    audience = make("VIP", None)
    rows = [["phone", "name"], ["+62 812 3456 7890", "Siti"], ["0899", "Nobody"], ["", ""]]
    found = actions.upload(audience=audience, rows=rows, now=NOON)
    assert (found.rows, found.added, found.unknown) == (2, 1, [(3, "0899")])
    again = actions.upload(audience=audience, rows=[["SITI@contoh.co.id"], ["u-budi"]], now=NOON + HOUR)
    assert (again.added, audience.size) == (1, 2)
    assert members(audience) == [who("siti").pk, who("u-budi").pk]

    assert actions.take_off(audience=audience, person_ids=[who("siti").pk], now=NOON + 2 * HOUR) == 1
    assert [name for name, _pk in told()] == ["Audience Entered", "Audience Entered", "Audience Left"]
    with pytest.raises(actions.NoList):
        actions.add(audience=make(), person_ids=[1], now=NOON)


def test_a_snapshot_stays_and_can_be_left_out_of_another() -> None:
    buys("siti")
    audience = make()
    actions.refresh(audience=audience, now=NOON)
    kept = actions.snapshot(audience=audience, name="Buyers, November", owner=None, now=NOON)
    buys("ayu")
    without = {"kind": "not", "condition": {"kind": "in_list", "key": kept.key}}
    newer = make(
        "New buyers", {"kind": "all", "conditions": [{"kind": "in_audience", "key": "buyers"}, without]}
    )
    actions.refresh(audience=newer, now=NOON)
    assert (members(kept), members(newer), kept.kind) == ([who("siti").pk], [who("ayu").pk], "snapshot")


def test_it_cannot_ask_for_itself_nor_for_what_is_not_there() -> None:
    one = make("One")
    two = make("Two", {"kind": "any", "conditions": [BOUGHT, {"kind": "in_audience", "key": "one"}]})
    circle = {"kind": "all", "conditions": [{"kind": "in_audience", "key": "two"}]}
    with pytest.raises(c.BadConditions) as told_of:
        actions.change(audience=one, name="One", sentence="", condition=circle, is_told=True, now=NOON)
    assert [path for path, _why in told_of.value.errors] == ["conditions.0.key"]
    with pytest.raises(c.BadConditions):
        make("Three", {"kind": "in_audience", "key": "nothing"})

    # One that was put away stays as it was; one that is gone is said, and who is in it stays.
    buys("siti")
    actions.refresh(audience=one, now=NOON)
    actions.archive(audience=one, now=NOON)
    actions.refresh(audience=two, now=NOON)
    Audience.objects.filter(pk=one.pk).delete()
    actions.refresh(audience=two, now=NOON + HOUR)
    assert "one" in two.trouble
    assert members(two) == [who("siti").pk]


def test_what_takes_too_long_is_said_and_who_is_in_it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    buys("siti")
    audience = make()
    actions.refresh(audience=audience, now=NOON)
    monkeypatch.setattr(actions, "_MEMORY_BYTES", 1)
    actions.refresh(audience=audience, now=NOON + HOUR)
    assert "too long" in audience.trouble
    assert members(audience) == [who("siti").pk]


def test_why_shows_each_condition_with_its_evidence() -> None:
    send({"type": "identify", "userId": "siti", "traits": {"city": "Bandung"}})
    buys("siti", at=NOON - DAY)
    buys("siti")
    never = {"kind": "not", "condition": {"kind": "did", "what": {"names": ["Order Returned"]}}}
    wrong = {"kind": "trait", "key": "city", "operator": "is", "value": "Jakarta"}
    audience = make(condition={"kind": "all", "conditions": [{**BOUGHT, "times": 2}, never, wrong]})
    told_why = why.why(audience, who("siti").pk, now=NOON + HOUR, zone=settings.TIME_ZONE)
    bought, not_returned, city = told_why.inner
    assert [told_why.holds, bought.holds, not_returned.holds, city.holds] == [False, True, True, False]
    assert bought.evidence
    assert (bought.evidence.count, bought.evidence.touchpoints[0][2]) == (2, NOON)
    assert city.evidence
    assert city.evidence.value == "Bandung"
    assert bought.said == "had “Order Completed” at least 2 times in the last 7 days"
    assert not_returned.path == "conditions.1"


def test_every_ready_made_one_can_be_made_and_worked_out() -> None:
    buys("siti")
    for one in ready.ALL:
        audience = make(str(one.name), one.condition, key=one.key)
        actions.refresh(audience=audience, now=NOON)
        assert audience.trouble == ""
    held = {audience.key for audience in Audience.objects.all() if audience.size}
    assert held == {"new", "silent", "rfm-hibernating"}


def test_the_size_is_kept_a_day_where_nothing_changes() -> None:
    buys("siti")
    audience = make("Ever", {"kind": "did", "what": {"names": ["Order Completed"]}})
    for hours in (0, 1, 2, 25):
        actions.refresh(audience=audience, now=NOON + hours * HOUR)
    assert [size.people for size in audience.sizes.order_by("at")] == [1, 1]

"""Ten thousand groups, days of 23 and 25 hours, audiences of nobody and of everybody, of all kinds of questions."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache

from jejak import eventlog as log
from jejak.audiences.models import Audience
from jejak.questions import attribution, behind, funnels, life_cycle, retention, vitals
from jejak.questions.answering import answer
from jejak.questions.asked import KINDS, read
from jejak.questions.tests.makers import NAMES, NOON, SMALLEST, put

pytestmark = pytest.mark.django_db
MANY = 10_000
FIRST, SECOND = NAMES[1], NAMES[0]


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()
    yield
    cache.clear()


def test_ten_thousand_groups_are_ten_and_all_others(eventlog):
    put(
        [
            {
                "trail_id": i, "name": name, "happened_at": NOON - timedelta(minutes=minutes),
                "properties": {"code": f"c{i}", "lcp_ms": 2000},
            }
            for i in range(1, MANY + 1)
            for name, minutes in ((FIRST, 9), (SECOND, 1))
        ]
    )  # fmt: skip
    by = "properties.code"

    credits = attribution.tell(
        read({"kind": "attribution", "conversion": {"names": [SECOND]}, "credit": by}), now=NOON
    ).credits
    speed = vitals.tell(read({"kind": "vitals", "breakdown": by}), now=NOON)
    ways = funnels.tell(read(SMALLEST["funnel"] | {"breakdown": by}), now=NOON).ways
    kept = retention.tell(read({"kind": "retention", "breakdown": by}), now=NOON).groups

    for groups in (credits, speed.groups, ways, kept):
        assert [one.is_others for one in groups] == [False] * 10 + [True]
    assert credits[-1].touched == MANY - 10
    assert speed.groups[-1].at.n == 2 * (MANY - 10)
    assert ways[-1].steps[0].people == MANY - 10
    assert kept[-1].people == MANY - 10


@pytest.mark.parametrize(
    ("shift", "begun"), [("2026-03-29", date(2026, 3, 28)), ("2026-10-25", date(2026, 10, 24))]
)
def test_a_day_of_23_or_25_hours_is_one_day(eventlog, shift, begun):
    """In Berlin: late on the day before the clocks change, early on the day after."""
    before_utc = 1 if shift < "2026-06" else 2
    started = datetime(begun.year, begun.month, begun.day, 23, 30, tzinfo=UTC) - timedelta(hours=before_utc)
    back = datetime(begun.year, begun.month, begun.day, 0, 30, tzinfo=UTC) + timedelta(
        days=2, hours=before_utc - 3
    )
    put([{"trail_id": 1, "happened_at": started}, {"trail_id": 1, "happened_at": back}])
    when = {"from_on": str(begun), "to_on": str(begun + timedelta(days=4))}
    said = {"zone": "Europe/Berlin", "when": when, "bucket": "day"}
    coming = read({"kind": "retention", "periods": 3} | said)
    living = read({"kind": "life_cycle"} | said)

    cohort = next(one for one in retention.tell(coming, now=NOON).cohorts if one.people)
    periods = life_cycle.tell(living, now=NOON).periods[:3]

    assert cohort.begun == begun
    assert [cell.back for cell in cohort.cells] == [0, 1, 0]
    assert behind.retention(coming, cohort=begun, later=2, now=NOON).total == 1
    assert [(one.new, one.resurrected, one.dormant) for one in periods] == [(1, 0, 0), (0, 0, 1), (0, 1, 0)]


@pytest.mark.parametrize("kind", KINDS)
def test_audiences_of_nobody_and_of_everybody(eventlog, kind):
    log.write_people([_known(pk) for pk in (1, 2)], version=1)
    put(
        [
            {"trail_id": pk, "name": name, "properties": {"lcp_ms": 2000}}
            for pk in (1, 2)
            for name in NAMES
        ]
    )  # fmt: skip
    for key, condition in (
        ("all", {"kind": "did", "what": {}}),
        ("none", {"kind": "kept", "field": "tag", "value": "nobody"}),
    ):
        Audience.objects.create(key=key, name=key, condition=condition, made_at=NOON, changed_at=NOON)

    plain, everybody, nobody = (
        replace(answer(read(SMALLEST[kind] | narrowed), now=NOON + timedelta(minutes=1)), sql="")
        for narrowed in ({}, {"audience": "all"}, {"audience": "none"})
    )

    assert everybody == plain
    assert len(nobody.notes) == 1


def _known(pk):
    return log.KnownPerson(
        person_id=pk, handles=[], texts={}, numbers={}, days={}, lists={}, tags=[],
        first_seen_at=NOON, last_seen_at=NOON,
    )  # fmt: skip

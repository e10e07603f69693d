"""Conditions that make no sense are said, each at its place; those that do keep their meaning across the clock."""

from datetime import UTC, datetime
from typing import Any

import pytest

from jejak.audiences import conditions as c


def faults(held: Any) -> list[str]:
    with pytest.raises(c.BadConditions) as told:
        c.read(held)
    return [path for path, _why in told.value.errors]


@pytest.mark.parametrize(
    ("held", "places"),
    [
        (None, [""]),
        ("all", [""]),
        ({"kind": "every"}, ["kind"]),
        ({"kind": "all"}, ["conditions"]),
        ({"kind": "all", "conditions": [{"kind": "not"}, {"kind": "did", "times": "x"}]},
         ["conditions.0.condition", "conditions.1.times"]),
        ({"kind": "trait", "key": " ", "operator": "like"}, ["key", "operator"]),
        ({"kind": "trait", "key": "age", "operator": "at_least", "value": "old"}, ["value"]),
        ({"kind": "trait", "key": "age", "operator": "at_least", "value": float("nan")}, ["value"]),
        ({"kind": "trait", "key": "age", "operator": "between", "value": [9, 1]}, ["value"]),
        ({"kind": "trait", "key": "born", "operator": "on", "value": "2026-02-31"}, ["value"]),
        ({"kind": "trait", "key": "city", "operator": "is", "value": "x", "or": 1}, ["or"]),
        ({"kind": "did", "times": 0}, ["times"]),
        ({"kind": "did", "times": 1.5}, ["times"]),
        ({"kind": "did", "during": {"kind": "last"}}, ["during.count"]),
        ({"kind": "did", "during": {"kind": "last", "count": 5000, "unit": "month"}}, ["during.count"]),
        ({"kind": "did", "during": {"kind": "between", "from_on": "2026-02-02", "to_on": "2026-02-01"}},
         ["during.to_on"]),
        ({"kind": "did", "what": {"where": [{"field": "price", "operator": "is", "value": "1"}]}},
         ["what.where.0.field"]),
        ({"kind": "did", "what": {"where": [{"field": "value", "operator": "contains", "value": "1"}]}},
         ["what.where.0.operator"]),
        ({"kind": "score", "scale": "stars", "operator": "at_least", "value": 1}, ["scale"]),
        ({"kind": "score", "scale": "nps", "operator": "at_least", "value": 11}, ["value"]),
        ({"kind": "sequence", "steps": []}, ["steps"]),
        ({"kind": "sequence", "steps": [{}]}, ["steps"]),
        ({"kind": "company", "least": 9, "most": 2}, ["most"]),
        ({"kind": "kept", "field": "team"}, ["value"]),
        ({"kind": "any", "conditions": [{"kind": "reachable", "by": "email"}] * 41}, ["conditions.39"]),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_at_its_place(held: Any, places: list[str]) -> None:
    assert faults(held) == places


def test_they_are_nested_only_so_deep() -> None:
    held: dict[str, Any] = {"kind": "reachable", "by": "email"}
    for _ in range(c.DEEPEST - 1):
        held = {"kind": "not", "condition": held}
    assert c.write(c.read(held)) == held
    assert len(faults({"kind": "not", "condition": held})) == 1


@pytest.mark.parametrize(
    ("zone", "now", "during", "since"),
    [
        # Berlin's clocks went back on 25 October 2026: seven days ago at noon it was summer.
        ("Europe/Berlin", datetime(2026, 10, 28, 11, tzinfo=UTC), c.Period(kind="last", count=7),
         datetime(2026, 10, 21, 10, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 25, 11, tzinfo=UTC), c.Period(kind="last", count=24, unit="hour"),
         datetime(2026, 10, 24, 11, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 25, 11, tzinfo=UTC), c.Period(kind="this", span="day"),
         datetime(2026, 10, 24, 22, tzinfo=UTC)),
        ("Asia/Jakarta", datetime(2026, 10, 31, 18, tzinfo=UTC), c.Period(kind="this", span="month"),
         datetime(2026, 10, 31, 17, tzinfo=UTC)),
        ("Asia/Jakarta", datetime(2026, 3, 31, 5, tzinfo=UTC), c.Period(kind="last", count=1, unit="month"),
         datetime(2026, 2, 28, 5, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_days_go_by_the_calendar_whatever_the_clocks_do(
    zone: str, now: datetime, during: c.Period, since: datetime
) -> None:
    assert during.bounds(now=now, zone=zone) == (since, None)


def test_the_previous_span_ends_where_this_one_begins() -> None:
    now = datetime(2026, 1, 1, 1, tzinfo=UTC)
    for span in c.SPANS:
        _from, until = c.Period(kind="previous", span=span).bounds(now=now, zone="Asia/Jakarta")
        assert until == c.Period(kind="this", span=span).bounds(now=now, zone="Asia/Jakarta")[0]

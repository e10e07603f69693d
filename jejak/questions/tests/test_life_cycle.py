"""Life cycle, stickiness and distributions, held against pandas."""

from collections import Counter
from datetime import timedelta

import pandas as pd
import pytest

from jejak.questions import distribution, life_cycle
from jejak.questions.asked import read
from jejak.questions.distribution import PERCENTILES
from jejak.questions.tests.makers import NOON, ZONE, begins, busy, put, shop

pytestmark = pytest.mark.django_db


def asked(kind, **said):
    return read({"kind": kind, "zone": ZONE, "when": {"days": 400}, **said})


@pytest.mark.parametrize("bucket", ["day", "week", "month"])
def test_everybody_is_new_returning_back_or_dormant(eventlog, bucket):
    table = busy(30)

    told = life_cycle.tell(asked("life_cycle", bucket=bucket, when={"days": 60}), now=NOON)

    freq = {"day": "D", "week": "W-SUN", "month": "M"}[bucket]
    own = begins(table, bucket, ZONE).groupby(table["person"]).agg(
        lambda days: {pd.Period(day, freq=freq).ordinal for day in days}
    )  # fmt: skip
    for period in told.periods:
        at = pd.Period(period.begun, freq=freq).ordinal
        states = Counter(_state(active, at) for active in own)
        shown = {
            "new": period.new, "returning": period.returning,
            "resurrected": period.resurrected, "dormant": period.dormant,
        }  # fmt: skip
        assert shown == {state: states[state] for state in shown}
        assert period.returning_share.n == period.returning + period.dormant


def _state(active, at):
    if at not in active:
        return "dormant" if at - 1 in active else "away"
    if min(active) == at:
        return "new"
    return "returning" if at - 1 in active else "resurrected"


def test_stickiness_is_what_pandas_says(eventlog):
    table = busy(31, days=20)

    told = life_cycle.tell_stickiness(asked("stickiness", when={"days": 28}), now=NOON)

    times = begins(table, "day", ZONE).groupby(table["person"]).nunique().value_counts().to_dict()
    assert {one.times: one.people for one in told.active if one.people} == times
    assert told.active[0].at_least.value == 100
    assert (told.people, told.of) == (80, 28)


def test_the_spread_of_a_property_is_what_pandas_says(eventlog):
    table = busy(32)

    told = distribution.tell(asked("distribution", of="properties.total"), now=NOON)

    numbers = table["total"].dropna()
    assert told.n == len(numbers) == sum(one.n for one in told.bins)
    assert told.average == pytest.approx(numbers.mean())
    for percentile in PERCENTILES:
        assert told.percentiles[percentile].value == pytest.approx(numbers.quantile(percentile / 100))
    for one in told.bins[:-2]:
        assert one.n == ((numbers >= one.low) & (numbers < one.high)).sum()


def test_times_per_person_have_a_bin_each(eventlog):
    put(
        [
            {"trail_id": person, "happened_at": NOON - timedelta(hours=n)}
            for person in range(1, 8)
            for n in range(person)
        ]
    )

    told = distribution.tell(asked("distribution"), now=NOON)

    assert [(one.low, one.n) for one in told.bins] == [(float(n), 1) for n in range(1, 8)]
    assert told.percentiles[50].value == 4


def test_times_per_person_on_the_shop(eventlog):
    table = shop()

    told = distribution.tell(
        asked("distribution", when={"from_on": "2019-11-01", "to_on": "2020-04-30"}, zone="UTC"), now=NOON
    )

    times = table.groupby("person").size()
    assert (told.n, told.average) == (3751, pytest.approx(times.mean()))
    assert [told.percentiles[p].value for p in (50, 90, 99)] == [times.quantile(p) for p in (0.5, 0.9, 0.99)]
    assert sum(one.n for one in told.bins) == 3751


@pytest.mark.parametrize("numbers", [[7], [7, 7, 7], [0.5, 0.5], [-3, 2.25], list(range(100))])
def test_few_and_equal_numbers_have_bins(eventlog, numbers):
    put([{"trail_id": i, "properties": {"total": n}} for i, n in enumerate(numbers)])

    told = distribution.tell(asked("distribution", of="properties.total"), now=NOON)

    assert sum(one.n for one in told.bins) == len(numbers)
    assert told.bins[0].low == min(numbers)
    assert all(one.low < one.high for one in told.bins)


def test_nothing_has_an_answer(eventlog):
    assert distribution.tell(asked("distribution", of="properties.total"), now=NOON).bins == ()
    assert life_cycle.tell_stickiness(asked("stickiness"), now=NOON).people == 0
    assert life_cycle.tell(asked("life_cycle"), now=NOON).notes == ("Nothing happened in this window.",)

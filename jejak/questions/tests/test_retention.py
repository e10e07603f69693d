"""Retention, held against pandas; on the file of retentioneering's shop, too."""

from datetime import date, timedelta

import pandas as pd
import pytest

from jejak.questions import retention
from jejak.questions.asked import read
from jejak.questions.tests.makers import NOON, ZONE, begins, busy, put, retail, shop

pytestmark = pytest.mark.django_db
START, BACK = "Product Viewed", "Order Completed"


def tell(*, now=NOON, **asked):
    return retention.tell(read({"kind": "retention", "zone": ZONE, "when": {"days": 90}, **asked}), now=now)


def triangle(told):
    return {cohort.begun: (cohort.people, [cell.back for cell in cohort.cells]) for cohort in told.cohorts}


def expected(table, *, bucket, zone, first, rolling, cohorts, start=START, back=BACK):
    """Count the same with pandas: sets of people by period."""
    period = pd.PeriodIndex(
        begins(table, bucket, zone), freq={"day": "D", "week": "W-SUN", "month": "M"}[bucket]
    )
    numbers = pd.Series([p.ordinal for p in period], index=table.index)
    starts = numbers[table["name"] == start] if start else numbers
    backs = numbers[table["name"] == back] if back else numbers
    who = table["person"]
    begun = starts.groupby(who[starts.index]).agg(lambda own: {own.min()} if first else set(own))
    came = backs.groupby(who[backs.index]).agg(set).to_dict()
    freq = period.freq
    counted = {}
    for cohort, cells in cohorts.items():
        at = pd.Period(cohort, freq=freq).ordinal
        people = [person for person, own in begun.items() if at in own]
        counted[cohort] = (
            len(people),
            [
                sum(any(n >= at + k if rolling else n == at + k for n in came.get(p, ())) for p in people)
                for k in range(1, len(cells[1]) + 1)
            ],
        )
    return counted


@pytest.mark.parametrize("bucket", ["day", "week", "month"])
@pytest.mark.parametrize("starts", ["first", "every"])
@pytest.mark.parametrize("counting", ["classic", "rolling"])
def test_the_triangle_is_what_pandas_says(eventlog, bucket, starts, counting):
    table = busy(20, days=89)

    told = triangle(
        tell(
            start={"names": [START]}, back={"names": [BACK]}, bucket=bucket, starts=starts, counting=counting
        )
    )

    same = {"first": starts == "first", "rolling": counting == "rolling"}
    assert told == expected(table, bucket=bucket, zone=ZONE, cohorts=told, **same)
    assert sum(people for people, _cells in told.values())


def test_whoever_started_before_the_window_is_not_there_for_the_first_time(eventlog):
    put([{"trail_id": 1, "happened_at": NOON - timedelta(days=days)} for days in (60, 10, 3)])

    assert [cohort.people for cohort in tell(when={"days": 28}).cohorts] == [0] * 4
    assert sum(cohort.people for cohort in tell(when={"days": 28}, starts="every").cohorts) == 2


def test_periods_that_go_on_are_marked_and_left_out_of_all_together(eventlog):
    put([{"trail_id": i, "happened_at": NOON - timedelta(days=14)} for i in range(40)])
    put([{"trail_id": i, "happened_at": NOON - timedelta(days=7)} for i in range(10)])
    put([{"trail_id": i, "happened_at": NOON - timedelta(hours=1)} for i in range(5)])

    told = tell(when={"days": 21}, now=NOON - timedelta(days=1) + timedelta(days=1))

    cohort = next(cohort for cohort in told.cohorts if cohort.people)
    assert (cohort.begun, cohort.people) == (date(2026, 11, 2), 40)
    assert [(c.back, c.is_complete, c.share.n) for c in cohort.cells] == [(10, True, 40), (5, False, 40)]
    assert [(share.value, share.n) for share in told.together[:2]] == [(25.0, 40), (None, 0)]
    assert told.together[0].low < 25 < told.together[0].high


def test_people_who_start_often_do_not_make_it_surer(eventlog):
    for days in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9):
        put([{"trail_id": i, "happened_at": NOON - timedelta(days=days)} for i in range(5)])
        put([{"trail_id": 100 + i + 10 * days, "happened_at": NOON - timedelta(days=days)} for i in range(5)])

    share = tell(bucket="day", starts="every", when={"days": 10}).together[0]

    assert share.n == 80
    assert share.high - share.low > 21  # Eighty different people would give 21.


def test_on_the_shop_it_is_what_pandas_says(eventlog):
    table = shop()

    told = triangle(
        tell(
            when={"from_on": "2019-11-01", "to_on": "2020-04-30"},
            zone="UTC", bucket="month", periods=5, now=NOON,
        )
    )  # fmt: skip

    assert told == expected(
        table, bucket="month", zone="UTC", first=True, rolling=False, cohorts=told, start="", back=""
    )
    assert sum(people for people, _cells in told.values()) == 3751


def test_an_empty_log_has_an_answer(eventlog):
    told = tell(start={"names": ["Gone"]})

    assert told.notes == ("Nothing called “Gone” happened in this window.",)
    assert [share.value for share in told.together] == [None] * 8


@pytest.mark.parametrize("starts", ["first", "every"])
def test_groups_are_those_of_the_first_start_and_add_up_to_all(eventlog, starts):
    table = busy(22, days=89)
    kinds = {"start": {"names": [START]}, "back": {"names": [BACK]}, "starts": starts, "counting": "rolling"}
    first = table[table["name"] == START].sort_values("at", kind="stable").groupby("person")["city"].first()

    told = tell(breakdown="properties.city", **kinds)

    assert triangle(told) == triangle(tell(**kinds))
    assert {kept.group: kept.people for kept in told.groups} == first.value_counts().to_dict()
    assert [sum(kept.together[k].n for kept in told.groups) for k in range(8)] == [
        one.n for one in told.together
    ]


def test_more_groups_than_ten_are_put_together(eventlog):
    for i in range(12):
        put(
            [
                {"trail_id": 100 * i + k, "channel": f"c{i:02}", "happened_at": NOON - timedelta(days=20)}
                for k in range(3 + i)
            ]
        )
        put([{"trail_id": 100 * i, "channel": "x", "happened_at": NOON - timedelta(days=13)}])

    told = tell(breakdown="channel", when={"days": 28})

    assert [(kept.group, kept.is_others, kept.people) for kept in told.groups] == [
        *((f"c{i:02}", False, 3 + i) for i in range(11, 1, -1)), ("", True, 7)
    ]  # fmt: skip
    assert [(kept.together[0].n, round(kept.together[0].value * kept.people)) for kept in told.groups] == [
        (kept.people, 100 * (2 if kept.is_others else 1)) for kept in told.groups
    ]


# pip install retentioneering==3.3.0, the last with cohorts, beside numpy 1.26.4 and scipy 1.11.4; then, of the shop's file:
# Eventstream(df).cohorts(cohort_start_unit="M", cohort_period=(1, "M"), average=False, show_plot=False).values
RETENTIONEERING = {
    date(2019, 11, 1): [0.3938223938223938, 0.3281853281853282, 0.25096525096525096, 0.2471042471042471],
    date(2019, 12, 1): [0.3333333333333333, 0.2570281124497992, 0.23293172690763053],
    date(2020, 1, 1): [0.3861788617886179, 0.2845528455284553],
    date(2020, 2, 1): [0.31906614785992216],
    date(2020, 3, 1): [0.14],
}


def test_on_the_shop_it_is_what_retentioneering_says(eventlog):
    shop()

    told = tell(when={"from_on": "2019-11-01", "to_on": "2020-04-30"}, zone="UTC", bucket="month", periods=5)

    for cohort in told.cohorts[:5]:
        expected = RETENTIONEERING[cohort.begun]
        assert [cell.share.value / 100 for cell in cohort.cells][: len(expected)] == pytest.approx(
            expected, rel=1e-12
        )


@pytest.mark.parametrize("counting", ["classic", "rolling"])
def test_of_a_year_of_invoices_it_is_what_pandas_says(eventlog, counting):
    table = retail()
    order = {"names": ["Order Completed"]}

    told = tell(
        start=order, back=order, when={"from_on": "2009-12-01", "to_on": "2010-12-09"}, zone="UTC",
        bucket="month", periods=12, counting=counting, breakdown="place",
    )  # fmt: skip

    orders = table[table["name"] == "Order Completed"]
    assert triangle(told) == expected(
        table, bucket="month", zone="UTC", first=True, rolling=counting == "rolling",
        cohorts=triangle(told), start="Order Completed", back="Order Completed",
    )  # fmt: skip
    countries = orders.sort_values("at", kind="stable").groupby("person")["Country"].first().value_counts()
    shown = {kept.group: kept.people for kept in told.groups if not kept.is_others}
    assert shown == {country: countries[country] for country in shown}
    assert sum(kept.people for kept in told.groups) == orders["person"].nunique()

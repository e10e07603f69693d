"""Trends, each held against pandas on the same touchpoints."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from jejak import eventlog as log
from jejak.questions import trends
from jejak.questions.asked import read
from jejak.questions.tests.makers import NOON, ZONE, begins, busy, days, put, shop

pytestmark = pytest.mark.django_db
ORDERS = {"names": ["Order Completed"]}


def tell(*, now=NOON, **asked):
    return trends.tell(read({"kind": "trends", "zone": ZONE, "when": {"days": 90}, **asked}), now=now)


def by_bucket(line):
    return {point.bucket: point.told.value for point in line.points}


def within(table, *, last_days=90, zone=ZONE, now=NOON):
    until = pd.Timestamp(now).tz_convert(zone).tz_localize(None).normalize()
    day = days(table, zone)
    return table[(day > until - pd.Timedelta(days=last_days)) & (day <= until)]


@pytest.mark.parametrize("bucket", ["day", "week", "month"])
@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Kuala_Lumpur", "Europe/Berlin"])
def test_every_number_is_what_pandas_says(eventlog, bucket, zone):
    table = within(busy(1), zone=zone)
    hows = {
        "count": lambda rows: len(rows),
        "people": lambda rows: rows["person"].nunique(),
        "per_person": lambda rows: len(rows) / rows["person"].nunique(),
        "sum": lambda rows: rows["total"].sum(),
        "average": lambda rows: rows["total"].mean(),
    }
    series = [{"what": ORDERS, "how": how, "of": "properties.total"} for how in hows]

    told = tell(series=series, bucket=bucket, zone=zone)

    orders = table[table["name"] == "Order Completed"]
    groups = dict(list(orders.groupby(begins(orders, bucket, zone))))
    for line, expected in zip(told.lines, hows.values(), strict=True):
        assert line.total.value == pytest.approx(expected(orders))
        for begun, value in by_bucket(line).items():
            rows = groups.get(begun)
            if rows is None:
                assert not value
            elif value is None:
                assert rows["total"].notna().sum() == 0
            else:
                assert value == pytest.approx(expected(rows))


@pytest.mark.parametrize("percentile", [1, 10, 50, 90, 99])
@pytest.mark.parametrize("beside", [[], [{"how": "per_person"}]])
def test_percentiles_are_those_of_pandas(eventlog, percentile, beside):
    table = within(busy(2))
    asked = {"what": ORDERS, "how": "percentile", "of": "properties.total", "percentile": percentile}

    line = tell(series=[asked, *beside]).lines[0]

    numbers = table[table["name"] == "Order Completed"]["total"].dropna()
    assert line.total.value == pytest.approx(numbers.quantile(percentile / 100))
    assert line.total.n == len(numbers)
    assert line.total.low <= line.total.value <= line.total.high
    assert {line.total.low, line.total.high} <= set(numbers)


def test_a_value_is_a_number_as_much_as_a_property(eventlog):
    table = within(busy(3))

    line = tell(series=[{"how": "average", "of": "value"}]).lines[0]

    assert line.total.value == pytest.approx(table["value"].mean())
    assert line.total.low < line.total.value < line.total.high


def test_a_breakdown_has_the_largest_groups_and_the_rest(eventlog):
    put(
        [
            {"trail_id": i, "properties": {"city": f"City {i % 14:02}"}, "happened_at": NOON}
            for i in range(119)
        ]
    )

    told = tell(breakdown="properties.city", when={"days": 1})

    assert [(line.group, line.is_others, line.total.value) for line in told.lines] == [
        *((f"City {i:02}", False, 9) for i in range(7)),
        *((f"City {i:02}", False, 8) for i in range(7, 10)),
        (None, True, 32),
    ]


def test_ten_thousand_values_do_not_break_it(eventlog):
    put([{"trail_id": i, "properties": {"order": f"o{i}"}, "happened_at": NOON} for i in range(10_000)])

    told = tell(breakdown="properties.order", when={"days": 7})

    assert len(told.lines) == 11
    assert told.lines[-1].total.value == 9_990


def test_a_breakdown_is_what_pandas_says(eventlog):
    table = within(busy(4))

    told = tell(breakdown="channel", bucket="week", series=[{"what": ORDERS, "how": "people"}])

    orders = table[table["name"] == "Order Completed"]
    expected = orders.groupby("channel")["person"].nunique().to_dict()
    assert {line.group: line.total.value for line in told.lines} == expected
    weeks = orders.groupby(["channel", begins(orders, "week", ZONE)])["person"].nunique().to_dict()
    shown = {(line.group, begun): n for line in told.lines for begun, n in by_bucket(line).items() if n}
    assert shown == weeks


def test_the_window_before_stands_beside(eventlog):
    busy(5)
    table = busy(6)  # Both are in the log.

    now, before = tell(when={"days": 14}, compare="before").lines
    alone = tell(when={"from_on": "2026-10-26", "to_on": "2026-11-08"}).lines[0]

    assert len(table)
    assert before.before
    assert len(now.points) == len(before.points) == 14
    assert [p.told.value for p in before.points[:-1]] == [p.told.value for p in alone.points[:-1]]


def test_a_year_before_may_overlap(eventlog):
    put([{"trail_id": 1, "happened_at": NOON - timedelta(days=366)}])

    now, before = tell(when={"days": 400}, compare="year", bucket="month").lines

    assert (now.total.value, before.total.value) == (1, 1)


def test_a_formula_of_people_is_a_share_with_its_interval(eventlog):
    put([{"trail_id": i, "name": "Product Viewed", "happened_at": NOON} for i in range(40)])
    put([{"trail_id": i, "name": "Order Completed", "happened_at": NOON} for i in range(10)])
    both = {"names": ["Product Viewed", "Order Completed"]}

    told = tell(series=[{"what": ORDERS, "how": "people"}, {"what": both, "how": "people"}], formula="a/b")

    total = told.lines[0].total
    assert (total.value, total.n) == (0.25, 40)
    assert (total.low, total.high) == (pytest.approx(0.1419, abs=1e-3), pytest.approx(0.4019, abs=1e-3))


def test_the_interval_of_a_ratio_is_that_of_the_bootstrap(eventlog):
    table = within(busy(7, people=400))
    series = [{"what": ORDERS, "how": "sum", "of": "value"}, {"what": ORDERS}]

    total = tell(series=series, formula="A / B * 2").lines[0].total

    orders = table[table["name"] == "Order Completed"]
    own = orders.groupby("person")["value"].agg(["sum", "size"])
    draws = [own.sample(frac=1, replace=True, random_state=i) for i in range(400)]
    ratios = pd.Series([2 * draw["sum"].sum() / draw["size"].sum() for draw in draws])
    assert total.value == pytest.approx(2 * orders["value"].sum() / len(orders))
    assert total.low == pytest.approx(ratios.quantile(0.025), rel=0.05)
    assert total.high == pytest.approx(ratios.quantile(0.975), rel=0.05)


def test_a_difference_of_counts_has_no_interval(eventlog):
    busy(8)
    series = [{"what": ORDERS}, {"what": {"names": ["Product Viewed"]}}]

    a, b = tell(series=series).lines
    made = tell(series=series, formula="A - B").lines[0]

    assert made.total.value == a.total.value - b.total.value
    assert made.total.low is None


def test_filters_and_properties_narrow(eventlog):
    table = within(busy(9))
    where = [
        {"field": "channel", "operator": "is", "value": "web"},
        {"field": "properties.total", "operator": "at_least", "value": 12},
    ]

    told = tell(where=where)

    assert told.lines[0].total.value == len(table[(table["channel"] == "web") & (table["total"] >= 12)])


@pytest.mark.parametrize(
    ("zone", "day", "hours"), [("Europe/Berlin", "2026-03-29", 23), ("Europe/Berlin", "2026-10-25", 25)]
)
def test_a_day_has_the_hours_that_the_clocks_give_it(eventlog, zone, day, hours):
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    put([{"trail_id": i, "happened_at": noon + timedelta(hours=i - 48)} for i in range(97)])

    told = tell(when={"from_on": day, "to_on": day}, zone=zone, now=noon + timedelta(days=9))

    assert [point.told.value for point in told.lines[0].points] == [hours]


def test_a_property_that_is_gone_says_so(eventlog):
    busy(10)

    told = tell(series=[{"how": "sum", "of": "properties.gone"}])

    assert told.notes == ("No touchpoint in this window has a number in “gone”.",)
    assert tell(breakdown="properties.gone").lines[0].group == ""


def test_an_empty_log_has_an_answer(eventlog):
    told = tell(series=[{"what": ORDERS}], compare="before", breakdown="channel")

    assert told.lines == ()
    assert told.notes == ("Nothing called “Order Completed” happened in this window.",)


def test_the_sql_that_is_shown_can_be_asked_again(eventlog):
    busy(11)
    where = [{"field": "properties.city", "operator": "any_of", "value": ["Bandung", "it's \\ {x:String}"]}]

    told = tell(where=where, breakdown="properties.city", compare="before")

    again = log.ask_read_only(told.sql)
    lengths = sum(len(line.points) for line in told.lines)
    assert "{" not in told.sql.replace("{x:String}", "")
    assert again.rows
    assert lengths
    assert {row[2] for row in again.rows} == {0, 1}


def test_a_whole_shop_is_what_pandas_says(eventlog):
    table = shop()
    when = {"from_on": "2019-11-01", "to_on": "2020-04-30"}

    told = tell(when=when, zone="UTC", bucket="month", breakdown="name", series=[{"how": "people"}])

    months = table.groupby(["name", begins(table, "month", "UTC")])["person"].nunique().to_dict()
    top = {line.group for line in told.lines if not line.is_others}
    shown = {(line.group, begun): n for line in told.lines for begun, n in by_bucket(line).items() if n}
    assert top == set(table["name"].value_counts().index[:10])
    assert {k: n for k, n in shown.items() if k[0]} == {k: n for k, n in months.items() if k[0] in top}
    assert told.lines[0].points[0].bucket == date(2019, 11, 1)

"""Funnels and paths, held against plain Python on the same touchpoints, and against the funnel of measures."""

import statistics
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pandas as pd
import pytest

from jejak import measures
from jejak.measures import Filters, Window
from jejak.questions import funnels, ground, paths
from jejak.questions.asked import read
from jejak.questions.tests.makers import NOON, ZONE, busy, put, retail, shop

pytestmark = pytest.mark.django_db
STEPS = ("Product Viewed", "Checkout Started", "Order Completed")
SHOP = ("catalog", "cart", "payment_done")
OLD = {"when": {"from_on": "2019-11-01", "to_on": "2020-04-30"}, "zone": "UTC"}


def ask(names=STEPS, **more):
    steps = [{"what": {"names": [name]}} for name in names]
    return read({"kind": "funnel", "zone": ZONE, "when": {"days": 200}, "steps": steps, **more})


def tell(names=STEPS, **more):
    return funnels.tell(ask(names, **more), now=NOON)


def came(told):
    return [step.people for step in told.ways[0].steps]


def one_by_one(table):
    """Yield each person's touchpoints as (milliseconds, name), in time."""
    for _person, rows in table.sort_values("at", kind="stable").groupby("person"):
        yield [(int(at.timestamp() * 1000), name) for at, name in zip(rows["at"], rows["name"], strict=True)]


def level(done, names, within, order):
    """Try every start, and go on greedily from it: what a patient person would do."""
    done = sorted(done, key=lambda one: (one[0], names.index(one[1]) if one[1] in names else -1))
    best = 0
    for i, (begun, name) in enumerate(done):
        if order == "any":
            ahead = {n for t, n in done if begun <= t <= begun + within and n in names}
            best = max(best, len(ahead))
        elif name == names[0]:
            reached, rest = 1, done[i + 1 :]
            for t, following in rest:
                if reached == len(names) or t - begun > within:
                    break
                if following == names[reached]:
                    reached += 1
                elif order == "strict":
                    break
            best = max(best, reached)
    return best


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
@pytest.mark.parametrize(("within", "unit"), [(2, "hour"), (3, "day"), (60, "day")])
def test_every_order_is_what_trying_every_start_says(eventlog, order, within, unit):
    table = busy(50, people=120)

    told = tell(order=order, within=within, unit=unit)

    most = timedelta(**{f"{unit}s": within}) // timedelta(milliseconds=1)
    levels = [level(done, STEPS, most, order) for done in one_by_one(table)]
    assert came(told) == [sum(one > k for one in levels) for k in range(3)]


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
def test_on_the_shop_it_is_what_trying_every_start_says(eventlog, order):
    table = shop()

    told = tell(SHOP, order=order, within=1, unit="hour", **OLD)

    levels = [level(done, SHOP, 3_600_000, order) for done in one_by_one(table)]
    assert came(told) == [sum(one > k for one in levels) for k in range(3)]
    assert told.ways[0].steps[0].people > 3000


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
def test_of_a_year_of_invoices_it_is_what_trying_every_start_says(eventlog, order):
    table = retail()
    names = ("Order Completed", "Order Completed", "Order Returned")
    if order == "any":
        names = names[1:]

    told = tell(
        names, order=order, within=14, when={"from_on": "2009-12-01", "to_on": "2010-12-09"}, zone="UTC"
    )

    levels = [level(done, names, 14 * 86_400_000, order) for done in one_by_one(table)]
    assert came(told) == [sum(one > k for one in levels) for k in range(len(names))]


def test_in_order_it_is_the_funnel_of_measures(eventlog):
    shop()
    filters = Filters(
        window=Window(
            from_on=pd.Timestamp("2019-11-01").date(), until_on=pd.Timestamp("2020-05-01").date(), zone="UTC"
        )
    )

    told = tell(SHOP, within=7, unit="day", **OLD)

    same = measures.funnel(SHOP, filters, within=timedelta(days=7), now=NOON)
    assert came(told) == [step.people for step in same.steps]
    assert [s.of_previous for s in told.ways[0].steps] == [s.of_previous for s in same.steps]


def test_the_first_arrival_is_timed(eventlog):
    for person, minutes in enumerate((5, 10, 30), 1):
        put([
            {"trail_id": person, "name": STEPS[0], "happened_at": NOON - timedelta(days=2)},
            {"trail_id": person, "name": STEPS[0], "happened_at": NOON - timedelta(days=1)},
            {"trail_id": person, "name": STEPS[1], "happened_at": NOON - timedelta(days=1) + timedelta(minutes=minutes)},
            {"trail_id": person, "name": STEPS[1], "happened_at": NOON - timedelta(minutes=1)},
        ])  # fmt: skip

    way = tell(STEPS[:2]).ways[0]

    assert (way.seconds.value, way.seconds.n) == (600, 3)
    assert way.steps[1].seconds == way.seconds
    assert (way.seconds.low, way.seconds.high) == (300, 1800)
    assert way.slow_seconds.value == pytest.approx(pd.Series([300, 600, 1800]).quantile(0.9))


def test_one_touchpoint_twice_is_two_steps(eventlog):
    put(
        [
            {"trail_id": 1, "name": "Call Ended"},
            {"trail_id": 2, "name": "Call Ended"},
            {"trail_id": 2, "name": "Call Ended"},
        ]
    )

    assert came(tell(("Call Ended", "Call Ended"))) == [2, 1]


def test_groups_are_those_of_the_first_step(eventlog):
    put(
        [
            {
                "trail_id": i,
                "name": STEPS[0],
                "channel": f"c{i % 12:02}",
                "happened_at": NOON - timedelta(hours=2),
            }
            for i in range(120)
        ]
    )
    put(
        [
            {"trail_id": i, "name": STEPS[1], "channel": "shop", "happened_at": NOON - timedelta(hours=1)}
            for i in range(0, 120, 4)
        ]
    )

    told = tell(STEPS[:2], breakdown="channel")

    assert [(way.group, way.is_others, [s.people for s in way.steps]) for way in told.ways] == [
        *((f"c{i:02}", False, [10, 10 if i % 4 == 0 else 0]) for i in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
        ("", True, [20, 0]),
    ]
    assert {way.still_open for way in told.ways if way.steps[1].people == 0} == {10, 20}


def test_who_fell_out_between_two_steps(eventlog):
    table = busy(51, people=60)
    asked = ask()
    steps = funnels.tell(asked, now=NOON).ways[0].steps

    out = funnels.people(asked, step=0, fell_out=True, now=NOON)
    reached = funnels.people(asked, step=1, fell_out=False, now=NOON, limit=2, offset=1)

    week = timedelta(days=7) // timedelta(milliseconds=1)
    by_person = {
        p: level(
            [(int(a.timestamp() * 1000), n) for a, n in zip(r["at"], r["name"], strict=True)],
            STEPS,
            week,
            "ordered",
        )
        for p, r in table.groupby("person")
    }
    assert out.total == steps[0].people - steps[1].people
    assert {one.person_id for one in out.page} == {p for p, one in by_person.items() if one == 1}
    assert (reached.total, len(reached.page)) == (steps[1].people, 2)
    with pytest.raises(ValueError, match="no step 3"):
        funnels.people(asked, step=3, fell_out=True, now=NOON)


def ways(table, name, *, direction, steps, within):
    """Count each person's way from or to their first such touchpoint."""
    links = Counter()
    for done in one_by_one(table):
        done = sorted(done, key=lambda one: (one[0], one[1] == name, one[1]))
        first = next((i for i, one in enumerate(done) if one[1] == name), None)
        if first is None:
            continue
        at = done[first][0]
        side = done[first + 1 :] if direction == "from" else done[:first][::-1]
        way = [name]
        for t, following in side:
            if abs(t - at) <= within and following != way[-1]:
                way.append(following)
        way = [*way, ""][: steps + 1]
        links.update((k, a, b) for k, (a, b) in enumerate(pairwise(way), 1))
    return links


@pytest.mark.parametrize("direction", ["from", "to"])
def test_paths_on_the_shop_are_what_python_says(eventlog, direction):
    table = shop()

    told = paths.tell(
        read({"kind": "paths", "what": {"names": ["cart"]}, "direction": direction, "steps": 3, **OLD}),
        now=NOON,
    )

    expected = ways(table, "cart", direction=direction, steps=3, within=86_400_000)
    shown = {
        (one.step, one.source, one.target): one.people
        for one in told.links
        if None not in (one.source, one.target)
    }
    assert {key: n for key, n in expected.items() if key in shown} == shown
    assert sum(one.people for one in told.links) == sum(expected.values())
    assert told.people == table[table["name"] == "cart"]["person"].nunique()


def test_names_beyond_the_largest_are_all_others(eventlog):
    for i in range(60):
        put(
            [
                {"trail_id": i, "name": "Call Ended"},
                {"trail_id": i, "name": f"n{i}", "happened_at": NOON + timedelta(seconds=1)},
            ]
        )

    links = paths.tell(read({"kind": "paths", "what": {"names": ["Call Ended"]}, "steps": 1}), now=NOON).links

    assert sum(one.people for one in links) == 60
    assert max((one.people, one.target) for one in links)[1] is None
    assert statistics.fmean(one.people for one in links if one.target) == 1


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
def test_an_empty_log_has_an_answer(eventlog, order):
    told = tell(order=order, breakdown="channel")

    assert told.ways == ()
    assert told.notes == ("Nothing called “Product Viewed” happened in this window.",)
    assert paths.tell(read({"kind": "paths"}), now=NOON).notes == ("Nothing happened in this window.",)


# pip install retentioneering==5.2.4; then, of the shop's file as `df`:
# stream = Eventstream(df, schema={"path_cols": ["user_id"], "event_col": "event", "timestamp_col": "timestamp"})
# [step["unique_paths"] for step in stream.funnel_data(steps=[…])["steps"]]
RETENTIONEERING = {
    ("catalog", "cart", "payment_done"): [3611, 1924, 653],
    ("main", "catalog", "product1", "cart", "payment_choice", "payment_done"): [2385, 2015, 684, 445, 247, 170],
    ("cart", "catalog", "cart"): [1924, 996, 569],
}  # fmt: skip


@pytest.mark.parametrize("names", RETENTIONEERING)
def test_on_the_shop_it_is_what_retentioneering_says(eventlog, names):
    shop()

    told = tell(names, within=200, **OLD)  # Retentioneering lets any time pass.

    assert came(told) == RETENTIONEERING[names]


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
def test_more_groups_than_have_numbers_are_all_others(eventlog, order, monkeypatch):
    monkeypatch.setattr(ground, "MOST_KNOWN", 3)
    for i, channel in enumerate("aaabbcde"):
        put(
            [
                {"trail_id": i, "name": name, "channel": channel, "happened_at": at}
                for name, at in zip(STEPS, (NOON - timedelta(hours=2), NOON), strict=False)
            ]
        )

    told = tell(STEPS[:2], breakdown="channel", order=order)

    assert [(way.group, way.is_others, [s.people for s in way.steps]) for way in told.ways] == [
        ("a", False, [3, 3]), ("b", False, [2, 2]), ("c", False, [1, 1]), ("", True, [2, 2])
    ]  # fmt: skip


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
def test_the_longest_of_everything_fits_into_the_bits(eventlog, order):
    eight = [f"n{i}" for i in range(8)]
    begun = NOON - timedelta(days=3600)
    put(
        [
            {"trail_id": 1, "name": name, "channel": "a", "happened_at": begun + timedelta(days=500 * i)}
            for i, name in enumerate(eight)
        ]
    )

    told = tell(eight, within=10_000, when={"days": 3660}, breakdown="channel", order=order)

    way = told.ways[0]
    assert [step.people for step in way.steps] == [1] * 8
    assert (way.group, way.seconds.value) == ("a", 3500 * 86_400)
    assert [step.seconds.value for step in way.steps[1:]] == [500 * 86_400] * 7

"""The one SQL of an audience finds the same people as plain Python does."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jejak import eventlog as the_log
from jejak.audiences import conditions as c
from jejak.audiences.compiling import compiled
from jejak.audiences.tests import makers, reference
from jejak.audiences.tests.makers import NAMES, NOON, ZONE

pytestmark = pytest.mark.django_db

_days = st.sampled_from(("2026-11-20", "2026-11-25", "1990-05-01"))
_numbers = st.sampled_from((5, 7.5, 12, 18, 42, 50))
_texts = st.sampled_from(("Bandung", "JAKARTA", "hemat", "o", "true", "42", "store", "shoes", "7.5"))


def _compared() -> st.SearchStrategy[dict[str, Any]]:
    def of(operators: Any, values: Any) -> Any:
        return st.fixed_dictionaries({"operator": st.sampled_from(list(operators)), "value": values})

    return st.one_of(
        of(("is", "is_not", "contains", "begins"), _texts),
        of(("any_of", "none_of"), st.lists(_texts, min_size=1, max_size=3)),
        of(("equals", "at_least", "at_most"), _numbers),
        of(("between",), st.tuples(_numbers, _numbers).map(sorted)),
        of(("on", "before", "after"), _days),
        of(("last_days", "next_days"), st.integers(0, 9)),
        of(("filled", "empty"), st.none()),
    )


_periods = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(("last", "before_last")),
            "count": st.integers(1, 30),
            "unit": st.sampled_from(list(c.UNITS)),
        }
    ),
    st.fixed_dictionaries(
        {"kind": st.sampled_from(("this", "previous")), "span": st.sampled_from(list(c.SPANS))}
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("between"),
            "from_on": st.just("2026-11-15"),
            "to_on": st.sampled_from(("2026-11-20", None)),
        }
    ),
)
_fields = st.sampled_from(
    (
        "channel",
        "properties.total",
        "properties.cart.items",
        "properties.coupon",
        "properties.gift",
        "properties.due",
    )
)
_where = st.one_of(
    st.builds(lambda field, compared: {"field": field, **compared}, _fields, _compared()),
    st.fixed_dictionaries(
        {
            "field": st.just("value"),
            "operator": st.sampled_from(("equals", "at_least", "at_most")),
            "value": _numbers,
        }
    ),
)
_what = st.fixed_dictionaries(
    {},
    optional={
        "names": st.lists(st.sampled_from(NAMES), min_size=1, max_size=2),
        "type": st.sampled_from(("track", "page")),
        "where": st.lists(_where, max_size=2),
    },
)
_step = st.fixed_dictionaries(
    {"what": _what}, optional={"within_seconds": st.sampled_from((1800, 3600, 86_400))}
)


def _sequences() -> st.SearchStrategy[dict[str, Any]]:
    between = st.fixed_dictionaries(
        {"kind": st.just("sequence"), "steps": st.lists(_step, min_size=2, max_size=3), "during": _periods},
        optional={"unless": _what},
    )
    after = st.fixed_dictionaries(
        {
            "kind": st.just("sequence"),
            "steps": st.lists(_step, min_size=1, max_size=2),
            "unless": _what,
            "unless_when": st.just("after"),
        },
        optional={"unless_seconds": st.sampled_from((1800, 3600, 86_400))},
    )
    return st.one_of(between, after)


_leaves = st.one_of(
    st.builds(
        lambda key, compared: {"kind": "trait", "key": key, **compared},
        st.sampled_from(("city", "age", "born", "likes", "nothing")),
        _compared(),
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("consent"),
            "purpose": st.sampled_from(("service", "marketing", "research")),
            "channel": st.sampled_from(("email", "whatsapp")),
            "state": st.sampled_from(list(c.STATES)),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("reachable"), "by": st.sampled_from(("email", "phone", "known"))}),
    st.sampled_from(
        (
            {"kind": "kept", "field": "tag", "value": "VIP"},
            {"kind": "kept", "field": "team", "value": "Shop"},
        )
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("did"),
            "what": _what,
            "count": st.sampled_from(("at_least", "at_most", "exactly")),
            "times": st.integers(1, 3),
            "during": _periods,
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("score"),
            "scale": st.sampled_from(("nps", "csat-1-5")),
            "which": st.sampled_from(("latest", "average")),
            "operator": st.sampled_from(("at_least", "at_most", "equals")),
            "value": st.integers(1, 5),
            "during": _periods,
        }
    ),
    st.fixed_dictionaries(
        {"kind": st.just("seen"), "which": st.sampled_from(("first", "last")), "during": _periods}
    ),
    _sequences(),
)
_trees = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(
            lambda kind, held: {"kind": kind, "conditions": held},
            st.sampled_from(("all", "any")),
            st.lists(inner, max_size=3),
        ),
        st.builds(lambda held: {"kind": "not", "condition": held}, inner),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("seed", [1, 2])
def test_finds_the_same_people_as_plain_python(eventlog: Any, seed: int) -> None:
    everybody = makers.crowd(random.Random(seed))
    makers.settle(everybody)

    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(_trees)
    def check(held: dict[str, Any]) -> None:
        condition = c.read(held)
        assert c.read(c.write(condition)) == condition
        assert found(condition) == list(reference.people(everybody, condition, now=NOON, zone=ZONE))

    check()


@pytest.mark.parametrize("seed", [3, 4])
def test_finds_the_same_sequences_as_trying_every_choice(eventlog: Any, seed: int) -> None:
    everybody = makers.crowd(random.Random(seed), size=120)
    makers.settle(everybody)

    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(_sequences())
    def check(held: dict[str, Any]) -> None:
        condition = c.read(held)
        assert found(condition) == list(reference.people(everybody, condition, now=NOON, zone=ZONE))

    check()


def found(condition: c.Condition, **more: Any) -> list[int]:
    told = compiled(condition, now=NOON, zone=ZONE, **more)
    return [pk for (pk,) in the_log.ask(f"{told.sql} ORDER BY person_id", **told.values).rows]


def test_all_of_nothing_is_everybody_and_any_of_nothing_is_nobody(eventlog: Any) -> None:
    everybody = makers.crowd(random.Random(5), size=7)
    makers.settle(everybody)
    assert found(c.All(conditions=())) == [1, 2, 3, 4, 5, 6, 7]
    assert found(c.Any(conditions=())) == []
    assert found(c.All(conditions=()), only=[3, 5, 99]) == [3, 5]


def test_all_values_are_apart_and_fit_into_another_question(eventlog: Any) -> None:
    text = "x'; DROP TABLE touchpoints; -- {a_0:String}"
    condition = c.Trait(key=text, operator="is", value=text)
    told = compiled(condition, now=NOON, zone=ZONE)
    assert text not in told.sql
    assert all(name.startswith("a_") for name in told.values)
    assert found(condition) == []


def test_an_rfm_group_is_cut_at_fifths_of_the_buyers(eventlog: Any) -> None:
    chance = random.Random(6)
    bought = {
        pk: [(chance.randint(1, 300), chance.randint(1, 9) * 10) for _ in range(chance.randint(1, 6))]
        for pk in range(1, 101)
    }
    makers.store(
        *[
            {"trail_id": pk, "happened_at": NOON - days * makers.DAY, "value": value}
            for pk, orders in bought.items()
            for days, value in orders
        ]
    )
    makers.know(*makers.crowd(chance, size=110))

    def fifths(worth: dict[int, float]) -> dict[int, int]:
        ranked = sorted(worth.values())
        cuts = [ranked[int(len(ranked) * level)] for level in (0.2, 0.4, 0.6, 0.8)]
        return {pk: 1 + sum(own > cut for cut in cuts) for pk, own in worth.items()}

    recent = fifths({pk: -min(days for days, _ in orders) for pk, orders in bought.items()})
    often = fifths({pk: len(orders) for pk, orders in bought.items()})
    much = fifths({pk: sum(value for _, value in orders) for pk, orders in bought.items()})
    champions = [pk for pk in bought if recent[pk] >= 4 and (often[pk] + much[pk]) / 2 >= 4]
    assert found(c.Rfm(group="champions")) == champions != []
    everybody = [pk for group in c.RFM_GROUPS for pk in found(c.Rfm(group=group))]
    assert sorted(everybody) == list(bought)  # Each buyer is in one group, who bought nothing in none.

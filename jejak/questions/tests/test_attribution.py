"""Attribution: by hand, and held against plain Python over the same touchpoints."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from jejak.questions import attribution, credit_pictures, removal
from jejak.questions.asked import read
from jejak.questions.picture import nowhere
from jejak.questions.reading import BadQuestion
from jejak.questions.tests.makers import NOON, ZONE, busy, put, shop

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ORDER = "Order Completed"


def asked(**said):
    held = {"kind": "attribution", "zone": ZONE, "when": {"days": 60}, "conversion": {"names": [ORDER]}}
    return read(held | said)


def touch(person, channel, days, **more):
    return {
        "trail_id": person,
        "name": "Ad Clicked",
        "channel": channel,
        "happened_at": NOON - days * DAY,
    } | more


def order(person, days, **more):
    return touch(person, "web", days, name=ORDER, **more)


def by_thing(told, model, what="conversions"):
    return {one.thing: pytest.approx(getattr(one, what)[model].value) for one in told.credits}


def test_each_rule_shares_a_conversion_out_its_own_way(eventlog):
    put(
        [
            touch(1, "email", 14), touch(1, "social", 7), touch(1, "store", 7), touch(1, "web", 0),
            order(1, 0, value=100, currency="EUR"),
        ]
    )  # fmt: skip

    told = attribution.tell(asked(value="value"), now=NOON + DAY)

    assert (told.conversions, told.credited, told.without, told.currency) == (1, 1, 0, "EUR")
    assert {
        one.thing: one.conversions["first"].value for one in told.credits if one.conversions["first"].value
    } == {"email": 1}
    assert {
        one.thing: one.conversions["last"].value for one in told.credits if one.conversions["last"].value
    } == {"web": 1}
    assert by_thing(told, "linear") == dict.fromkeys(("email", "social", "store", "web"), 0.25)
    assert by_thing(told, "position") == {"email": 0.4, "social": 0.1, "store": 0.1, "web": 0.4}
    whole = 0.25 + 0.5 + 0.5 + 1  # Half as much with each week.
    assert by_thing(told, "decay") == {
        "email": 0.25 / whole, "social": 0.5 / whole, "store": 0.5 / whole, "web": 1 / whole,
    }  # fmt: skip
    assert by_thing(told, "position", "value") == {"email": 40, "social": 10, "store": 10, "web": 40}
    assert by_thing(told, "markov") == dict.fromkeys(("email", "social", "store", "web"), 0.25)


def test_removal_effects_are_those_of_the_known_example():
    """Three ways: C1 C2 C3 converts, C1 does not, C2 C3 does not: a third converts, half of it without C1."""
    steps = np.zeros((4, 5))
    for way, end in (((0, 1, 2), 3), ((0,), 4), ((1, 2), 4)):
        for a, b in pairwise((-1, *way, end)):
            steps[a + 1, b] += 1

    assert removal.removals(steps) == pytest.approx([0.5, 1, 1])


def test_removal_has_an_interval_and_says_the_same_twice(eventlog):
    rows = []
    for person in range(1, 101):
        rows += [touch(person, "email" if person % 2 else "social", 3), touch(person, "web", 2)]
        rows += [order(person, 1)] if person % 5 < 2 else []
    put(rows)

    told, again = (attribution.tell(asked(), now=NOON) for _ in range(2))

    assert told == again
    email, web = ({one.thing: one for one in told.credits}[thing] for thing in ("email", "web"))
    assert (web.removal.value, web.paths, web.touched) == (100, 100, 40)
    assert (email.removal.value, email.paths, email.touched) == (50, 50, 20)
    assert 25 < email.removal.low < 50 < email.removal.high < 75
    assert email.conversions["markov"].value == pytest.approx(40 * 0.25)
    assert email.conversions["markov"].low < 10 < email.conversions["markov"].high
    assert email.conversions["linear"].low is None


def test_the_interval_holds_what_a_bootstrap_over_people_says(eventlog):
    """The groups stand for people: their interval is as wide as when each person is drawn by itself."""
    rng = np.random.default_rng(5)
    steps = np.zeros((1500, 3, 4))
    for person in range(1500):
        way = [int(rng.integers(2)) for _ in range(rng.integers(1, 4))]
        end = 2 if rng.random() < (0.1 if 0 in way else 0.05) else 3
        for a, b in pairwise((-1, *way, end)):
            steps[person, a + 1, b] += 1
    groups = np.zeros((256, 3, 4))
    np.add.at(groups, rng.integers(256, size=1500), steps)

    fine, _ = removal.estimate(steps, paths=[1, 1])
    rough, _ = removal.estimate(groups, paths=[1, 1])

    for a, b in zip(fine, rough, strict=True):
        assert a.value == pytest.approx(b.value)
        assert b.high - b.low == pytest.approx(a.high - a.low, rel=0.15)


@pytest.mark.parametrize("credit", ["channel", "name", "properties.city"])
def test_all_rules_are_what_plain_python_says(eventlog, credit):
    table = busy(40, people=60, days=90)

    told = attribution.tell(asked(credit=credit, value="value", look_back_days=10), now=NOON)

    own = _plainly(table, credit.removeprefix("properties."))
    assert (told.conversions, told.credited, told.without) == (own["all"], own["credited"], own["without"])
    for model in attribution.RULES:
        assert by_thing(told, model) == {thing: own[model][thing] for thing in own["paths"]}
        assert by_thing(told, model, "value") == {
            thing: own[f"{model} value"][thing] for thing in own["paths"]
        }
    assert {one.thing: (one.touched, one.paths) for one in told.credits} == {
        thing: (own["touched"][thing], n) for thing, n in own["paths"].items()
    }
    effects = dict(zip(own["things"], own["removals"], strict=True))
    assert {one.thing: one.removal.value for one in told.credits} == pytest.approx(
        {thing: 100 * effect for thing, effect in effects.items()}
    )


def _plainly(table, column):
    """Share out every conversion by each rule, one after the other."""
    begin = (NOON + timedelta(hours=7)).replace(hour=0) - timedelta(hours=7) - 59 * DAY
    look = 10 * DAY
    own = defaultdict(lambda: defaultdict(float)) | {"all": 0, "credited": 0, "without": 0}
    ways = []
    for _, mine in table[table["at"] >= begin - look].groupby("person"):
        orders = mine[(mine["name"] == ORDER) & (mine["at"] >= begin)].sort_values("at")
        touches = mine[(mine["name"] != ORDER) & (mine[column] != "")].sort_values(["at", column])
        for _, one in orders.iterrows():
            before = touches[(touches["at"] <= one["at"]) & (touches["at"] >= one["at"] - look)]
            way = _runs(before, column)
            own["all"] += 1
            own["credited"] += bool(way)
            value = one["value"] if one["value"] == one["value"] else 0
            _share(own, way, one["at"], value)
            if way:
                ways.append((way, True))
        seen = [any(order - look <= at <= order for order in orders["at"]) for at in touches["at"]]
        rest = touches[(touches["at"] >= begin) & ~pd.Series(seen, index=touches.index, dtype=bool)]
        if len(rest):
            own["without"] += 1
            ways.append((_runs(rest, column), False))
    own["things"] = sorted({thing for way, _ in ways for thing, _ in way})
    own["paths"] = {t: sum(t in dict(way) for way, _ in ways) for t in own["things"]}
    own["touched"] = {t: sum(t in dict(way) for way, well in ways if well) for t in own["things"]}
    count = len(own["things"])
    steps = np.zeros((count + 1, count + 2))
    for way, well in ways:
        for a, b in pairwise((-1, *(own["things"].index(t) for t, _ in way), count if well else count + 1)):
            steps[a + 1, b] += 1
    own["removals"] = [1 - _walk(steps, gone) / _walk(steps, None) for gone in range(count)]
    return own


def _runs(touches, column):
    way = list(zip(touches[column], touches["at"], strict=True))
    return [one for one, after in zip(way, [*way[1:], (None, None)], strict=False) if one[0] != after[0]]


def _share(own, way, at, value):
    long = len(way)
    fresh = [0.5 ** ((at - moment) / (7 * DAY)) for _, moment in way]
    for i, (thing, _) in enumerate(way):
        ends = i in (0, long - 1)
        position = {1: 1, 2: 0.5}.get(long) or (0.4 if ends else 0.2 / (long - 2))
        shares = (i == 0, i == long - 1, 1 / long, position, fresh[i] / sum(fresh))
        for rule, share in zip(attribution.RULES, shares, strict=True):
            own[rule][thing] += share
            own[f"{rule} value"][thing] += share * value


def _walk(steps, gone, rounds=3_000):
    """Return how many end well, by letting a crowd walk until nobody is left."""
    count = steps.shape[0] - 1
    chances = steps / steps.sum(axis=1, keepdims=True)
    crowd, well = np.eye(count + 1)[0], 0.0
    for _ in range(rounds):
        step = crowd @ chances
        well += step[count]
        crowd = np.concatenate([[0.0], step[:count]])
        if gone is not None:
            crowd[gone + 1] = 0
    return well


def test_conversions_without_a_touch_are_told(eventlog):
    put([order(1, 1), order(2, 1), touch(2, "email", 2), order(3, 1), touch(3, "email", 45), touch(4, "", 3)])

    told = attribution.tell(asked(), now=NOON)

    assert (told.conversions, told.credited, told.not_credited, told.without) == (3, 1, 2, 1)
    picture = next(credit_pictures.pictures(told, nowhere))
    assert picture.description.startswith(
        "3 conversions: 1 with a touch on their way, 2 not credited, as they had none;"
    )
    assert [(one.thing, one.touched, one.paths) for one in told.credits] == [("email", 1, 2)]


def test_nobody_converts(eventlog):
    put([touch(1, "email", 2), touch(1, "web", 1), touch(2, "email", 1)])

    told = attribution.tell(asked(), now=NOON)

    assert told.notes == ("Nothing called “Order Completed” happened in this window.",)
    assert (told.conversions, told.without) == (0, 2)
    assert {one.thing: one.removal.value for one in told.credits} == {"email": None, "web": None}


def test_no_touches_and_nothing_at_all(eventlog):
    assert attribution.tell(asked(), now=NOON).credits == ()
    put([order(1, 1)])

    told = attribution.tell(asked(), now=NOON)

    assert (told.credits, told.conversions, told.credited) == ((), 1, 0)


def test_one_touch_has_all_of_it(eventlog):
    put([order(1, 1), touch(1, "email", 2)])

    told = attribution.tell(asked(), now=NOON)

    assert {model: told.credits[0].conversions[model].value for model in attribution.MODELS} == dict.fromkeys(
        attribution.MODELS, 1
    )
    assert told.credits[0].removal.low is None


def test_currencies_are_not_added(eventlog):
    put(
        [
            order(1, 1, value=50_000, currency="IDR"), touch(1, "email", 2),
            order(2, 1, value=70_000, currency="IDR"), touch(2, "email", 2),
            order(3, 1, value=9, currency="USD"), touch(3, "email", 2), order(4, 1), touch(4, "email", 2),
        ]
    )  # fmt: skip

    told = attribution.tell(asked(value="value"), now=NOON)

    assert (told.currency, told.value, told.value_credited) == ("IDR", 120_000, 120_000)
    assert told.credits[0].conversions["last"].value == 4
    assert told.credits[0].value["last"].value == 120_000
    assert told.notes == (
        "1 conversion has no number in “value” and adds nothing to the value.",
        "1 conversion in another currency (USD) is counted, and adds nothing to the value.",
    )


def test_the_largest_stand_alone_and_the_others_together(eventlog):
    put([row for i in range(30) for row in (touch(i + 1, f"c{i % 15:02}", 2), order(i + 1, 1))])

    told = attribution.tell(asked(), now=NOON)

    assert [(one.thing, one.touched) for one in told.credits[:-1]] == [(f"c{i:02}", 2) for i in range(10)]
    assert (told.credits[-1].is_others, told.credits[-1].touched) == (True, 10)
    others = attribution.people(asked(), thing=None, now=NOON, limit=50)
    assert others.total == 10
    assert attribution.people(asked(), thing="c03", now=NOON).total == 2


def test_what_makes_no_sense_is_said_beside_its_field():
    with pytest.raises(BadQuestion) as refused:
        read({"kind": "attribution", "credit": "colour", "look_back_days": 0})

    assert {path for path, _ in refused.value.errors} == {"conversion.names", "credit", "look_back_days"}


def test_the_shop_in_a_file_says_the_same_in_pandas(eventlog):
    table = shop()
    question = asked(
        conversion={"names": ["payment_done"]}, credit="name", look_back_days=366, zone="UTC",
        when={"from_on": "2019-10-01", "to_on": "2020-06-01"},
    )  # fmt: skip

    told = attribution.tell(question, now=NOON)

    paid = table["name"] == "payment_done"
    table = table.assign(one=table["name"].where(~paid)).sort_values(["person", "at", "name"])
    last = table.groupby("person")["one"].ffill()[table["name"] == "payment_done"]
    assert told.conversions == paid.sum()
    assert told.credited == last.notna().sum()
    largest = {one.thing: one.conversions["last"].value for one in told.credits if not one.is_others}
    counts = last.value_counts()
    assert largest == {thing: counts.get(thing, 0) for thing in largest}
    assert sum(one.conversions["last"].value for one in told.credits) == told.credited
    assert sum(one.conversions["markov"].value for one in told.credits) == pytest.approx(told.credited)

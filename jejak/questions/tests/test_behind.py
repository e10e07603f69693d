"""The people behind a number are as many as the number says, for every number of an answer."""

from datetime import timedelta

import pytest

from jejak.questions import behind, distribution, life_cycle, paths, people, retention, trends
from jejak.questions.asked import read
from jejak.questions.tests.makers import NOON, ZONE, busy, put

pytestmark = pytest.mark.django_db
ORDERS = {"names": ["Order Completed"]}


def asked(kind, **said):
    return read({"kind": kind, "zone": ZONE, "when": {"days": 60}, **said})


@pytest.mark.parametrize("starts", ["first", "every"])
@pytest.mark.parametrize("counting", ["classic", "rolling"])
def test_of_coming_back(eventlog, starts, counting):
    busy(60, people=40)
    question = asked("retention", starts=starts, counting=counting, start=ORDERS, periods=3)

    for cohort in retention.tell(question, now=NOON).cohorts:
        for later, n in [(0, cohort.people), *((cell.periods_later, cell.back) for cell in cohort.cells)]:
            assert behind.retention(question, cohort=cohort.begun, later=later, now=NOON).total == n


def test_of_the_life_cycle(eventlog):
    busy(61, people=40)
    question = asked("life_cycle")

    for period in life_cycle.tell(question, now=NOON).periods:
        for state in behind.STATES:
            found = behind.life_cycle(question, begun=period.begun, state=state, now=NOON)
            assert found.total == getattr(period, state)


def test_of_stickiness(eventlog):
    busy(62, people=40)
    question = asked("stickiness", when={"days": 14})

    told = life_cycle.tell_stickiness(question, now=NOON)

    for one in told.active:
        exactly, more = (
            behind.stickiness(question, times=one.times, at_least=at_least, now=NOON).total
            for at_least in (False, True)
        )
        assert (exactly, more) == (one.people, round(one.at_least.value * told.people / 100))


@pytest.mark.parametrize("of", ["", "properties.total"])
def test_of_a_distribution(eventlog, of):
    table = busy(63, people=60)
    question = asked("distribution", of=of, when={"days": 400})

    told = distribution.tell(question, now=NOON)

    for one in told.bins:
        found = behind.distribution(
            question, low=one.low, high=one.high, with_low=one.with_low, with_high=one.with_high,
            now=NOON, limit=1000,
        )  # fmt: skip
        assert found.total == one.n if not of else sum(who.touchpoints for who in found.page) == one.n
    assert sum(one.n for one in told.bins) == (table["total"].notna().sum() if of else 60)


@pytest.mark.parametrize("direction", ["from", "to"])
def test_of_paths(eventlog, direction):
    busy(64, people=40)
    question = asked("paths", what=ORDERS, direction=direction, within_days=5, steps=3, when={"days": 400})

    links = paths.tell(question, now=NOON).links

    assert len(links) > 5
    for link in links:
        found = behind.paths(question, step=link.step, source=link.source, target=link.target, now=NOON)
        assert found.total == link.people


def test_of_all_others_and_of_a_formula(eventlog):
    put(
        [
            {"trail_id": i, "channel": f"c{min(i, 12):02}", "happened_at": NOON - timedelta(hours=i)}
            for i in range(1, 21)
        ]
    )
    question = asked("trends", series=[{"how": "people"}], breakdown="channel", bucket="week")
    others = next(line for line in trends.tell(question, now=NOON).lines if line.is_others)

    def found(**said):
        return people.behind(question, series=0, group=None, now=NOON, **said).total

    assert found(bucket=None, others=True) == others.total.value
    for point in others.points:
        assert found(bucket=point.bucket, others=True) == point.told.value
    ratio = asked("trends", series=[{"how": "people"}, {"how": "count"}], formula="B / A")
    assert people.behind(ratio, series=None, group=None, bucket=None, now=NOON).total == 20

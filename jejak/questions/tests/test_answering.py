"""A question that is asked twice at once runs once; audiences narrow; what is too expensive says so."""

import threading
from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from jejak import eventlog as log
from jejak.audiences.models import Audience
from jejak.questions import answering, ground
from jejak.questions.answering import answer, once
from jejak.questions.asked import KINDS, read
from jejak.questions.reading import BadQuestion
from jejak.questions.tests.makers import NAMES, NOON, SMALLEST, busy, put

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()
    yield
    cache.clear()


def test_who_asks_the_same_meanwhile_waits_for_the_one_answer():
    asked, begun, go_on = [], threading.Event(), threading.Event()

    def ask():
        asked.append(1)
        begun.set()
        assert go_on.wait(10)
        return "told"

    told = []
    threads = [threading.Thread(target=lambda: told.append(once("the-same", ask))) for _ in range(5)]
    threads[0].start()
    assert begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join(10)

    assert told == ["told"] * 5
    assert len(asked) == 1
    assert once("the-same", lambda: "anew") == "told"


def test_a_fault_is_everybodys_and_is_not_kept():
    def fail():
        raise log.TooExpensive("too long")

    with pytest.raises(log.TooExpensive):
        once("failing", fail)

    assert once("failing", lambda: "told") == "told"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_answered_and_its_sql_can_be_asked_again(eventlog, kind):
    busy(40)

    told = answer(read(SMALLEST[kind] | {"when": {"days": 60}}), now=NOON)

    assert not told.notes
    assert log.ask_read_only(told.sql).rows


@pytest.mark.parametrize("kind", KINDS)
def test_only_an_audience_can_be_asked_for(eventlog, kind):
    log.write_people([_known(1, tags=["vip"]), _known(2, tags=[])], version=1)
    put([{"trail_id": pk, "name": name, "properties": {"lcp_ms": 2000}} for pk in (1, 2) for name in NAMES])
    condition = {"kind": "kept", "field": "tag", "value": "vip"}
    now = datetime(2026, 11, 22, tzinfo=UTC)
    Audience.objects.create(key="vip", name="VIP", condition=condition, made_at=now, changed_at=now)

    narrowed = answer(read(SMALLEST[kind] | {"audience": "vip"}), now=NOON)

    assert narrowed != answer(read(SMALLEST[kind]), now=NOON)
    assert not narrowed.notes


def _known(pk, *, tags):
    return log.KnownPerson(
        person_id=pk, handles=[], texts={}, numbers={}, days={}, lists={}, tags=tags,
        first_seen_at=NOON, last_seen_at=NOON,
    )  # fmt: skip


def test_an_audience_that_is_gone_is_said_beside_its_field(eventlog):
    with pytest.raises(BadQuestion) as caught:
        answer(read({"kind": "trends", "audience": "gone"}), now=NOON)

    assert caught.value.errors == [("audience", "There is no audience “gone” any more.")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_over_its_limits_is_too_expensive(eventlog, monkeypatch, kind):
    busy(41)
    monkeypatch.setattr(ground, "_LIMITS", "SETTINGS max_memory_usage = 100000")

    with pytest.raises(log.TooExpensive):
        answering.answer(read(SMALLEST[kind] | {"when": {"days": 60}}), now=NOON)


def test_ten_thousand_different_values_are_ten_groups_and_the_others(eventlog):
    put(
        [
            {"trail_id": i % 4000 + 1, "name": NAMES[i % 2], "properties": {"sku": f"s{i // 2 % 5000}"}}
            for i in range(10_000)
        ]
    )
    split = {"breakdown": "properties.sku"}

    people = answer(read({"kind": "trends", "series": [{"how": "people"}], **split}), now=NOON)
    kept = answer(read({"kind": "retention", **split}), now=NOON)
    ways = answer(read(SMALLEST["funnel"] | split), now=NOON)

    assert [line.is_others for line in people.lines] == [False] * 10 + [True]
    assert (people.groups, people.lines[-1].total.value) == (10, 4000)
    assert [group.is_others for group in kept.groups] == [False] * 10 + [True]
    assert sum(group.people for group in kept.groups) == 4000
    assert [way.is_others for way in ways.ways] == [False] * 10 + [True]
    assert sum(way.steps[0].people for way in ways.ways) == 2000

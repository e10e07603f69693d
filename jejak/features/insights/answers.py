"""The numbers that answer a question of the Insights page."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from django.core.cache import cache

from jejak import measures
from jejak.features.insights.question import Question
from jejak.measures import (
    ALL,
    PEOPLE,
    PER_PERSON,
    TOUCHPOINTS,
    Change,
    Filters,
    Funnel,
    Measure,
    Reading,
    Split,
    Words,
)
from jejak.touchpoints.scales import Scale

Value = TypeVar("Value")
_TIMES_AS_LONG = 20
_LEAST_SECONDS = 3
_MOST_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Number:
    """One number of the overview, by the key of its measure. change: None where nothing is compared."""

    key: str
    now: Reading
    change: Change | None

    @property
    def measure(self) -> Measure:
        return measures.get(self.key)


@dataclass(frozen=True, kw_only=True)
class Scores:
    """What people answered on one scale, told by its first measure. by: a list per column, highest first."""

    key: str
    all: Reading
    over_time: list[Reading]
    by: dict[str, list[Reading]]

    @property
    def measure(self) -> Measure:
        return measures.get(self.key)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """All numbers of the page. told_at: when they were counted, see kept()."""

    told_at: datetime
    question: Question
    words: Words
    extent: tuple[datetime, datetime] | None
    scales: list[tuple[str, int]]
    volume: list[Number]
    over_time: list[Reading]
    over_time_before: list[Reading]
    by_channel: list[Reading]
    by_name: list[Reading]
    overview: list[Number]
    scores: Scores | None
    funnel: Funnel | None

    @property
    def begins_late(self) -> bool:
        """Whether the log began after the window that is compared with, so that counts cannot be compared."""
        return is_late(self.extent, self.question.before)

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened in the window."""
        return not self.volume[0].now.estimate.n


def answer(question: Question, *, now: datetime) -> Answers:
    """Return the numbers, at most a minute old, see kept().

    Raises what eventlog.ask() raises.
    """
    return kept(_key("page", question), lambda: _ask(question, now))


def overview(question: Question, *, now: datetime) -> list[Number]:
    """Return the numbers of the first row alone: what a page that stays open asks for again."""

    def ask() -> list[Number]:
        scales = [scale for scale, _ in measures.scales(question.filters)]
        return _volume(question, now) + _numbers([measures.measures_of(s)[0] for s in scales], question, now)

    return kept(_key("overview", question), ask)


def extent() -> tuple[datetime, datetime] | None:
    """Return how far the log reaches. It looks at every touchpoint, so a large log's is kept for a minute."""
    return kept("insights:extent", measures.extent)


def is_late(extent: tuple[datetime, datetime] | None, before: Filters | None) -> bool:
    """Tell whether the log began after the window that is compared with."""
    return before is not None and extent is not None and extent[0] > before.window.from_at


def kept(key: str, ask: Callable[[], Value]) -> Value:
    """Return what ask() gives, and keep it for twenty times as long as asking took, a minute at most.

    So the numbers of a small log move at once, and a large one is not asked again by everybody.
    """
    known: Value | None = cache.get(key)
    if known is not None:
        return known
    started = time.perf_counter()
    told = ask()
    keep_seconds = min(_MOST_SECONDS, int(_TIMES_AS_LONG * (time.perf_counter() - started)))
    if told is not None and keep_seconds >= _LEAST_SECONDS:
        cache.set(key, told, keep_seconds)
    return told


def _key(what: str, question: Question) -> str:
    if question.before is not None:
        # It is cut at this very moment, which must not make every question a new one.
        whole = replace(question.before.window, cut_at=None)
        question = replace(question, before=question.before.within(whole))
    return f"insights:{what}:{hashlib.sha256(repr(question).encode()).hexdigest()}"


def _ask(question: Question, now: datetime) -> Answers:
    words = measures.words(replace(question.filters, channel=None, name=None, team=None))
    question, funnel = _funnel(question, words, now)
    filters, before = question.filters, question.before
    scales = measures.scales(filters)
    chosen = _chosen_scale(question, scales)
    by_time = Split(bucket=question.volume_bucket)
    happened = measures.tell_together(
        [TOUCHPOINTS], filters, now=now, splits=[by_time, Split(by="channel"), Split(by="name")]
    )
    return Answers(
        told_at=now,
        question=replace(question, scale=chosen.key if chosen else ""),
        words=words,
        extent=extent(),
        scales=[(scale.key, n) for scale, n in scales],
        volume=_volume(question, now),
        over_time=happened[TOUCHPOINTS.key, by_time],
        over_time_before=(
            measures.tell(TOUCHPOINTS, before, now=now, bucket=question.volume_bucket) if before else []
        ),
        by_channel=happened[TOUCHPOINTS.key, Split(by="channel")],
        by_name=happened[TOUCHPOINTS.key, Split(by="name")],
        overview=_numbers(
            [measure for scale, _ in scales for measure in measures.measures_of(scale)], question, now
        ),
        scores=_scores(chosen, question, now) if chosen else None,
        funnel=funnel,
    )


def _funnel(question: Question, words: Words, now: datetime) -> tuple[Question, Funnel | None]:
    """Return the funnel that was chosen, or the usual one of a shop if somebody takes it."""
    usual = question.with_usual_steps(words.names)
    if len(usual.steps) < 2:
        return question, None
    told = measures.funnel(usual.steps, usual.filters, within=usual.within, now=now)
    if not question.steps and not told.steps[0].people:
        return question, None
    return usual, told


def _volume(question: Question, now: datetime) -> list[Number]:
    return _numbers([TOUCHPOINTS, PEOPLE, PER_PERSON], question, now)


def _numbers(asked: Sequence[Measure], question: Question, now: datetime) -> list[Number]:
    if not asked:
        return []
    if question.before is None:
        readings = measures.tell_together(asked, question.filters, now=now)
        return [Number(key=m.key, now=readings[m.key, ALL][0], change=None) for m in asked]
    changes = measures.change_together(asked, question.filters, question.before, now=now)
    return [Number(key=m.key, now=changes[m.key, ALL][0].now, change=changes[m.key, ALL][0]) for m in asked]


def _chosen_scale(question: Question, scales: list[tuple[Scale, int]]) -> Scale | None:
    """Return the scale that was asked for, else the one with most answers."""
    asked = [scale for scale, _ in scales if scale.key == question.scale]
    by_answers = sorted(scales, key=lambda pair: -pair[1])
    return asked[0] if asked else by_answers[0][0] if by_answers else None


def _scores(scale: Scale, question: Question, now: datetime) -> Scores:
    measure = measures.measures_of(scale)[0]
    over_time = Split(bucket=question.score_bucket)
    by = {column: Split(by=column) for column in ("name", "channel", "team")}
    told = measures.tell_together([measure], question.filters, now=now, splits=[ALL, over_time, *by.values()])
    return Scores(
        key=measure.key,
        all=told[measure.key, ALL][0],
        over_time=told[measure.key, over_time],
        by={column: measures.contrasted(measure, told[measure.key, split]) for column, split in by.items()},
    )

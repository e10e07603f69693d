"""The numbers that answer a question of the Insights page."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.cache import cache

from jejak import measures
from jejak.features.insights.question import Question
from jejak.measures import (
    ALL,
    PEOPLE,
    PER_PERSON,
    TOUCHPOINTS,
    Change,
    Funnel,
    Measure,
    Reading,
    Split,
    Words,
)
from jejak.touchpoints.scales import Scale

_SLOW_SECONDS = 0.25
_KEPT_SECONDS = 60


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
    """All numbers of the page. told_at: when they were counted; kept for a minute where that was slow."""

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
        before = self.question.before
        return before is not None and self.extent is not None and self.extent[0] > before.window.from_at

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened in the window."""
        return not self.volume[0].now.estimate.n


def answer(question: Question, *, now: datetime) -> Answers:
    """Return the numbers, at most a minute old where asking takes long, else of this moment.

    Raises what eventlog.ask() raises.
    """
    key = _key(question)
    kept: Answers | None = cache.get(key)
    if kept is not None:
        return kept
    started = time.perf_counter()
    told = _ask(question, now)
    if time.perf_counter() - started > _SLOW_SECONDS:
        cache.set(key, told, _KEPT_SECONDS)
    return told


def _key(question: Question) -> str:
    if question.before is not None:
        # It is cut at this very moment, which must not make every question a new one.
        whole = replace(question.before.window, cut_at=None)
        question = replace(question, before=question.before.within(whole))
    return f"insights:{hashlib.sha256(repr(question).encode()).hexdigest()}"


def _ask(question: Question, now: datetime) -> Answers:
    words = measures.words(replace(question.filters, channel=None, name=None, team=None))
    question = question.with_usual_steps(words.names)
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
        extent=_extent(),
        scales=[(scale.key, n) for scale, n in scales],
        volume=_numbers([TOUCHPOINTS, PEOPLE, PER_PERSON], question, now),
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
        funnel=(
            measures.funnel(question.steps, filters, within=question.within, now=now)
            if len(question.steps) > 1
            else None
        ),
    )


def _extent() -> tuple[datetime, datetime] | None:
    """How far the log reaches; it looks at every touchpoint, so it is kept for a minute."""
    kept: tuple[datetime, datetime] | None = cache.get("insights:extent")
    if kept is None and (kept := measures.extent()):
        cache.set("insights:extent", kept, _KEPT_SECONDS)
    return kept


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

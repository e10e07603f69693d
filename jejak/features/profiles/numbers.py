"""A person in numbers, as the log tells them."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from jejak import eventlog
from jejak.touchpoints import scales


@dataclass(frozen=True, kw_only=True)
class LastScore:
    """What a person answered last on one scale, and how often they answered on it."""

    scale: scales.Scale
    score: float
    at: datetime
    answers: int


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """touchpoints: how many. kinds, channels: how many of each, most first. values: sums by currency."""

    touchpoints: int
    kinds: dict[str, int]
    channels: dict[str, int]
    values: dict[str, Decimal]
    months: dict[date, int]
    scores: list[LastScore]
    orders: int
    """How many touchpoints brought in something."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer on a scale."""

    scale: scales.Scale
    score: float
    at: datetime


def numbers(trail_ids: Sequence[int], *, zone: str) -> Numbers:
    """Return a person's numbers; months begin in the time zone. Raises eventlog.Away."""
    kinds: dict[str, int] = {}
    channels: dict[str, int] = {}
    values: dict[str, Decimal] = {}
    months: dict[date, int] = {}
    scores: dict[str, LastScore] = {}
    orders = 0
    # One question for all, because each reads the same rows.
    for row in eventlog.ask(_NUMBERS, trails=list(trail_ids), zone=zone).rows:
        kind, channel, currency, month, count, value, scale, score, scored_at, answers, bought = row
        kinds[kind] = kinds.get(kind, 0) + count
        channels[channel] = channels.get(channel, 0) + count
        months[month] = months.get(month, 0) + count
        orders += bought
        if value is not None:
            values[currency] = values.get(currency, Decimal()) + value
        if answers:
            _add_score(scores, scale, score, scored_at, answers)
    return Numbers(
        touchpoints=sum(kinds.values()),
        kinds=_most_first(kinds),
        channels=_most_first({channel: count for channel, count in channels.items() if channel}),
        values=dict(sorted(values.items(), key=lambda item: -abs(item[1]))),
        months=months,
        scores=sorted(scores.values(), key=lambda one: one.at, reverse=True),
        orders=orders,
    )


def answers(trail_ids: Sequence[int], *, limit: int = 300) -> list[Answer]:
    """Return what a person answered on any scale, the oldest first. Raises eventlog.Away."""
    found = []
    for scale, score, at in eventlog.ask(_ANSWERS, trails=list(trail_ids), limit=limit).rows[::-1]:
        with contextlib.suppress(scales.UnknownScale):
            found.append(Answer(scale=scales.parse(scale), score=score, at=at))
    return found


_ANSWERS = """
    SELECT scale, score, happened_at FROM touchpoints
    WHERE trail_id IN {trails:Array(UInt64)} AND score IS NOT NULL
    ORDER BY happened_at DESC LIMIT {limit:UInt32}
"""


_NUMBERS = """
    SELECT
        kind, channel, currency, toStartOfMonth(happened_at, {zone:String}), count(), sumOrNull(value),
        scale, argMaxIf(score, happened_at, score IS NOT NULL),
        maxIf(happened_at, score IS NOT NULL), count(score), countIf(value > 0)
    FROM touchpoints WHERE trail_id IN {trails:Array(UInt64)}
    GROUP BY ALL
"""


def _add_score(
    scores: dict[str, LastScore], scale: str, score: float, scored_at: datetime, answers: int
) -> None:
    try:
        parsed = scales.parse(scale)
    except scales.UnknownScale:
        return  # A score without a scale says nothing.
    held = scores.get(parsed.key)
    if held is not None:
        answers += held.answers
        if held.at > scored_at:
            score, scored_at = held.score, held.at
    scores[parsed.key] = LastScore(scale=parsed, score=score, at=scored_at, answers=answers)


def _most_first(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

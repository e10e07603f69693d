"""A person in numbers, as the log tells them."""

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


def numbers(trail_ids: Sequence[int], *, zone: str) -> Numbers:
    """Return a person's numbers; months begin in the time zone. Raises eventlog.Away."""
    trails = list(trail_ids)
    kinds: dict[str, int] = {}
    channels: dict[str, int] = {}
    values: dict[str, Decimal] = {}
    months: dict[date, int] = {}
    for kind, channel, currency, month, count, value in eventlog.ask(_COUNTS, trails=trails, zone=zone).rows:
        kinds[kind] = kinds.get(kind, 0) + count
        channels[channel] = channels.get(channel, 0) + count
        months[month] = months.get(month, 0) + count
        if value is not None:
            values[currency] = values.get(currency, Decimal()) + value
    return Numbers(
        touchpoints=sum(kinds.values()),
        kinds=_most_first(kinds),
        channels=_most_first({channel: count for channel, count in channels.items() if channel}),
        values=dict(sorted(values.items(), key=lambda item: -abs(item[1]))),
        months=months,
        scores=_last_scores(trails),
    )


_COUNTS = """
    SELECT kind, channel, currency, toStartOfMonth(happened_at, {zone:String}), count(), sumOrNull(value)
    FROM touchpoints WHERE trail_id IN {trails:Array(UInt64)}
    GROUP BY ALL
"""
_SCORES = """
    SELECT scale, argMax(score, happened_at), max(happened_at) AS at, count()
    FROM touchpoints WHERE trail_id IN {trails:Array(UInt64)} AND score IS NOT NULL
    GROUP BY scale ORDER BY at DESC
"""


def _last_scores(trails: list[int]) -> list[LastScore]:
    found = []
    for scale, score, at, answers in eventlog.ask(_SCORES, trails=trails).rows:
        try:
            found.append(LastScore(scale=scales.parse(scale), score=score, at=at, answers=answers))
        except scales.UnknownScale:
            continue  # A score without a scale says nothing.
    return found


def _most_first(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

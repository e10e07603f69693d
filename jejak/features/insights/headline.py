"""The first insight: what hurts most now, and what has changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from jejak import measures
from jejak.common.statistics import SMALL
from jejak.features.insights import unhappy
from jejak.features.insights.answers import Number, extent, is_late, kept
from jejak.features.insights.unhappy import Quote, Somewhere, Unhappy, Worth
from jejak.measures import ALL, KEPT, PEOPLE, TOUCHPOINTS, Change, Filters, Measure, Reading, Split, Window
from jejak.touchpoints.scales import Scale

_DAYS = 28
_TREND_DAYS = 84
_PROMISE_DAYS = 182
_TODAY = (TOUCHPOINTS, PEOPLE)
_BY_NAME = Split(by="name")
_BY_PLACE = Split(by="place")
_SOMEWHERE = (_BY_PLACE, Split(by="channel"))
_LOOKED_INTO = 4


@dataclass(frozen=True, kw_only=True)
class Felt:
    """How many of those who rated one touchpoint are unhappy with it, on one scale, and how that changed."""

    key: str
    change: Change
    of: str = ""
    """The touchpoint, where the change is that of one of its places or channels; column: which of them."""
    column: str = "name"

    @property
    def measure(self) -> Measure:
        return measures.get(self.key)

    @property
    def name(self) -> str:
        return self.of or self.change.now.group or ""

    @property
    def where(self) -> str:
        """The place or the channel; "" where it is everywhere."""
        return (self.change.now.group or "") if self.of else ""


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The numbers of Home.

    worst: the touchpoint that surely has the largest share of unhappy answers; None where nothing has 30.
    It is found on one scale, as no two can be held against each other. trend: its share by week. others:
    the next ones. changed: what else has clearly changed, on any scale. asked: how many answered at all.
    where: the place, channel or team in which the worst is clearly most. worth: what the unhappy ones spent.
    """

    filters: Filters
    worst: Felt | None
    trend: list[Reading]
    where: Somewhere | None
    worth: Worth | None
    others: list[Felt]
    changed: list[Felt]
    asked: int
    today: list[Number]
    scores: list[Number]
    by_day: list[Reading]
    by_day_before: list[Reading]
    begins_late: bool
    """Whether the log began less than a week ago, so that today has nothing to be compared with."""


@dataclass(frozen=True, kw_only=True)
class Voices:
    """Who is unhappy of late, what they say of the worst touchpoint, and whether promises are kept, by week."""

    callers: list[Unhappy]
    quotes: list[Quote]
    promises: Change | None
    promises_changed: list[Change]
    """The places where they clearly changed, the largest change first."""
    promises_by_week: list[Reading]


def headline(*, now: datetime) -> Headline | None:
    """Return the numbers of Home, kept for a minute where asking takes long; None while the log is empty."""

    return kept("insights:headline", lambda: _ask(now) if extent() else None)


def voices(*, now: datetime) -> Voices | None:
    """Return the second half of Home, kept for a minute where asking takes long; None while the log is empty."""
    return kept("insights:voices", lambda: _voices(now) if extent() else None)


def _voices(now: datetime) -> Voices:
    told = headline(now=now)
    quotes = (
        unhappy.quotes(told.worst.measure, _of_touchpoint(told.filters, told.worst))
        if told and told.worst
        else []
    )
    filters = Filters(window=window(now))
    before = filters.within(filters.window.before(now=now))
    changes = _changes([KEPT], filters, before, now, [ALL, _BY_PLACE])
    promises = changes[KEPT.key, ALL][0]
    somewhere = [one for one in changes[KEPT.key, _BY_PLACE] if one.is_clear and one.now.group]
    by_week: list[Reading] = []
    if promises.now.estimate.n or promises.before.estimate.n:
        long = Filters(window=Window.last(_PROMISE_DAYS, now=now, zone=settings.TIME_ZONE))
        by_week = measures.tell(KEPT, long, now=now, bucket="week")
    return Voices(
        callers=unhappy.most_valuable(now=now),
        quotes=quotes,
        promises=promises if by_week else None,
        promises_changed=sorted(somewhere, key=lambda one: -abs(one.difference.value or 0))[:3],
        promises_by_week=by_week,
    )


def today(*, now: datetime) -> list[Number]:
    """Return touchpoints and people of today, against the same time a week ago."""
    filters, a_week_ago = today_and_a_week_ago(now)
    changes = _changes(_TODAY, filters, a_week_ago, now, [ALL])
    return [_number(measure, changes) for measure in _TODAY]


def _ask(now: datetime) -> Headline:
    filters = Filters(window=window(now))
    before = filters.within(filters.window.before(now=now))
    scales = measures.scales(filters)
    of_scales = [measures.measures_of(scale) for scale, _ in scales]
    scored = _changes(
        [m for own in of_scales for m in (own[0], own[-1])], filters, before, now, [ALL, _BY_NAME]
    )
    felt = [Felt(key=own[-1].key, change=one) for own in of_scales for one in scored[own[-1].key, _BY_NAME]]
    ranked = _worst_first(felt, _most_used(scales))
    worst = ranked[0] if ranked else None
    return Headline(
        filters=filters,
        worst=worst,
        trend=_trend(worst, now) if worst else [],
        where=unhappy.worst_place(worst.measure, _of_touchpoint(filters, worst), now=now) if worst else None,
        worth=unhappy.worth(worst.measure, _of_touchpoint(filters, worst), now=now) if worst else None,
        others=ranked[1:4],
        changed=[one for one in felt if one.change.is_clear and one is not worst]
        + _changed_somewhere(ranked[:_LOOKED_INTO], filters, before, now),
        asked=sum(n for _, n in scales),
        today=today(now=now),
        scores=[_number(own[0], scored) for own in of_scales],
        by_day=measures.tell(TOUCHPOINTS, filters, now=now, bucket="day"),
        by_day_before=measures.tell(TOUCHPOINTS, before, now=now, bucket="day"),
        begins_late=is_late(extent(), today_and_a_week_ago(now)[1]),
    )


def window(now: datetime) -> Window:
    """Return the days that Home tells of."""
    return Window.last(_DAYS, now=now, zone=settings.TIME_ZONE)


def today_and_a_week_ago(now: datetime) -> tuple[Filters, Filters]:
    filters = Filters(window=Window.last(1, now=now, zone=settings.TIME_ZONE))
    return filters, filters.within(filters.window.before(now=now, days=7))


def _changes(
    asked: Sequence[Measure], filters: Filters, before: Filters, now: datetime, splits: Sequence[Split]
) -> dict[tuple[str, Split], list[Change]]:
    return measures.change_together(asked, filters, before, now=now, splits=splits) if asked else {}


def _number(measure: Measure, changes: dict[tuple[str, Split], list[Change]]) -> Number:
    change = changes[measure.key, ALL][0]
    return Number(key=measure.key, now=change.now, change=change)


def _most_used(scales: Sequence[tuple[Scale, int]]) -> Scale | None:
    """Return the scale with most answers. NPS, which asks about the company as a whole, only where it is all."""
    about_touchpoints = [pair for pair in scales if pair[0].kind != "nps"]
    return max(about_touchpoints or scales, key=lambda pair: pair[1], default=(None, 0))[0]


def _worst_first(felt: Iterable[Felt], scale: Scale | None) -> list[Felt]:
    """Sort by the lower end of the interval: what is surely bad goes before what may be chance."""
    enough = [one for one in felt if one.measure.scale == scale and one.change.now.estimate.n >= SMALL]
    return sorted(enough, key=lambda one: one.change.now.estimate.low or 0, reverse=True)


def _changed_somewhere(
    ranked: Sequence[Felt], filters: Filters, before: Filters, now: datetime
) -> list[Felt]:
    """Return what changed clearly in one place or on one channel, although the whole may hide it."""
    found = []
    for felt in ranked:
        told = _changes(
            [felt.measure], _of_touchpoint(filters, felt), _of_touchpoint(before, felt), now, _SOMEWHERE
        )
        found += [
            Felt(key=felt.key, change=change, of=felt.name, column=split.by or "")
            for split in _SOMEWHERE
            for change in told[felt.key, split]
            if change.is_clear and change.now.group
        ]
    return found


def _of_touchpoint(filters: Filters, felt: Felt) -> Filters:
    return replace(filters, name=felt.name)


def _trend(worst: Felt, now: datetime) -> list[Reading]:
    window = Window.last(_TREND_DAYS, now=now, zone=settings.TIME_ZONE)
    filters = Filters(window=window, name=worst.name)
    return measures.tell(worst.measure, filters, now=now, bucket="week")

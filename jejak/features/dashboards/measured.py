"""Tiles of measures: a number with its change, a line, or bars by channel, place, team or touchpoint."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from jejak import measures
from jejak.backoffice.charts import Bar, BarChart, LineChart, Point, Series
from jejak.features.dashboards import filters as f
from jejak.features.dashboards.drawn import Drawn, Number, guarded, nothing
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.models import Tile
from jejak.features.dashboards.turns import in_turn
from jejak.measures import ALL, Bucket, Filters, Measure, Reading, Split, saying
from jejak.questions.answering import once
from jejak.questions.pictures import Picture

AS = ("number", "line", "channel", "place", "team", "name")
_MOST_BARS = 12


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    tile: Tile
    measure: Measure
    shown_as: str
    narrowed: Narrowed
    filters: Filters
    split: Split
    before: Filters | None


def draw(tiles: Sequence[Tile], *, now: datetime, wide: Narrowed, viewer: Any) -> list[Drawn]:
    """Return what tiles of measures show. Those of equal filters are asked in one question to the log."""
    drawn: dict[int, Drawn] = {}
    together: dict[str, list[tuple[int, _Wanted]]] = {}
    for i, tile in enumerate(tiles):
        try:
            wanted = _wanted(tile, now=now, wide=wide)
        except measures.NoSuchMeasure:
            drawn[i] = nothing(tile, _("There is no such number on this install. Choose another one."))
        except f.NoSuchAudience:
            drawn[i] = nothing(tile, _("Its audience was deleted or put away. Choose another one."))
        else:
            together.setdefault(_together(wanted), []).append((i, wanted))
    for group in together.values():
        told = _Told([wanted for _i, wanted in group], now=now)
        for i, wanted in group:
            drawn[i] = guarded(wanted.tile, partial(_drawn, wanted, told))
    return [drawn[i] for i in range(len(tiles))]


def _wanted(tile: Tile, *, now: datetime, wide: Narrowed) -> _Wanted:
    measure = measures.get(str(tile.what.get("measure", "")))
    shown_as = str(tile.what.get("as", "number"))
    shown_as = shown_as if shown_as in AS else "number"
    narrowed = f.read(tile.what).over(wide)
    filters = narrowed.asked(now=now)
    before = narrowed.before(now=now) if shown_as == "number" else None
    if shown_as == "line":
        split = Split(bucket=bucket_for(measure, filters.window.days))
    else:
        split = ALL if shown_as == "number" else Split(by=shown_as)
    return _Wanted(
        tile=tile,
        measure=measure,
        shown_as=shown_as,
        narrowed=narrowed,
        filters=filters,
        split=split,
        before=filters.within(before) if before else None,
    )


def told(measure: Measure, narrowed: Narrowed, *, by: str, now: datetime) -> list[Reading]:
    """Return a measure's numbers by a column, each told whether it differs where that can be told; kept for a while."""
    wanted = _Wanted(
        tile=Tile(), measure=measure, shown_as=by, narrowed=narrowed, filters=narrowed.asked(now=now),
        split=Split(by=by), before=None,
    )  # fmt: skip
    readings, _changes = _Told([wanted], now=now)()
    found = readings[measure.key]
    return measures.contrasted(measure, found) if measure.point else found


def bucket_for(measure: Measure, days: int) -> Bucket:
    """Return days, weeks or months, so that a line can be read: answers are few, so they want longer ones."""
    if days <= (14 if measure.scale else 62):
        return "day"
    return "week" if days <= 400 else "month"


def _together(wanted: _Wanted) -> str:
    """Say what must be alike for two measures to be asked at once: filters, split, and how dear they are to count."""
    measure = wanted.measure
    dear = (
        "count" if not measure.point else "all" if measure.counted == measures.TOUCHPOINTS.counted else "some"
    )
    before = wanted.before
    if before is not None:
        # It is cut at this very moment, which must not make every question a new one.
        before = before.within(replace(before.window, cut_at=None))
    return repr((wanted.filters, before, wanted.split, dear))


class _Told:
    """The answers of several measures of equal filters: asked at once, by the first that needs them."""

    def __init__(self, wanted: Sequence[_Wanted], *, now: datetime) -> None:
        self._wanted = wanted
        self._now = now

    def __call__(self) -> tuple[dict[str, list[Reading]], dict[str, measures.Change]]:
        first = self._wanted[0]
        asked = sorted({one.measure.key for one in self._wanted})
        said = hashlib.sha256(f"{asked} {_together(first)}".encode()).hexdigest()
        return once(f"dashboards:{said}", lambda: in_turn(lambda: self._ask(asked)))

    def _ask(self, keys: Sequence[str]) -> tuple[dict[str, list[Reading]], dict[str, measures.Change]]:
        first = self._wanted[0]
        asked = [measures.get(key) for key in keys]
        if first.before is not None:
            changes = measures.change_together(asked, first.filters, first.before, now=self._now)
            return {}, {key: changes[key, ALL][0] for key in keys}
        told = measures.tell_together(asked, first.filters, now=self._now, splits=[first.split])
        return {key: told[key, first.split] for key in keys}, {}


def _drawn(wanted: _Wanted, told: _Told) -> Drawn:
    readings, changes = told()
    key = wanted.measure.key
    title = wanted.tile.title or str(wanted.measure.title)
    pk = wanted.tile.pk
    if wanted.shown_as == "number":
        reading = changes[key].now if key in changes else readings[key][0]
        if not reading.people and not wanted.measure.is_count:
            return nothing(wanted.tile, _("Nobody was counted in this window."), title=title)
        number = _number(wanted, reading, changes.get(key))
        return Drawn(tile_id=pk, kind="number", title=title, number=number)
    if not any(reading.people for reading in readings[key]):
        return nothing(wanted.tile, _("Nobody was counted in this window."), title=title)
    chart = _line(wanted, readings[key]) if wanted.shown_as == "line" else _bars(wanted, readings[key])
    return Drawn(tile_id=pk, kind="chart", title=title, pictures=(Picture(chart=chart, title=title),))


def _number(wanted: _Wanted, reading: Reading, changed: measures.Change | None) -> Number:
    measure, told = wanted.measure, reading.estimate
    return Number(
        value=told.value,
        unit=saying.unit(measure),
        n=None if measure.is_count else told.n,
        low=told.low,
        high=told.high,
        before=changed.before.estimate.value if changed else None,
        better=saying.better(measure) if changed and changed.is_clear else "",
    )


def _line(wanted: _Wanted, readings: Sequence[Reading]) -> LineChart:
    title = str(wanted.measure.title)
    points = [
        Point(
            at=r.bucket,
            value=r.estimate.value,
            low=r.estimate.low,
            high=r.estimate.high,
            n=None if wanted.measure.is_count else r.estimate.n,
        )
        for r in _whole(readings)
        if r.bucket
    ]
    words = {"day": _("Day"), "week": _("Week"), "month": _("Month")}
    return LineChart(
        series=[Series(name=title, points=points)],
        unit=saying.unit_over_time(wanted.measure, readings),
        x_label=words[wanted.split.bucket or "day"],
        y_label=title,
    )


def _whole(readings: Sequence[Reading]) -> Sequence[Reading]:
    """Leave out the days, weeks or months that are not whole, so that nobody takes them for a fall."""
    whole = [reading for reading in readings if reading.is_complete]
    return whole if len(whole) > 1 else readings


def _bars(wanted: _Wanted, readings: Sequence[Reading]) -> BarChart:
    column, measure = wanted.shown_as, wanted.measure
    ranked = measures.contrasted(measure, readings) if measure.point else list(readings)
    words = {"name": _("Touchpoint"), "channel": _("Channel"), "team": _("Team"), "place": _("Place")}
    return BarChart(
        bars=[
            Bar(
                label=saying.group(column, r.group),
                value=r.estimate.value,
                low=r.estimate.low,
                high=r.estimate.high,
                n=None if measure.is_count else r.estimate.n,
            )
            for r in ranked[:_MOST_BARS]
        ],
        unit=saying.unit(measure),
        x_label=words[column],
        y_label=str(measure.title),
    )

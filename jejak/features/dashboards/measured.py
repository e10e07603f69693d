"""Tiles of measures: a number with its change, a line, or bars by channel, place, team or touchpoint."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from jejak import measures
from jejak.audiences.among import NoSuchAudience
from jejak.backoffice.charts import Bar, BarChart, LineChart, Point, Series
from jejak.features.dashboards import filters as f
from jejak.features.dashboards.drawn import Drawn, Number, guarded, nothing
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.models import Tile
from jejak.features.dashboards.turns import in_turn
from jejak.measures import ALL, Bucket, Filters, Measure, Reading, Split, next_bucket, saying
from jejak.questions.answering import once
from jejak.questions.pictures import Picture

AS = ("number", "line", "channel", "place", "team", "name")
_MOST_BARS = 12
_Readings = dict[tuple[str, Split], list[Reading]]
_Answers = tuple[_Readings, dict[str, _Readings]]


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
    leads = viewer is not None and viewer.has_perm("people.view_person")
    together: dict[str, list[tuple[int, _Wanted]]] = {}
    for i, tile in enumerate(tiles):
        try:
            wanted = _wanted(tile, now=now, wide=wide)
        except measures.NoSuchMeasure:
            drawn[i] = nothing(tile, _("There is no such number on this install. Choose another one."))
        except NoSuchAudience:
            drawn[i] = nothing(tile, _("Its audience was deleted or put away. Choose another one."))
        else:
            together.setdefault(_together(wanted), []).append((i, wanted))
    for group in together.values():
        told = _Told([wanted for _i, wanted in group], now=now)
        for i, wanted in group:
            drawn[i] = guarded(wanted.tile, partial(_drawn, wanted, told, leads=leads))
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
    found = _Told([wanted], now=now).readings(wanted)
    return measures.contrasted(measure, found) if measure.point else found


def bucket_for(measure: Measure, days: int) -> Bucket:
    """Return days, weeks or months, so that a line can be read: answers are few, so they want longer ones."""
    if days <= (14 if measure.scale else 62):
        return "day"
    return "week" if days <= 400 else "month"


def _together(wanted: _Wanted) -> str:
    """Say what must be alike for measures to be asked at once: filters, and what rows they count.

    Scales are asked apart: the log finds the rows of one scale at once, and reads far more of it for any of several.
    """
    measure = wanted.measure
    rows = measure.counted if measure.point else ""
    return repr(
        (
            wanted.filters,
            rows,
            sorted(measure.values.items()) if rows and measure.scale is None else "",
            _scale(measure),
        )
    )


def _scale(measure: Measure) -> str:
    return measure.scale.key if measure.scale else ""


class _Told:
    """The answers of measures of equal filters, however they are split: asked at once, by the first that needs them."""

    def __init__(self, wanted: Sequence[_Wanted], *, now: datetime) -> None:
        self._now = now
        self._filters = wanted[0].filters
        self._keys = sorted({one.measure.key for one in wanted})
        self._splits = sorted({one.split for one in wanted}, key=repr)
        compared = {_uncut(one.before): one.before for one in wanted if one.before is not None}
        self._before = [compared[key] for key in sorted(compared)]
        said = [_together(wanted[0]), self._keys, self._splits, sorted(compared)]
        self._key = f"dashboards:{hashlib.sha256(repr(said).encode()).hexdigest()}"

    def reading(self, wanted: _Wanted) -> Reading:
        return self.readings(wanted)[0]

    def readings(self, wanted: _Wanted) -> list[Reading]:
        return self._answers()[0][wanted.measure.key, wanted.split]

    def change(self, wanted: _Wanted) -> measures.Change | None:
        """Return how a number changed, where it is compared."""
        if wanted.before is None:
            return None
        earlier = self._answers()[1][_uncut(wanted.before)][wanted.measure.key, ALL]
        return measures.changed(self.reading(wanted), earlier[0])

    def _answers(self) -> _Answers:
        return once(self._key, lambda: in_turn(self._ask))

    def _ask(self) -> _Answers:
        asked = [measures.get(key) for key in self._keys]
        told = measures.tell_together(asked, self._filters, now=self._now, splits=self._splits)
        earlier = {_uncut(one): measures.tell_together(asked, one, now=self._now) for one in self._before}
        return told, earlier


def _uncut(before: Filters) -> str:
    """A window before is cut at this very moment, which must not make every question a new one."""
    return repr(before.within(replace(before.window, cut_at=None)))


def _drawn(wanted: _Wanted, told: _Told, *, leads: bool) -> Drawn:
    readings = told.readings(wanted)
    title = wanted.tile.title or str(wanted.measure.title)
    pk = wanted.tile.pk
    if wanted.shown_as == "number":
        reading = readings[0]
        if not reading.people and not wanted.measure.is_count:
            return nothing(wanted.tile, _("Nobody was counted in this window."), title=title)
        number = _number(wanted, reading, told.change(wanted))
        href = _people(wanted, wanted.filters) if leads and reading.people else ""
        return Drawn(tile_id=pk, kind="number", title=title, number=number, href=href)
    if not any(reading.people for reading in readings):
        return nothing(wanted.tile, _("Nobody was counted in this window."), title=title)
    chart = (_line if wanted.shown_as == "line" else _bars)(wanted, readings, leads=leads)
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


def _people(wanted: _Wanted, filters: Filters) -> str:
    """Return where those behind a number are, which another feature shows."""
    said = {
        "measure": wanted.measure.key,
        "window": "custom",
        "from": filters.window.from_on.isoformat(),
        "to": filters.window.last_on.isoformat(),
    }
    for column in ("channel", "name", "team", "place"):
        if (word := getattr(filters, column)) is not None:
            said[column] = word or f.NOT_SAID
    if wanted.narrowed.audience:
        said["audience"] = wanted.narrowed.audience
    return f"{reverse('insights:people')}?{urlencode(said)}"


def _in_bucket(wanted: _Wanted, start: date) -> Filters:
    window = wanted.filters.window
    until_on = min(next_bucket(start, wanted.split.bucket or "day"), window.until_on)
    return wanted.filters.within(replace(window, from_on=max(start, window.from_on), until_on=until_on))


def _line(wanted: _Wanted, readings: Sequence[Reading], *, leads: bool) -> LineChart:
    title = str(wanted.measure.title)
    points = [
        Point(
            at=r.bucket,
            value=r.estimate.value,
            low=r.estimate.low,
            high=r.estimate.high,
            n=None if wanted.measure.is_count else r.estimate.n,
            href=_people(wanted, _in_bucket(wanted, r.bucket)) if leads and r.people else "",
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


def _bars(wanted: _Wanted, readings: Sequence[Reading], *, leads: bool) -> BarChart:
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
                href=_people(wanted, wanted.filters.also(column, r.group or ""))
                if leads and r.people
                else "",
            )
            for r in ranked[:_MOST_BARS]
        ],
        unit=saying.unit(measure),
        x_label=words[column],
        y_label=str(measure.title),
    )

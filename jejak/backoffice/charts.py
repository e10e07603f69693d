"""What charts are made from. Features give numbers in these shapes, and never say how to draw them.

    chart = LineChart(
        series=[Series(name=_("NPS"), points=[Point(at=day, value=31.0, low=24.1, high=37.9, n=412), …])],
        unit=Unit(decimals=1),
        x_label=_("Week"),
        y_label=_("NPS"),
    )

    {% load charts %}{% chart "line" chart title=_("NPS by week") description=_("…") %}

Every chart has a table under it with the same numbers, for keyboard, screen reader and CSV; without
JavaScript the table is all there is. Give n and the 95 % interval wherever there is one: low and high, in
the unit of the value.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from jejak.backoffice import outlines
from jejak.common import money, numbers

Text = str | Promise
Tone = Literal["", "good", "warn", "bad", "calm"]


class BadChart(ValueError):
    """A chart was given what it cannot show."""


@dataclass(frozen=True, kw_only=True)
class Unit:
    """How the numbers of a chart are written.

    kind: "number", "percent" (0 to 100), "money" (with currency, ISO 4217) or "seconds" (shown as 4 min).
    decimals: how many, for numbers and percentages. least, most: ends of the axis, where the scale has ends.
    """

    kind: Literal["number", "percent", "money", "seconds"] = "number"
    decimals: int = 0
    currency: str = ""
    least: float | None = None
    most: float | None = None

    def __post_init__(self) -> None:
        if (self.kind == "money") != bool(self.currency):
            raise BadChart("Money needs its currency, and only money has one.")

    def text(self, value: float | None) -> str:
        """Return a value as people of the active language write it."""
        if value is None:
            return "–"
        if self.kind == "percent":
            return numbers.percent(value, decimals=self.decimals)
        if self.kind == "money":
            return money.money(value, self.currency)
        if self.kind == "seconds":
            return span(value)
        return numbers.number(value, decimals=self.decimals)

    def payload(self) -> dict[str, Any]:
        sign = money.sign(self.currency) if self.currency else ""
        return {
            "kind": self.kind,
            "decimals": money.decimals_of(self.currency) if self.currency else self.decimals,
            "sign": sign,
            "least": self.least,
            "most": self.most,
        }


COUNT = Unit()
PERCENT = Unit(kind="percent", decimals=1)


@dataclass(frozen=True)
class TableCell:
    """One cell under a chart: as people read it, and as a machine does (for the CSV). href: where it leads."""

    text: str
    raw: str = ""
    number: bool = False
    href: str = ""

    def for_machines(self) -> str:
        return self.raw or self.text


@dataclass(frozen=True, kw_only=True)
class Table:
    """The numbers of a chart, as they stand under it."""

    columns: list[str]
    rows: list[list[TableCell]]

    def heads(self) -> list[tuple[str, bool]]:
        """Each column's name, and whether numbers stand under it."""
        numeric = [cell.number for cell in self.rows[0]] if self.rows else [False] * len(self.columns)
        return list(zip(self.columns, numeric, strict=True))


# Lines


@dataclass(frozen=True, kw_only=True)
class Point:
    """One value in time. value None is a gap. low, high: the 95 % interval. n: how many it rests on.

    href: where a click leads.
    """

    at: date | datetime
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Series:
    """A line. comparison: drawn dashed and grey, its points moved onto the dates they are compared with."""

    name: Text
    points: Sequence[Point]
    comparison: bool = False


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something worth knowing at a time: "New courier". Drawn as an upright line, with `until` as a band to there."""

    at: date | datetime
    label: Text
    until: date | datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LineChart:
    """Values over time, each line with the band of its 95 % interval. At most six lines can be told apart."""

    kind: ClassVar[str] = "line"
    series: Sequence[Series]
    unit: Unit = COUNT
    x_label: Text = ""
    y_label: Text = ""
    marks: Sequence[Mark] = ()

    def empty(self) -> bool:
        return not any(point.value is not None for line in self.series for point in line.points)

    def payload(self) -> dict[str, Any]:
        return {
            "unit": self.unit.payload(),
            "y_label": str(self.y_label),
            "series": [
                {
                    "name": str(line.name),
                    "comparison": line.comparison,
                    "points": [
                        {
                            "at": point.at.isoformat(),
                            "label": _moment(point.at),
                            "value": point.value,
                            "low": point.low,
                            "high": point.high,
                            "n": point.n,
                            "href": point.href,
                        }
                        for point in line.points
                    ],
                }
                for line in self.series
            ],
            "marks": [
                {
                    "at": mark.at.isoformat(),
                    "label": str(mark.label),
                    "until": mark.until.isoformat() if mark.until else None,
                }
                for mark in self.marks
            ],
        }

    def table(self) -> Table:
        several = len(self.series) > 1
        points = [point for line in self.series for point in line.points]
        extra = _Extra(points, self.unit)
        name, value = [_("Series")] if several else [], str(self.y_label) or _("Value")
        rows = [
            ([TableCell(str(line.name))] if several else [])
            + [
                TableCell(_moment(point.at), point.at.isoformat()),
                _amount(point.value, self.unit, point.href),
                *extra(point),
            ]
            for line in self.series
            for point in line.points
        ]
        return Table(columns=[*name, str(self.x_label) or _("Time"), value, *extra.columns], rows=rows)


# Bars


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar. low, high: the 95 % interval. href: where a click leads. series: its group, if there are."""

    label: Text
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    series: Text = ""
    tone: Tone = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class BarChart:
    """Values side by side, with their 95 % intervals. Lying down by default, so that long names fit.

    reference: a value to hold the bars against, drawn as a line ("all channels"), with its label.
    small_n: bars that rest on fewer than this are greyed. stacked: groups on top of each other.
    """

    kind: ClassVar[str] = "bar"
    bars: Sequence[Bar]
    unit: Unit = COUNT
    x_label: Text = ""
    y_label: Text = ""
    upright: bool = False
    stacked: bool = False
    reference: float | None = None
    reference_label: Text = ""
    small_n: int = 30

    def empty(self) -> bool:
        return not any(bar.value is not None for bar in self.bars)

    def payload(self) -> dict[str, Any]:
        return {
            "unit": self.unit.payload(),
            "upright": self.upright,
            "stacked": self.stacked,
            "reference": self.reference,
            "reference_label": str(self.reference_label),
            "y_label": str(self.y_label),
            "bars": [
                {
                    "label": str(bar.label),
                    "value": bar.value,
                    "low": bar.low,
                    "high": bar.high,
                    "n": bar.n,
                    "series": str(bar.series),
                    "tone": bar.tone,
                    "href": bar.href,
                    "small": bar.n is not None and bar.n < self.small_n,
                }
                for bar in self.bars
            ],
        }

    def table(self) -> Table:
        grouped = any(bar.series for bar in self.bars)
        extra = _Extra(self.bars, self.unit)
        columns = [str(self.x_label) or _("Name"), *([_("Group")] if grouped else [])]
        rows = [
            [
                TableCell(str(bar.label)),
                *([TableCell(str(bar.series))] if grouped else []),
                _amount(bar.value, self.unit, bar.href),
                *extra(bar),
            ]
            for bar in self.bars
        ]
        return Table(columns=[*columns, str(self.y_label) or _("Value"), *extra.columns], rows=rows)


# Funnels


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a funnel. count: people who came this far. low, high: 95 % interval of the share, 0 to 100.

    seconds: the median time from the step before.
    """

    label: Text
    count: int
    low: float | None = None
    high: float | None = None
    seconds: float | None = None
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class FunnelChart:
    """How many came how far. Shares are of those who took the first step."""

    kind: ClassVar[str] = "funnel"
    steps: Sequence[Step]

    def empty(self) -> bool:
        return not self.steps or not self.steps[0].count

    def payload(self) -> dict[str, Any]:
        words = {
            "people": _("People"),
            "of_first": _("Of the first step"),
            "of_before": _("Of the step before"),
            "time": _("Median time from the step before"),
        }
        return {
            "unit": COUNT.payload(),
            "words": words,
            "steps": [
                {
                    "label": str(step.label),
                    "count": step.count,
                    "share": share,
                    "share_text": PERCENT.text(share),
                    "kept": kept,
                    "kept_text": PERCENT.text(kept),
                    "interval_text": _interval(step.low, step.high, PERCENT).text
                    if step.low is not None
                    else "",
                    "time_text": span(step.seconds) if step.seconds is not None else "",
                    "href": step.href,
                }
                for step, share, kept in self._shares()
            ],
        }

    def table(self) -> Table:
        timed = any(step.seconds is not None for step in self.steps)
        ranged = any(step.low is not None for step in self.steps)
        columns = [_("Step"), _("People"), _("Of the first step"), *([_("95 % interval")] if ranged else [])]
        columns += [_("Of the step before"), *([_("Median time from the step before")] if timed else [])]
        rows = [
            [
                TableCell(str(step.label)),
                _amount(step.count, COUNT, step.href),
                _amount(share, PERCENT),
                *([_interval(step.low, step.high, PERCENT)] if ranged else []),
                _amount(kept, PERCENT),
                *([_amount(step.seconds, Unit(kind="seconds"))] if timed else []),
            ]
            for step, share, kept in self._shares()
        ]
        return Table(columns=columns, rows=rows)

    def _shares(self) -> Iterable[tuple[Step, float | None, float | None]]:
        first = self.steps[0].count if self.steps else 0
        before = first
        for step in self.steps:
            yield step, _share(step.count, first), _share(step.count, before)
            before = step.count


# Flows between states


@dataclass(frozen=True, kw_only=True)
class Link:
    """How many went from one place to the next. Circles cannot be drawn: number repeats ("Cart (2)")."""

    source: Text
    target: Text
    count: int
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class SankeyChart:
    """Streams of people from place to place, as wide as they are many."""

    kind: ClassVar[str] = "sankey"
    links: Sequence[Link]

    def empty(self) -> bool:
        return not any(link.count for link in self.links)

    def payload(self) -> dict[str, Any]:
        names = dict.fromkeys(str(name) for link in self.links for name in (link.source, link.target))
        return {
            "unit": COUNT.payload(),
            "words": {"people": _("People")},
            "nodes": list(names),
            "links": [
                {
                    "source": str(link.source),
                    "target": str(link.target),
                    "count": link.count,
                    "href": link.href,
                }
                for link in self.links
            ],
        }

    def table(self) -> Table:
        rows = [
            [TableCell(str(link.source)), TableCell(str(link.target)), _amount(link.count, COUNT, link.href)]
            for link in self.links
        ]
        return Table(columns=[_("From"), _("To"), _("People")], rows=rows)


# Heat


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One field of a heatmap, at the crossing of a row and a column. value None stays empty.

    note: stands beside the value in the table: its interval, or that it is not whole yet.
    """

    row: Text
    column: Text
    value: float | None
    n: int | None = None
    note: Text = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class HeatmapChart:
    """Values by two things at once: weekday and hour, cohort and month. rows, columns: the order of both.

    diverging: colours away from zero in two directions, for differences.
    """

    kind: ClassVar[str] = "heatmap"
    rows: Sequence[Text]
    columns: Sequence[Text]
    cells: Sequence[Cell]
    unit: Unit = COUNT
    row_label: Text = ""
    column_label: Text = ""
    diverging: bool = False

    def empty(self) -> bool:
        return not any(cell.value is not None for cell in self.cells)

    def payload(self) -> dict[str, Any]:
        rows, columns = [str(row) for row in self.rows], [str(column) for column in self.columns]
        row_at = {name: index for index, name in enumerate(rows)}
        column_at = {name: index for index, name in enumerate(columns)}
        return {
            "unit": self.unit.payload(),
            "rows": rows,
            "columns": columns,
            "diverging": self.diverging,
            "cells": [
                {
                    "row": row_at[str(cell.row)],
                    "column": column_at[str(cell.column)],
                    "value": cell.value,
                    "n": cell.n,
                    "href": cell.href,
                }
                for cell in self.cells
            ],
        }

    def table(self) -> Table:
        found = {(str(cell.row), str(cell.column)): cell for cell in self.cells}
        rows = [
            [
                TableCell(str(row)),
                *(self._cell(found.get((str(row), str(column)))) for column in self.columns),
            ]
            for row in self.rows
        ]
        return Table(columns=[str(self.row_label), *(str(column) for column in self.columns)], rows=rows)

    def _cell(self, cell: Cell | None) -> TableCell:
        shown = _amount(cell.value if cell else None, self.unit, cell.href if cell else "")
        return replace(shown, text=f"{shown.text} {cell.note}") if cell and str(cell.note) else shown


# Moments and spans on lanes


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Something on a lane: a moment, or with `until` a span."""

    lane: Text
    label: Text
    at: datetime
    until: datetime | None = None
    tone: Tone = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class TimelineChart:
    """Moments and spans on lanes over time: one person's channels, or campaigns beside each other."""

    kind: ClassVar[str] = "timeline"
    moments: Sequence[Moment]
    lanes: Sequence[Text] = field(default_factory=tuple)

    def empty(self) -> bool:
        return not self.moments

    def payload(self) -> dict[str, Any]:
        lanes = list(
            dict.fromkeys([str(lane) for lane in self.lanes] + [str(moment.lane) for moment in self.moments])
        )
        return {
            "lanes": lanes,
            "moments": [
                {
                    "lane": lanes.index(str(moment.lane)),
                    "label": str(moment.label),
                    "at": moment.at.isoformat(),
                    "until": moment.until.isoformat() if moment.until else None,
                    "text": _moment(moment.at) + (f" – {_moment(moment.until)}" if moment.until else ""),
                    "tone": moment.tone,
                    "href": moment.href,
                }
                for moment in self.moments
            ],
        }

    def table(self) -> Table:
        rows = [
            [
                TableCell(str(moment.lane)),
                TableCell(str(moment.label), href=moment.href),
                TableCell(_moment(moment.at), moment.at.isoformat()),
                TableCell(
                    _moment(moment.until) if moment.until else "–",
                    moment.until.isoformat() if moment.until else "",
                ),
            ]
            for moment in sorted(self.moments, key=lambda moment: moment.at)
        ]
        return Table(columns=[_("Lane"), _("What"), _("From"), _("Until")], rows=rows)


# Maps


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place on a map, in degrees, with its number. low, high: the 95 % interval. n: how many it rests on."""

    label: Text
    latitude: float
    longitude: float
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class MapChart:
    """Numbers of places on the outlines of countries. small_n: places that rest on fewer are drawn pale."""

    kind: ClassVar[str] = "map"
    spots: Sequence[Spot]
    unit: Unit = COUNT
    y_label: Text = ""
    small_n: int = 30

    def empty(self) -> bool:
        return not any(spot.value is not None for spot in self.spots)

    def payload(self) -> dict[str, Any]:
        box = self._box()
        return {
            "unit": self.unit.payload(),
            "y_label": str(self.y_label),
            "box": box,
            "outlines": outlines.within(**_wider(box)),
            "places": [
                {
                    "label": str(spot.label),
                    "latitude": spot.latitude,
                    "longitude": spot.longitude,
                    "value": spot.value,
                    "low": spot.low,
                    "high": spot.high,
                    "n": spot.n,
                    "href": spot.href,
                    "small": spot.n is not None and spot.n < self.small_n,
                }
                for spot in self.spots
                if spot.value is not None
            ],
        }

    def table(self) -> Table:
        extra = _Extra(self.spots, self.unit)
        rows = [
            [TableCell(str(spot.label)), _amount(spot.value, self.unit, spot.href), *extra(spot)]
            for spot in self.spots
        ]
        return Table(columns=[_("Place"), str(self.y_label) or _("Value"), *extra.columns], rows=rows)

    def _box(self) -> dict[str, float]:
        """The part of the world that holds all places, with some room around it."""
        xs, ys = (
            [spot.longitude for spot in self.spots] or [0.0],
            [spot.latitude for spot in self.spots] or [0.0],
        )
        across, up = max(2.0, (max(xs) - min(xs)) * 0.12), max(2.0, (max(ys) - min(ys)) * 0.18)
        return {
            "west": min(xs) - across, "south": max(-90.0, min(ys) - up),
            "east": max(xs) + across, "north": min(90.0, max(ys) + up),
        }  # fmt: skip


def _wider(box: dict[str, float]) -> dict[str, float]:
    """A picture is seldom of the shape of its box: what lies beside it is seen, too."""
    across, up = box["east"] - box["west"], box["north"] - box["south"]
    return {
        "west": box["west"] - across, "south": box["south"] - up, "east": box["east"] + across, "north": box["north"] + up,
    }  # fmt: skip


Chart = LineChart | BarChart | FunnelChart | SankeyChart | HeatmapChart | TimelineChart | MapChart


def span(seconds: float) -> str:
    """Return a length of time in its two largest units: "3 d 4 h", "2 min 5 s"."""
    rest = round(seconds)
    sizes = [
        (86_400, _("%(count)s d")),
        (3_600, _("%(count)s h")),
        (60, _("%(count)s min")),
        (1, _("%(count)s s")),
    ]
    parts: list[str] = []
    for size, pattern in sizes:
        count, rest = divmod(rest, size)
        if count or (parts and size > 1):
            parts.append(pattern % {"count": numbers.number(count)} if count else "")
    shown = [part for part in parts[:2] if part]
    return " ".join(shown) or _("%(count)s s") % {"count": 0}


class _Extra:
    """The columns for interval and n, only where some value has them."""

    def __init__(self, values: Sequence[Point | Bar | Spot], unit: Unit) -> None:
        self._unit = unit
        self._ranged = any(value.low is not None for value in values)
        self._counted = any(value.n is not None for value in values)
        self.columns = ([_("95 % interval")] if self._ranged else []) + (["n"] if self._counted else [])

    def __call__(self, value: Point | Bar | Spot) -> list[TableCell]:
        cells = [_interval(value.low, value.high, self._unit)] if self._ranged else []
        return cells + ([_amount(value.n, COUNT)] if self._counted else [])


def _amount(value: float | None, unit: Unit, href: str = "") -> TableCell:
    return TableCell(unit.text(value), "" if value is None else str(value), number=True, href=href)


def _interval(low: float | None, high: float | None, unit: Unit) -> TableCell:
    if low is None or high is None:
        return TableCell("–", " ", number=True)
    between = _("%(low)s to %(high)s") % {"low": unit.text(low), "high": unit.text(high)}
    return TableCell(between, f"{low} {high}", number=True)


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _moment(at: date | datetime) -> str:
    """Return a day, or a moment in the reader's time zone, as the active language writes it."""
    if isinstance(at, datetime):
        return formats.date_format(
            timezone.localtime(at) if timezone.is_aware(at) else at, "SHORT_DATETIME_FORMAT"
        )
    return formats.date_format(at, "j M Y")

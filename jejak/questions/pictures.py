"""Answers as charts, wherever they are shown."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from jejak.backoffice.charts import (
    PERCENT,
    Bar,
    BarChart,
    Cell,
    FunnelChart,
    HeatmapChart,
    LineChart,
    Point,
    SankeyChart,
    Series,
    Step,
    Unit,
    span,
)
from jejak.backoffice.charts import Link as SankeyLink
from jejak.common import numbers
from jejak.questions import asked as q
from jejak.questions import credit_pictures, vital_pictures
from jejak.questions.answers import Answer
from jejak.questions.attribution import Attributed
from jejak.questions.behind import STATES
from jejak.questions.distribution import Spread
from jejak.questions.funnels import Funnels, Way
from jejak.questions.life_cycle import LifeCycles, Sticky
from jejak.questions.paths import Streams
from jejak.questions.picture import Leads, bar, between, group_title, nowhere
from jejak.questions.picture import Picture as Picture
from jejak.questions.retention import Triangle
from jejak.questions.trends import Line, Trend
from jejak.questions.vitals import Speed

_MOST_LINES = 6
Href = Callable[[Line, date | None], str]


def pictures(
    asked: q.Asked,
    answer: Answer,
    *,
    href: Href,
    step_href: Callable[[int], str],
    leads: Leads = nowhere,
) -> list[Picture]:
    """Return what shows an answer.

    href, step_href, leads: where a number of a trend, a step of a funnel, and numbers of all else lead.
    """
    if isinstance(asked, q.Trends) and isinstance(answer, Trend):
        return list(_trend(asked, answer, href))
    if isinstance(asked, q.Retention) and isinstance(answer, Triangle):
        by_group = [_by_group(asked, answer)] if answer.groups else []
        return [_together(asked, answer), *by_group, _triangle(asked, answer, leads)]
    if isinstance(asked, q.LifeCycle) and isinstance(answer, LifeCycles):
        return list(_life_cycle(asked, answer, leads))
    if isinstance(asked, q.Stickiness) and isinstance(answer, Sticky):
        return list(_sticky(asked, answer, leads))
    if isinstance(answer, Spread):
        return list(_spread(answer, leads))
    if isinstance(asked, q.Funnel) and isinstance(answer, Funnels):
        return list(_funnel(asked, answer, step_href))
    if isinstance(asked, q.Paths) and isinstance(answer, Streams):
        return [_streams(asked, answer, leads)]
    if isinstance(answer, Attributed):
        return list(credit_pictures.pictures(answer, leads))
    if isinstance(asked, q.Vitals) and isinstance(answer, Speed):
        return list(vital_pictures.pictures(asked, answer, leads))
    raise TypeError(f"There is no picture of {type(answer).__name__}.")


def title_of(asked: q.Trends, line: Line) -> str:
    """Return what a line is called: "Order Completed · People · web", or only "web" where all are of one series."""
    if not asked.breakdown:
        return _series_title(asked, line)
    group = group_title(line.group, is_others=line.is_others)
    if asked.formula or len(asked.series) == 1:
        return group
    return f"{_series_title(asked, line)} · {group}"


def _series_title(asked: q.Trends, line: Line) -> str:
    if asked.formula:
        return line.series
    one = asked.series[q.LETTERS.index(line.series)]
    how = str(q.HOWS[one.how])
    if one.how == "percentile":
        how = _("Percentile %(percent)s of") % {"percent": one.percentile}
    of = f" {one.of.removeprefix('properties.')}" if one.of else ""
    return " · ".join(part for part in (", ".join(one.what.names), how + of) if part)


def unit_of(asked: q.Trends, line: Line) -> Unit:
    counts = ("count", "people")
    if not asked.formula and asked.series[q.LETTERS.index(line.series)].how in counts:
        return Unit()
    return Unit(decimals=2)


def day(begun: date) -> str:
    return formats.date_format(begun, "j M Y")


def _trend(asked: q.Trends, answer: Trend, href: Href) -> Iterator[Picture]:
    now = [line for line in answer.lines if not line.before]
    before = {(line.series, line.group, line.is_others): line for line in answer.lines if line.before}
    by_unit: dict[Unit, list[Line]] = {}
    for line in now:
        by_unit.setdefault(unit_of(asked, line), []).append(line)
    for unit, lines in by_unit.items():
        drawn = []
        for line in lines[:_MOST_LINES]:
            drawn.append(_series(title_of(asked, line), line, line, href))
            earlier = before.get((line.series, line.group, line.is_others))
            if earlier and len(lines) <= _MOST_LINES // 2:
                name = _("%(name)s, before") % {"name": title_of(asked, line)}
                drawn.append(_series(name, line, earlier, None))
        whole = lines[0].points[-1].is_complete if lines[0].points else True
        note = "" if whole else _("The last period is not over.")
        if len(lines) > _MOST_LINES:
            note = _("The six largest; all are below.") + (f" {note}" if note else "")
        is_one = len({line.series for line in lines}) == 1
        label = _series_title(asked, lines[0]) if is_one else _("Over time")
        chart = LineChart(series=drawn, unit=unit, x_label=str(q.BUCKETS[asked.bucket]), y_label=_("Value"))
        yield Picture(chart=chart, title=label, description=note)
        yield Picture(chart=_totals(asked, lines, before, unit, href), title=_("In the whole window"))


def _series(name: str, place: Line, line: Line, href: Href | None) -> Series:
    """Draw a line on the dates of another: of itself, or of the one that it is compared with."""
    points = [
        Point(
            at=at.bucket,
            value=point.told.value,
            low=point.told.low,
            high=point.told.high,
            n=point.told.n,
            href=href(line, point.bucket) if href and point.told.n else "",
        )
        for at, point in zip(place.points, line.points, strict=False)
    ]
    return Series(name=name, points=points, comparison=href is None)


def _totals(
    asked: q.Trends, lines: Sequence[Line], before: dict[Any, Line], unit: Unit, href: Href
) -> BarChart:
    bars = []
    for line in lines:
        name = title_of(asked, line)
        series = _("Now") if before else ""
        bars.append(bar(name, line.total, series=series, href=href(line, None) if line.total.n else ""))
        earlier = before.get((line.series, line.group, line.is_others))
        if earlier:
            bars.append(bar(name, earlier.total, series=_("Before")))
    return BarChart(bars=bars, unit=unit, x_label=_("Name"), y_label=_("Value"))


def _together(asked: q.Retention, answer: Triangle) -> Picture:
    bars = [bar(f"+{k}", share) for k, share in enumerate(answer.together, 1)]
    chart = BarChart(
        bars=bars, unit=Unit(kind="percent", decimals=1, least=0), upright=True,
        x_label=str(q.BUCKETS[asked.bucket]), y_label=_("Came back"),
    )  # fmt: skip
    note = _("All who started, as far as the period is over for them.")
    return Picture(chart=chart, title=_("How many come back"), description=note)


def _triangle(asked: q.Retention, answer: Triangle, leads: Leads) -> Picture:
    columns = [f"+{k}" for k in range(1, asked.periods + 1)]
    labels = {
        cohort.begun: _("%(day)s (n = %(n)s)")
        % {"day": day(cohort.begun), "n": numbers.number(cohort.people)}
        for cohort in answer.cohorts
    }
    cells = [
        Cell(
            row=labels[cohort.begun],
            column=f"+{cell.periods_later}",
            value=cell.share.value,
            n=cohort.people,
            note=between(cell.share, PERCENT) + ("" if cell.is_complete else " *"),
            href=leads({"of_cohort": cohort.begun.isoformat(), "of_later": str(cell.periods_later)})
            if cell.back
            else "",
        )
        for cohort in answer.cohorts
        for cell in cohort.cells
        if cohort.people
    ]
    chart = HeatmapChart(
        rows=list(labels.values()), columns=columns, cells=cells, unit=PERCENT,
        row_label=_("Started"), column_label=str(q.BUCKETS[asked.bucket]),
    )  # fmt: skip
    note = _("In the table each share stands with its 95 % interval; * is not over yet and may still grow.")
    return Picture(chart=chart, title=_("By when they started"), description=note)


def _by_group(asked: q.Retention, answer: Triangle) -> Picture:
    labels = [
        _("%(group)s (n = %(n)s)")
        % {"group": group_title(kept.group, is_others=kept.is_others), "n": numbers.number(kept.people)}
        for kept in answer.groups
    ]
    cells = [
        Cell(row=label, column=f"+{k}", value=share.value, n=share.n, note=between(share, PERCENT))
        for label, kept in zip(labels, answer.groups, strict=True)
        for k, share in enumerate(kept.together, 1)
        if share.n
    ]
    chart = HeatmapChart(
        rows=labels, columns=[f"+{k}" for k in range(1, asked.periods + 1)], cells=cells, unit=PERCENT,
        row_label=_("Group"), column_label=str(q.BUCKETS[asked.bucket]),
    )  # fmt: skip
    note = _(
        "A person is in the group of their first start in the window. As far as the period is over for them."
    )
    return Picture(chart=chart, title=_("By what their first start was like"), description=note)


def _life_cycle(asked: q.LifeCycle, answer: LifeCycles, leads: Leads) -> Iterator[Picture]:
    bars = [
        Bar(
            label=day(period.begun),
            value=-people if state == "dormant" else people,
            series=state_title(state),
            href=leads({"of_period": period.begun.isoformat(), "of_state": state}) if people else "",
        )
        for period in answer.periods
        for state in STATES
        for people in [getattr(period, state)]
    ]
    label = str(q.BUCKETS[asked.bucket])
    chart = BarChart(bars=bars, upright=True, stacked=True, x_label=label, y_label=_("People"))
    yield Picture(
        chart=chart, title=_("People by what they are"), description=_partial(answer.periods[-1].is_complete)
    )
    stayed = [
        Point(at=one.begun, value=share.value, low=share.low, high=share.high, n=share.n)
        for one in answer.periods
        if one.is_complete
        for share in [one.returning_share]
    ]
    name = _("Of those active before, active again")
    line = LineChart(
        series=[Series(name=name, points=stayed)], unit=PERCENT, x_label=label, y_label=_("Share")
    )
    yield Picture(chart=line, title=name)


def state_title(state: str) -> str:
    """Return what a state of the life cycle is called."""
    titles = {"new": _("New"), "returning": _("Returning"), "resurrected": _("Back after a pause")}
    return titles.get(state) or _("Gone quiet")


def _sticky(asked: q.Stickiness, answer: Sticky, leads: Leads) -> Iterator[Picture]:
    label = str(q.BUCKETS[asked.bucket])
    counts = [
        Bar(
            label=numbers.number(one.times),
            value=one.people,
            href=leads({"of_times": str(one.times)}) if one.people else "",
        )
        for one in answer.active
    ]
    shares = [
        bar(
            numbers.number(one.times),
            one.at_least,
            href=leads({"of_times": str(one.times), "of_more": "yes"}) if one.at_least.value else "",
        )
        for one in answer.active
    ]
    chart = BarChart(bars=counts if answer.people else [], upright=True, x_label=label, y_label=_("People"))
    yield Picture(chart=chart, title=_("On how many of them people were active"))
    at_least = BarChart(
        bars=shares if answer.people else [], unit=PERCENT, upright=True, x_label=label, y_label=_("Share")
    )
    yield Picture(chart=at_least, title=_("Active on at least so many"))


def _funnel(asked: q.Funnel, answer: Funnels, step_href: Callable[[int], str]) -> Iterator[Picture]:
    names = step_names(asked)
    if asked.breakdown:
        shares = [
            bar(group_title(way.group, is_others=way.is_others), way.steps[-1].of_first)
            for way in answer.ways
        ]
        chart = BarChart(bars=shares, unit=PERCENT, x_label=_("Name"), y_label=_("Of the first step"))
        yield Picture(chart=chart, title=_("Who comes to the end"))
        for way in answer.ways[:_MOST_LINES]:
            title = group_title(way.group, is_others=way.is_others)
            yield Picture(chart=_steps(names, way, None), title=title, description=_taking(way))
        return
    for way in answer.ways or ():
        yield Picture(
            chart=_steps(names, way, step_href), title=_("How far people come"), description=_taking(way)
        )


def step_names(asked: q.Funnel) -> list[str]:
    """Return what the steps are called: in any order only how many of them were taken."""
    if asked.order == "any":
        return [
            _("%(n)s of %(all)s") % {"n": i + 1, "all": len(asked.steps)} for i in range(len(asked.steps))
        ]
    return [", ".join(step.what.names) or _("Anything") for step in asked.steps]


def _steps(names: Sequence[str], way: Way, step_href: Callable[[int], str] | None) -> FunnelChart:
    return FunnelChart(
        steps=[
            Step(
                label=name,
                count=step.people,
                low=step.of_first.low if i else None,
                high=step.of_first.high if i else None,
                seconds=step.seconds.value,
                href=step_href(i) if step_href and step.people else "",
            )
            for i, (name, step) in enumerate(zip(names, way.steps, strict=True))
        ]
    )


def _taking(way: Way) -> str:
    """Say how long the whole way takes, and who may still finish."""
    said = []
    if way.seconds.value is not None:
        taken = {
            "n": numbers.number(way.seconds.n),
            "half": span(way.seconds.value),
            "slow": span(way.slow_seconds.value or 0),
        }
        said.append(
            _("Half of the %(n)s who finished took at most %(half)s, nine in ten at most %(slow)s.") % taken
        )
    if way.seconds.low is not None and way.seconds.high is not None:
        ends = {"low": span(way.seconds.low), "high": span(way.seconds.high)}
        said.append(_("95 %% interval of the median: %(low)s to %(high)s.") % ends)
    if way.still_open:
        said.append(_("%(n)s may still finish in time.") % {"n": numbers.number(way.still_open)})
    return " ".join(said)


def _streams(asked: q.Paths, answer: Streams, leads: Leads) -> Picture:
    """Draw streams; places are numbered by step, as circles cannot be drawn."""
    is_from = asked.direction == "from"
    nothing = _("nothing more") if is_from else _("nothing before")
    links = []
    for link in answer.links:
        near, far = (_place(link.source, link.step, nothing), _place(link.target, link.step + 1, nothing))
        href = ""
        if link.source and link.target is not None:  # "All others" are not always the same ones.
            href = leads({"of_step": str(link.step), "of_source": link.source, "of_target": link.target})
        ends = (near, far) if is_from else (far, near)
        links.append(SankeyLink(source=ends[0], target=ends[1], count=link.people, href=href))
    title = _("%(n)s people, each from their first one") % {"n": numbers.number(answer.people)}
    if not is_from:
        title = _("%(n)s people, each up to their first one") % {"n": numbers.number(answer.people)}
    return Picture(chart=SankeyChart(links=links), title=title)


def _place(name: str | None, step: int, nothing: str) -> str:
    shown = _("All others") if name is None else name or nothing
    return f"{shown} ({step})"


def _spread(answer: Spread, leads: Leads) -> Iterator[Picture]:
    decimals = 0 if all(one.low == round(one.low) and one.high - one.low >= 1 for one in answer.bins) else 2
    unit = Unit(decimals=decimals)
    bars = [
        Bar(
            label=unit.text(one.low) if one.high - one.low == 1 and not decimals else _range(one, unit),
            value=one.n,
            href=leads(
                {
                    "of_low": repr(one.low),
                    "of_high": repr(one.high),
                    "of_ends": "[("[not one.with_low] + ")]"[one.with_high],
                }
            )
            if one.n
            else "",
        )
        for one in answer.bins
    ]
    yield Picture(
        chart=BarChart(bars=bars, upright=True, x_label=_("From … to"), y_label=_("Number")),
        title=_("How it is spread"),
        description=_("n = %(n)s, on average %(average)s")
        % {"n": numbers.number(answer.n), "average": Unit(decimals=2).text(answer.average)},
    )
    percentiles = (
        [bar(numbers.percent(p), told) for p, told in answer.percentiles.items()] if answer.n else []
    )
    chart = BarChart(
        bars=percentiles, unit=Unit(decimals=2), x_label=_("So many are below"), y_label=_("Value")
    )
    yield Picture(chart=chart, title=_("Percentiles"))


def _range(one: Any, unit: Unit) -> str:
    return f"{unit.text(one.low)} – {unit.text(one.high)}"


def _partial(is_complete: bool) -> str:
    return "" if is_complete else _("The last period is not over.")

"""From numbers to charts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from jejak.backoffice.charts import Bar, BarChart, FunnelChart, LineChart, Point, Series, Step, Tone
from jejak.common import numbers
from jejak.features.insights import links
from jejak.features.insights.answers import Answers, Number, Scores
from jejak.features.insights.question import Question
from jejak.measures import PEOPLE, TOUCHPOINTS, Bucket, Measure, Reading, Window, saying

_MOST_BARS = 12


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A number as the component `stat` shows it."""

    label: str
    value: float | None
    unit: object
    n: int | None
    low: float | None
    high: float | None
    before: float | None
    better: str
    href: str
    hint: str


def tile(
    number: Number, question: Question, *, label: str = "", hint: str = "", begins_late: bool = False
) -> Tile:
    """Return a number with its trend, which has a colour only where the change is clear.

    begins_late: the log does not reach back over the time before, so that only scores have a trend.
    """
    measure, told = number.measure, number.now.estimate
    changed = None if begins_late and measure.scale is None else number.change
    return Tile(
        label=label or str(measure.title),
        value=told.value,
        unit=saying.unit(measure),
        n=None if measure.is_count else told.n,
        low=told.low,
        high=told.high,
        before=changed.before.estimate.value if changed else None,
        better=saying.better(measure) if changed and changed.is_clear else "",
        href=links.people(question, measure.key) if number.now.people else "",
        hint=hint,
    )


def touchpoints_over_time(answers: Answers) -> LineChart:
    """Draw the touchpoints of the window over those it is compared with."""
    return _counts_over_time(answers, TOUCHPOINTS, lambda reading: reading.estimate.n)


def people_over_time(answers: Answers) -> LineChart:
    """Draw the different people of each day or week over those it is compared with."""
    return _counts_over_time(answers, PEOPLE, lambda reading: reading.people)


def counts_by(answers: Answers, column: str) -> BarChart:
    """Draw touchpoints and people by channel or name, the most frequent ones."""
    readings = (answers.by_channel if column == "channel" else answers.by_name)[:_MOST_BARS]
    touchpoints, people = str(TOUCHPOINTS.title), str(PEOPLE.title)
    return BarChart(
        bars=[
            Bar(
                label=saying.group(column, reading.group),
                value=value,
                series=series,
                href=links.people(answers.question, key, **{column: reading.group}),
            )
            for reading in readings
            for series, value, key in (
                (touchpoints, reading.estimate.n, TOUCHPOINTS.key),
                (people, reading.people, PEOPLE.key),
            )
        ],
        x_label=_("Channel") if column == "channel" else _("Touchpoint"),
        y_label=_("Number"),
    )


def scores_over_time(scores: Scores, question: Question) -> LineChart:
    """Draw a score with the band of its interval."""
    title = str(scores.measure.title)
    people_of = links.people_of_buckets(question, scores.measure.key, question.window, question.score_bucket)
    return LineChart(
        series=[
            Series(
                name=title,
                points=[
                    Point(
                        at=reading.bucket,
                        value=reading.estimate.value,
                        low=reading.estimate.low,
                        high=reading.estimate.high,
                        n=reading.estimate.n,
                        href=people_of(reading.bucket) if reading.people else "",
                    )
                    for reading in scores.over_time
                    if reading.bucket
                ],
            )
        ],
        unit=saying.unit_over_time(scores.measure, scores.over_time),
        x_label=bucket_word(question.score_bucket),
        y_label=title,
    )


def scores_by(scores: Scores, question: Question, column: str) -> BarChart | None:
    """Draw a score by touchpoint, channel or team, with what differs from the rest; None for one group."""
    readings = scores.by[column]
    if len(readings) < 2:
        return None
    measure = scores.measure
    return BarChart(
        bars=[
            Bar(
                label=_compared(saying.group(column, reading.group), reading, scores.all),
                value=reading.estimate.value,
                low=reading.estimate.low,
                high=reading.estimate.high,
                n=reading.estimate.n,
                tone=_tone(reading, scores.all, measure.polarity) if reading.differs else "calm",
                href=links.people(question, measure.key, **{column: reading.group}),
            )
            for reading in readings[:_MOST_BARS]
        ],
        unit=saying.unit(measure),
        x_label={"name": _("Touchpoint"), "channel": _("Channel"), "team": _("Team")}[column],
        y_label=str(measure.title),
        reference=scores.all.estimate.value,
        reference_label=_("all together"),
    )


def funnel(answers: Answers) -> FunnelChart | None:
    """Draw how far people come; None where no steps are chosen."""
    if answers.funnel is None:
        return None
    return FunnelChart(
        steps=[
            Step(
                label=step.name,
                count=step.people,
                low=step.of_first.low if i else None,
                high=step.of_first.high if i else None,
                href=links.people_of_step(answers.question, i) if step.people else "",
            )
            for i, step in enumerate(answers.funnel.steps)
        ]
    )


def most_frequent(answers: Answers) -> str:
    """Say that only some touchpoints are drawn, where there are more."""
    if len(answers.by_name) <= _MOST_BARS:
        return ""
    most = {"shown": numbers.number(_MOST_BARS), "all": numbers.number(len(answers.by_name))}
    return _("The %(shown)s most frequent of %(all)s.") % most


def partial(answers: Answers) -> str:
    """Say which ends of the line are not whole, so that nobody takes them for a fall."""
    first, last = answers.over_time[0].is_complete, answers.over_time[-1].is_complete
    if answers.question.volume_bucket == "day":
        return "" if last else _("The last day is not over.")
    if first and last:
        return ""
    return _("The first and the last may hold only a few days.")


def bucket_word(bucket: Bucket) -> str:
    """Return "Day", "Week" or "Month"."""
    return {"day": _("Day"), "week": _("Week"), "month": _("Month")}[bucket]


def _counts_over_time(answers: Answers, measure: Measure, value: Callable[[Reading], float]) -> LineChart:
    question, title = answers.question, str(measure.title)
    people_of = links.people_of_buckets(question, measure.key, question.window, question.volume_bucket)
    now = [
        Point(
            at=reading.bucket,
            value=value(reading),
            href=people_of(reading.bucket) if reading.people else "",
        )
        for reading in answers.over_time
        if reading.bucket
    ]
    series = [Series(name=title, points=now)]
    if question.before:
        series.append(_compared_series(answers, measure, question.before.window, value))
    return LineChart(series=series, x_label=bucket_word(question.volume_bucket), y_label=title)


def _compared_series(
    answers: Answers, measure: Measure, before: Window, value: Callable[[Reading], float]
) -> Series:
    """The window before, moved onto the dates of this one; its name says by how much."""
    question = answers.question
    begun_on = answers.extent[0].astimezone(ZoneInfo(before.zone)).date() if answers.extent else date.min
    people_of = links.people_of_buckets(question, measure.key, before, question.volume_bucket)
    points = [
        Point(
            at=now.bucket,
            value=value(earlier) if earlier.bucket >= begun_on else None,
            href=people_of(earlier.bucket) if earlier.people else "",
        )
        for now, earlier in zip(answers.over_time, answers.over_time_before, strict=False)
        if now.bucket and earlier.bucket
    ]
    days = (question.window.from_on - before.from_on).days
    name = _("%(days)s days before") % {"days": numbers.number(days)}
    return Series(name=name, points=points, comparison=True)


def _compared(label: str, reading: Reading, everything: Reading) -> str:
    # The sign stands first: a long name may be cut off at its end.
    return f"{'▲' if _is_above(reading, everything) else '▼'} {label}" if reading.differs else label


def _tone(reading: Reading, everything: Reading, polarity: str) -> Tone:
    return "good" if _is_above(reading, everything) == (polarity == "more is better") else "bad"


def _is_above(reading: Reading, everything: Reading) -> bool:
    return (reading.estimate.value or 0) > (everything.estimate.value or 0)

"""How the words of the log and the measures are shown to people."""

from collections.abc import Sequence

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jejak.backoffice.charts import Unit
from jejak.measures import Measure, Reading, Window
from jejak.touchpoints.words import channel as channel_word


def group(column: str, value: str | None) -> str:
    """Return what people call a channel, a touchpoint or a team."""
    if not value:
        return pgettext("a channel or team that nobody said", "Not said")
    return channel_word(value) if column == "channel" else value


def unit(measure: Measure) -> Unit:
    """Return how a measure's numbers are written."""
    if measure.unit == "percent":
        return Unit(kind="percent")
    if measure.unit == "score" and measure.scale:
        return Unit(decimals=2, least=measure.scale.low, most=measure.scale.high)
    return Unit(decimals=1 if measure.unit == "per person" else 0)


def unit_over_time(measure: Measure, readings: Sequence[Reading]) -> Unit:
    """Return the unit of a line: a percentage whose band comes near 100 ends there, not at 120."""
    highest = max((reading.estimate.high or 0 for reading in readings), default=0)
    if measure.unit == "percent" and highest > 80:
        return Unit(kind="percent", least=0, most=100)
    return unit(measure)


def better(measure: Measure) -> str:
    """Return which way is good, as the component `stat` wants it."""
    return {"more is better": "up", "less is better": "down"}.get(measure.polarity, "")


def polarity(measure: Measure) -> str:
    """Return which way is good, in words; "" where neither is."""
    return {"more is better": _("more is better"), "less is better": _("less is better")}.get(
        measure.polarity, ""
    )


def span(window: Window) -> str:
    """Return "26 October – 22 November 2026"."""
    first = formats.date_format(
        window.from_on, "j F" if window.from_on.year == window.last_on.year else "j F Y"
    )
    last = formats.date_format(window.last_on, "j F Y")
    return last if window.days == 1 else f"{first} – {last}"

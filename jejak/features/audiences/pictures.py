"""How the size of an audience is drawn."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from jejak.audiences.models import Size
from jejak.backoffice.charts import LineChart, Point, Series

_WIDE, _HIGH, _MOST = 96, 24, 40


def history(sizes: Sequence[Size]) -> LineChart:
    """Return how many were in an audience over time."""
    points = [Point(at=one.at, value=one.people, n=one.everybody or None) for one in sizes]
    return LineChart(
        series=[Series(name=_("People"), points=points)], x_label=_("Refresh"), y_label=_("People")
    )


def sparkline(sizes: Sequence[Size]) -> str:
    """Return the points of an SVG line of the last sizes, or nothing where there is no line yet."""
    shown = sizes[-_MOST:]
    if len(shown) < 2:
        return ""
    low, high = min(one.people for one in shown), max(one.people for one in shown)
    first, last = shown[0].at.timestamp(), shown[-1].at.timestamp()
    return " ".join(
        f"{_WIDE * (one.at.timestamp() - first) / ((last - first) or 1):.1f},"
        f"{_HIGH - 2 - (_HIGH - 4) * ((one.people - low) / (high - low) if high > low else 0.5):.1f}"
        for one in shown
    )

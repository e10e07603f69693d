"""What a picture of an answer is, and what all of them are made with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jejak.backoffice.charts import Bar, Chart, Unit
from jejak.common.statistics import Estimate

Leads = Callable[[Mapping[str, str]], str]
"""Gives the address of the people behind a number, from what narrows the answer to it; "" where there is none."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    chart: Chart
    title: str
    description: str = ""

    @property
    def kind(self) -> str:
        return self.chart.kind


def nowhere(narrowed: Mapping[str, str]) -> str:
    """Lead nowhere: for who may not see people, and for pictures that leave the house."""
    return ""


def bar(label: str, told: Estimate, *, series: str = "", href: str = "") -> Bar:
    """Return a bar with its interval; of a count n would only be the count again, and grey it."""
    n = None if told.low is None and told.value == told.n else told.n
    return Bar(label=label, value=told.value, low=told.low, high=told.high, n=n, series=series, href=href)


def group_title(group: str | None, *, is_others: bool) -> str:
    """Return what a group of a breakdown is called."""
    return _("All others") if is_others else group or pgettext("of a breakdown", "Not said")


def between(told: Estimate, unit: Unit) -> str:
    """Return "12 to 34", "" where no interval can be told."""
    if told.low is None or told.high is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": unit.text(told.low), "high": unit.text(told.high)}

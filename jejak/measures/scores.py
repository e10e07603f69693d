"""What people answer when asked. Each scale stands on its own: 5 is the best CSAT and the worst effort."""

import math
from dataclasses import replace
from functools import lru_cache

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from jejak.common.statistics import Estimate, Moments, mean_score, net_promoter_score, share_percent
from jejak.measures.measure import Measure
from jejak.touchpoints.scales import Scale, parse

_ANSWERED = "scale = {scale:String} AND isNotNull(score)"


@lru_cache(maxsize=200)
def measures_of(scale: Scale) -> tuple[Measure, ...]:
    """Return what can be told of answers on a scale, its headline first and its unhappy answers last."""
    if scale.kind == "nps":
        return _nps(scale), _unhappy(scale)
    if scale.kind == "csat":
        return _satisfied(scale), _mean(scale), _unhappy(scale)
    return _easy(scale), _mean(scale), _unhappy(scale)


def scale_title(scale: Scale) -> StrOrPromise:
    """Return what people call a scale, with the end that is good where that is not plain."""
    if scale.kind == "nps":
        return "NPS"
    if scale.kind == "csat":
        return f"CSAT {scale.low}–{scale.high}"
    if scale.more_is_better:
        return format_lazy(_("CES {low}–{high}, {high} is easiest"), low=scale.low, high=scale.high)
    return format_lazy(_("CES {low}–{high}, {high} is hardest"), low=scale.low, high=scale.high)


def _span(scale: Scale) -> str:
    """Name a scale where the title says already which end is good."""
    return "NPS" if scale.kind == "nps" else f"{scale.kind.upper()} {scale.low}–{scale.high}"


def _nps(scale: Scale) -> Measure:
    return Measure(
        key="nps.score",
        title="NPS",
        unit="points",
        sentence=_("How much more often people would recommend the company than not."),
        formula=_("Percent who answer 9 or 10, minus percent who answer 0 to 6."),
        counted=_ANSWERED,
        point="multiIf(score >= 9, 1, score < 7, -1, 0)",
        values={"scale": scale.key},
        estimate=net_promoter_score,
        scale=scale,
        polarity="more is better",
    )


def _satisfied(scale: Scale) -> Measure:
    lowest = scale.high - 1 if scale.high - scale.low >= 3 else scale.high
    return Measure(
        key=f"{scale.key}.satisfied",
        title=format_lazy(_("Satisfied, {scale}"), scale=_span(scale)),
        unit="percent",
        sentence=_("How many of those who answered are satisfied."),
        formula=_answering(scale, lowest, scale.high),
        counted=_ANSWERED,
        point="score >= {satisfied_from:Float64}",
        values={"scale": scale.key, "satisfied_from": lowest},
        estimate=share_percent,
        scale=scale,
        polarity="more is better",
    )


def _easy(scale: Scale) -> Measure:
    return _beyond_the_middle(
        Measure(
            key=f"{scale.key}.easy",
            title=format_lazy(_("Found it easy, {scale}"), scale=_span(scale)),
            unit="percent",
            sentence=_("How many of those who answered found it easy to get what they came for."),
            formula="",
            counted=_ANSWERED,
            estimate=share_percent,
            scale=scale,
            polarity="more is better",
        ),
        scale,
        upper=scale.more_is_better,
    )


def _unhappy(scale: Scale) -> Measure:
    measure = Measure(
        key=f"{scale.key}.unhappy",
        title=format_lazy(_("Unhappy, {scale}"), scale=_span(scale)),
        unit="percent",
        sentence=_("How many of those who answered are on the bad side of the scale."),
        formula=_answering(scale, 0, 6),
        counted=_ANSWERED,
        point="score < {unhappy_below:Float64}",
        values={"scale": scale.key, "unhappy_below": 7},
        estimate=share_percent,
        scale=scale,
        polarity="less is better",
        only_points_behind=True,
    )
    if scale.kind == "nps":
        return measure
    return _beyond_the_middle(measure, scale, upper=not scale.more_is_better)


def _mean(scale: Scale) -> Measure:
    def estimate(moments: Moments) -> Estimate:
        return mean_score(moments, lowest=scale.low, highest=scale.high)

    return Measure(
        key=f"{scale.key}.mean",
        title=format_lazy(_("Mean, {scale}"), scale=scale_title(scale)),
        unit="score",
        sentence=_("The mean of what people answered."),
        formula=format_lazy(
            _("Sum of the answers divided by their number, on a scale from {low} to {high}."),
            low=scale.low,
            high=scale.high,
        ),
        counted=_ANSWERED,
        point="score",
        values={"scale": scale.key},
        estimate=estimate,
        scale=scale,
        polarity="more is better" if scale.more_is_better else "less is better",
    )


def _beyond_the_middle(measure: Measure, scale: Scale, *, upper: bool) -> Measure:
    """Let the answers on one side of the middle count; the middle itself is on neither side."""
    middle = (scale.low + scale.high) / 2
    low, high = (math.floor(middle) + 1, scale.high) if upper else (scale.low, math.ceil(middle) - 1)
    return replace(
        measure,
        formula=_answering(scale, low, high),
        point="score > {middle:Float64}" if upper else "score < {middle:Float64}",
        values={"scale": scale.key, "middle": middle},
    )


def _answering(scale: Scale, low: int, high: int) -> StrOrPromise:
    if low == high:
        only = _("Percent who answer {answer} on a scale from {lowest} to {highest}.")
        return format_lazy(only, answer=low, lowest=scale.low, highest=scale.high)
    return format_lazy(
        _("Percent who answer {low} to {high} on a scale from {lowest} to {highest}."),
        low=low,
        high=high,
        lowest=scale.low,
        highest=scale.high,
    )


USUAL = tuple(parse(key) for key in ("nps", "csat-1-5", "csat-1-10", "ces-1-7-easy", "ces-1-5-hard"))
"""The scales whose measures the catalogue lists; any other in the log has its measures just as well."""

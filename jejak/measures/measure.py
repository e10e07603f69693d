"""What a measure is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django_stubs_ext import StrOrPromise

from jejak.common.statistics import Estimate, Moments
from jejak.touchpoints.scales import Scale

Unit = Literal["touchpoints", "people", "per person", "percent", "points", "score"]
Polarity = Literal["more is better", "less is better", "neither"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number that can be told, with all that makes it honest.

    unit: percent is 0 to 100, points are NPS points from -100 to 100, score is on `scale`.
    formula: how the number comes about, in words that stand beside it.
    counted: SQL, which rows of `touchpoints` count. point: SQL, the number x that each of them is turned
    into; empty where only rows and people are counted. values: what both hold as {name:Type}.
    only_points_behind: whether the people behind it are those with an x above 0 (the unhappy ones) instead
    of everybody who was counted.
    estimate: turns the moments of x (of n and people alone where there is no point) into the value.
    """

    key: str
    title: StrOrPromise
    unit: Unit
    sentence: StrOrPromise
    formula: StrOrPromise
    counted: str
    estimate: Callable[[Moments], Estimate]
    point: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    scale: Scale | None = None
    polarity: Polarity = "neither"
    only_points_behind: bool = False

    @property
    def is_count(self) -> bool:
        """Whether it counts all that happened, so that no interval belongs to it and none is 0."""
        return self.unit in {"touchpoints", "people"}

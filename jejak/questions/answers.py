"""What an answer is: numbers with their n and 95 % interval, what must be said beside them, and the SQL."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import Any

from jejak.common.statistics import Estimate

_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The base of every answer. notes: sentences that must stand beside it. sql: what was asked."""

    notes: tuple[str, ...] = ()
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One number of one day, week or month. is_complete: the whole of it lies in the window and is over."""

    bucket: date
    told: Estimate
    is_complete: bool


def percentile_sql(numbers: str, percent: int) -> str:
    """Return SQL for (n, value, low, high) of an array of numbers; read it with percentile_of().

    The value is interpolated as pandas and Excel do it. The interval runs from one of the numbers to another, by the
    normal approximation of the binomial: Conover 1999, "Practical Nonparametric Statistics", 3.2.
    """
    share = percent / 100
    rank, reach = f"((length(xs) - 1) * {share})", f"({_Z} * sqrt(length(xs) * {share * (1 - share)}))"
    below, above = f"xs[toUInt32(floor({rank})) + 1]", f"xs[toUInt32(ceil({rank})) + 1]"
    value = f"{below} + ({rank} - floor({rank})) * ({above} - {below})"
    low = f"xs[toUInt32(greatest(1., floor(length(xs) * {share} - {reach})))]"
    high = f"xs[toUInt32(least(toFloat64(length(xs)), ceil(length(xs) * {share} + {reach}) + 1))]"
    told = f"(length(xs), {value}, {low}, {high})"
    return f"arrayMap(xs -> if(empty(xs), (0, 0., 0., 0.), {told}), [arraySort({numbers})])[1]"


def percentile_of(row: Sequence[Any]) -> Estimate:
    """Return what percentile_sql() told."""
    n, value, low, high = row
    if not n:
        return Estimate(value=None, n=0)
    ends = (min(low, value), max(high, value)) if n > 1 else (None, None)
    return Estimate(value=value, low=ends[0], high=ends[1], n=n)


def finite(number: float | None) -> float | None:
    """Return a number, or None in the place of what is none."""
    return None if number is None or not math.isfinite(number) else number

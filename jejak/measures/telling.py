"""Telling a measure: one question to the log, then the statistic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from jejak import eventlog
from jejak.common.statistics import SMALL, Estimate, Moments, adjusted_for_many, chance_of_equal, difference
from jejak.measures.filters import COLUMNS, Bucket, Filters
from jejak.measures.measure import Measure

MOST_GROUPS = 200
"""More groups than this are not told apart; the largest are."""

_NOTHING = Moments(
    n=0, people=0, total=0.0, squares=0.0, own_totals_squared=0.0, own_counts_squared=0.0, own_products=0.0
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One told number.

    people: how many different ones stand behind it. group: the value of the column it is broken down by.
    bucket: the first day of its day, week or month; is_complete: whether that is over and all in the window.
    differs: whether it differs from the rest after correcting for the number of comparisons; None where
    that was not asked or too few answered.
    """

    estimate: Estimate
    people: int
    moments: Moments
    group: str | None = None
    bucket: date | None = None
    is_complete: bool = True
    differs: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A number in a window and in the one it is compared with. Nothing here says why it changed."""

    now: Reading
    before: Reading
    difference: Estimate

    @property
    def is_clear(self) -> bool:
        """Whether the interval of the difference leaves out 0, and enough people answered both times."""
        told = self.difference
        if told.low is None or told.high is None or told.is_small:
            return False
        return told.low > 0 or told.high < 0

    @property
    def percent(self) -> float | None:
        """The change of a count in percent of what it was; None where it was 0."""
        if self.before.estimate.value and self.difference.value is not None:
            return 100 * self.difference.value / self.before.estimate.value
        return None


def tell(
    measure: Measure, filters: Filters, *, now: datetime, by: str | None = None, bucket: Bucket | None = None
) -> list[Reading]:
    """Return the measure's number, or one for each group and bucket, empty buckets included.

    by: one of COLUMNS; the groups with most answers come first. Raises ValueError for another column, and
    what eventlog.ask() raises.
    """
    if by is not None and by not in COLUMNS:
        raise ValueError(f"{by!r} is not one of {', '.join(COLUMNS)}.")
    sums = _ask(measure, filters, by, bucket)
    groups = _by_size(sums) if by else [None]
    if bucket is None:
        return [_read(measure, sums.get((group, None), _NOTHING), group=group) for group in groups]
    return [
        replace(
            _read(measure, sums.get((group, start), _NOTHING), group=group),
            bucket=start,
            is_complete=filters.window.holds_all_of(start, bucket, now=now),
        )
        for group in groups
        for start in filters.window.buckets(bucket)
    ]


def tell_one(measure: Measure, filters: Filters, *, now: datetime) -> Reading:
    """Return the measure's one number."""
    return tell(measure, filters, now=now)[0]


def change(measure: Measure, filters: Filters, before: Filters, *, now: datetime) -> Change:
    """Return the measure's number, that of the filters it is compared with, and their difference."""
    current, earlier = tell_one(measure, filters, now=now), tell_one(measure, before, now=now)
    return Change(now=current, before=earlier, difference=difference(current.estimate, earlier.estimate))


def contrast(measure: Measure, filters: Filters, *, now: datetime, by: str) -> list[Reading]:
    """Return a number for each group, highest first, each told whether it differs from all the others.

    The comparisons are corrected for being many (Benjamini-Hochberg, 5 %). Groups of fewer than 30 answers
    are not compared. Meant for measures with a point.
    """
    readings = tell(measure, filters, now=now, by=by)
    compared, chances = [], []
    for i, reading in enumerate(readings):
        rest = _sum(other.moments for j, other in enumerate(readings) if j != i)
        if measure.point and reading.estimate.n >= SMALL and rest.n >= SMALL:
            compared.append(i)
            chances.append(chance_of_equal(reading.moments, rest))
    for i, chance in zip(compared, adjusted_for_many(chances), strict=True):
        readings[i] = replace(readings[i], differs=chance < 0.05)
    return sorted(readings, key=_value, reverse=True)


def _ask(
    measure: Measure, filters: Filters, by: str | None, bucket: Bucket | None
) -> dict[tuple[str | None, date | None], Moments]:
    where, values = filters.sql()
    grouping = {"person": "person_id"} if measure.point else {}
    if by:
        grouping["grp"] = f"toString({by})"
    if bucket:
        grouping["bucket"] = _BUCKETS[bucket]
        values["zone"] = filters.window.zone
    columns: list[str] = [name for name in ("grp", "bucket") if name in grouping]
    sql = (
        _moments_sql(measure, where, grouping, columns)
        if measure.point
        else _counts_sql(measure, where, grouping)
    )
    answer = eventlog.ask(sql, **values, **measure.values)
    return {
        _key(columns, row): _moments(row[len(columns) :], with_points=bool(measure.point))
        for row in answer.rows
    }


_BUCKETS = {
    "day": "toDate(happened_at, {zone:String})",
    "week": "toMonday(toDate(happened_at, {zone:String}))",
    "month": "toStartOfMonth(toDate(happened_at, {zone:String}))",
}


def _counts_sql(measure: Measure, where: str, grouping: dict[str, str]) -> str:
    selected = "".join(f"{expression} AS {name}, " for name, expression in grouping.items())
    grouped = f"GROUP BY {', '.join(grouping)}" if grouping else ""
    return f"""
        SELECT {selected} count() AS n, uniqExact(person_id) AS people
        FROM touchpoints
        WHERE {where} AND {measure.counted}
        {grouped}
    """


def _moments_sql(measure: Measure, where: str, grouping: dict[str, str], columns: list[str]) -> str:
    """Add up within people first, so that what one of them says often is known to be one person's."""
    inner = ", ".join(f"{expression} AS {name}" for name, expression in grouping.items())
    x = f"toFloat64({measure.point})"
    outer = "".join(f"{name}, " for name in columns)
    grouped = f"GROUP BY {', '.join(columns)}" if columns else ""
    return f"""
        SELECT {outer} sum(own_n) AS n, count() AS people,
            sum(own_total) AS total, sum(own_squares) AS squares,
            sum(own_total * own_total) AS totals_squared, sum(toFloat64(own_n) * own_n) AS counts_squared,
            sum(own_total * own_n) AS products
        FROM (
            SELECT {inner}, count() AS own_n, sum({x}) AS own_total, sum({x} * {x}) AS own_squares
            FROM touchpoints
            WHERE {where} AND {measure.counted}
            GROUP BY {", ".join(grouping)}
        )
        {grouped}
    """


def _key(columns: list[str], row: Sequence[Any]) -> tuple[str | None, date | None]:
    told = dict(zip(columns, row, strict=False))
    return told.get("grp"), told.get("bucket")


def _moments(sums: Sequence[Any], *, with_points: bool) -> Moments:
    if not with_points:
        return replace(_NOTHING, n=int(sums[0]), people=int(sums[1]))
    n, people, *rest = sums
    total, squares, totals_squared, counts_squared, products = (float(number or 0) for number in rest)
    return Moments(
        n=int(n or 0),
        people=int(people),
        total=total,
        squares=squares,
        own_totals_squared=totals_squared,
        own_counts_squared=counts_squared,
        own_products=products,
    )


def _by_size(sums: dict[tuple[str | None, date | None], Moments]) -> list[str | None]:
    sizes: dict[str | None, int] = {}
    for (group, _), moments in sums.items():
        sizes[group] = sizes.get(group, 0) + moments.n
    return sorted(sizes, key=lambda group: (-sizes[group], group or ""))[:MOST_GROUPS]


def _read(measure: Measure, moments: Moments, *, group: str | None) -> Reading:
    return Reading(estimate=measure.estimate(moments), people=moments.people, moments=moments, group=group)


def _sum(several: Iterable[Moments]) -> Moments:
    total = _NOTHING
    for moments in several:
        total += moments
    return total


def _value(reading: Reading) -> float:
    return reading.estimate.value if reading.estimate.value is not None else float("-inf")

"""Telling measures: one question to the log, then the statistic."""

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
_Key = tuple[str | None, date | None]


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
    """A number in a window and in the one it is compared with. Nothing here says why it changed.

    is_clear: the 95 % interval of the difference leaves out 0 and enough answered both times; where several
    changes were asked for, after correcting for their number. None where too few answered.
    """

    now: Reading
    before: Reading
    difference: Estimate
    is_clear: bool | None

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
    return tell_several([measure], filters, now=now, by=by, bucket=bucket)[0]


def tell_one(measure: Measure, filters: Filters, *, now: datetime) -> Reading:
    """Return the measure's one number."""
    return tell(measure, filters, now=now)[0]


def tell_several(
    measures: Sequence[Measure],
    filters: Filters,
    *,
    now: datetime,
    by: str | None = None,
    bucket: Bucket | None = None,
) -> list[list[Reading]]:
    """Return what tell() returns for each of several measures that count the same rows, in one question."""
    if by is not None and by not in COLUMNS:
        raise ValueError(f"{by!r} is not one of {', '.join(COLUMNS)}.")
    if len({measure.counted for measure in measures}) != 1:
        raise ValueError("Only measures that count the same rows can be told together.")
    sums = _ask(measures, filters, by, bucket)
    groups = _by_size(sums) if by else [None]
    keys: list[_Key] = [(group, start) for group in groups for start in _starts(filters, bucket)]
    nothing = [_NOTHING] * len(measures)
    return [
        [
            Reading(
                estimate=measure.estimate(moments := sums.get(key, nothing)[i]),
                people=moments.people,
                moments=moments,
                group=key[0],
                bucket=key[1],
                is_complete=_is_complete(filters, key[1], bucket, now),
            )
            for key in keys
        ]
        for i, measure in enumerate(measures)
    ]


def change(measure: Measure, filters: Filters, before: Filters, *, now: datetime) -> Change:
    """Return the measure's number, that of the filters it is compared with, and their difference."""
    return changes([measure], filters, before, now=now)[0]


def changes(measures: Sequence[Measure], filters: Filters, before: Filters, *, now: datetime) -> list[Change]:
    """Return the change of each of several measures that count the same rows."""
    current = tell_several(measures, filters, now=now)
    earlier = tell_several(measures, before, now=now)
    return [_change(one[0], other[0]) for one, other in zip(current, earlier, strict=True)]


def changes_by(
    measure: Measure, filters: Filters, before: Filters, *, now: datetime, by: str
) -> list[Change]:
    """Return the change of each group that has an answer in both windows, those with most answers first.

    Whether a change is clear is corrected for being one of many (Benjamini-Hochberg, 5 %).
    """
    earlier = {reading.group: reading for reading in tell(measure, before, now=now, by=by)}
    current = [reading for reading in tell(measure, filters, now=now, by=by) if reading.group in earlier]
    told = [_change(reading, earlier[reading.group]) for reading in current]
    compared = [i for i, one in enumerate(told) if not one.difference.is_small]
    chances = [chance_of_equal(told[i].now.moments, told[i].before.moments) for i in compared]
    for i, chance in zip(compared, adjusted_for_many(chances), strict=True):
        told[i] = replace(told[i], is_clear=chance < 0.05)
    return told


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


def _change(now: Reading, before: Reading) -> Change:
    told = difference(now.estimate, before.estimate)
    is_clear = None
    if told.low is not None and told.high is not None and not told.is_small:
        is_clear = told.low > 0 or told.high < 0
    return Change(now=now, before=before, difference=told, is_clear=is_clear)


def _ask(
    measures: Sequence[Measure], filters: Filters, by: str | None, bucket: Bucket | None
) -> dict[_Key, list[Moments]]:
    where, values = filters.sql()
    where = f"{where} AND {measures[0].counted}"
    grouping = {}
    if by:
        grouping["grp"] = f"toString({by})"
    if bucket:
        grouping["bucket"] = _BUCKETS[bucket]
        values["zone"] = filters.window.zone
    for measure in measures:
        values.update(measure.values)
    with_points = any(measure.point for measure in measures)
    sql = _moments_sql(measures, where, grouping) if with_points else _counts_sql(where, grouping)
    told = {}
    for row in eventlog.ask(sql, **values).rows:
        words = dict(zip(grouping, row, strict=False))
        sums = row[len(grouping) :]
        moments = _moments(measures, sums) if with_points else _counts(measures, sums)
        told[words.get("grp"), words.get("bucket")] = moments
    return told


_BUCKETS = {
    "day": "toDate(happened_at, {zone:String})",
    "week": "toMonday(toDate(happened_at, {zone:String}))",
    "month": "toStartOfMonth(toDate(happened_at, {zone:String}))",
}


def _counts_sql(where: str, grouping: dict[str, str]) -> str:
    selected = "".join(f"{expression} AS {name}, " for name, expression in grouping.items())
    grouped = f"GROUP BY {', '.join(grouping)}" if grouping else ""
    return f"""
        SELECT {selected} count() AS n, uniqExact(person_id) AS people
        FROM touchpoints
        WHERE {where}
        {grouped}
    """


def _moments_sql(measures: Sequence[Measure], where: str, grouping: dict[str, str]) -> str:
    """Add up within people first, so that what one of them says often is known to be one person's."""
    inner = [f"{expression} AS {name}" for name, expression in grouping.items()]
    inner += ["person_id AS person", "count() AS own_n"]
    outer = [*grouping, "sum(own_n)", "count()", "sum(toFloat64(own_n) * own_n)"]
    for i, measure in enumerate(measures):
        x = f"toFloat64({measure.point or '0'})"
        inner += [f"sum({x}) AS total{i}", f"sum({x} * {x}) AS squares{i}"]
        outer += [f"sum(total{i})", f"sum(squares{i})", f"sum(total{i} * total{i})", f"sum(total{i} * own_n)"]
    grouped = f"GROUP BY {', '.join(grouping)}" if grouping else ""
    return f"""
        SELECT {", ".join(outer)}
        FROM (
            SELECT {", ".join(inner)}
            FROM touchpoints
            WHERE {where}
            GROUP BY {", ".join([*grouping, "person"])}
        )
        {grouped}
    """


def _counts(measures: Sequence[Measure], sums: Sequence[Any]) -> list[Moments]:
    return [replace(_NOTHING, n=int(sums[0]), people=int(sums[1]))] * len(measures)


def _moments(measures: Sequence[Measure], sums: Sequence[Any]) -> list[Moments]:
    n, people, counts_squared, *rest = sums
    by_measure = [[float(number or 0) for number in rest[4 * i : 4 * i + 4]] for i in range(len(measures))]
    return [
        Moments(
            n=int(n or 0),
            people=int(people),
            total=total,
            squares=squares,
            own_totals_squared=totals_squared,
            own_counts_squared=float(counts_squared or 0),
            own_products=products,
        )
        for total, squares, totals_squared, products in by_measure
    ]


def _starts(filters: Filters, bucket: Bucket | None) -> list[date | None]:
    return list(filters.window.buckets(bucket)) if bucket else [None]


def _is_complete(filters: Filters, start: date | None, bucket: Bucket | None, now: datetime) -> bool:
    return start is None or bucket is None or filters.window.holds_all_of(start, bucket, now=now)


def _by_size(sums: dict[_Key, list[Moments]]) -> list[str | None]:
    sizes: dict[str | None, int] = {}
    for (group, _), moments in sums.items():
        sizes[group] = sizes.get(group, 0) + moments[0].n
    return sorted(sizes, key=lambda group: (-sizes[group], group or ""))[:MOST_GROUPS]


def _sum(several: Iterable[Moments]) -> Moments:
    total = _NOTHING
    for moments in several:
        total += moments
    return total


def _value(reading: Reading) -> float:
    return reading.estimate.value if reading.estimate.value is not None else float("-inf")

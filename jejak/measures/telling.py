"""Telling measures: one question to the log, then the statistic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from jejak.common.statistics import SMALL, Estimate, Moments, adjusted_for_many, chance_of_equal, difference
from jejak.measures import asking
from jejak.measures.asking import NOTHING, Key, Split
from jejak.measures.filters import Bucket, Filters
from jejak.measures.measure import Measure

MOST_GROUPS = 200
"""More groups than this are not told apart; the largest are."""
ALL = Split()


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

    is_clear: the 95 % interval of the difference leaves out 0 and enough answered both times; of several
    groups, after correcting for their number. None where too few answered.
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


Told = dict[tuple[str, Split], list[Reading]]
Changed = dict[tuple[str, Split], list[Change]]


def tell(
    measure: Measure, filters: Filters, *, now: datetime, by: str | None = None, bucket: Bucket | None = None
) -> list[Reading]:
    """Return the measure's number, or one for each group and bucket, empty buckets included.

    by: one of COLUMNS; the groups with most answers come first. Raises ValueError for another column, and
    what eventlog.ask() raises.
    """
    split = Split(by=by, bucket=bucket)
    return tell_together([measure], filters, now=now, splits=[split])[measure.key, split]


def tell_one(measure: Measure, filters: Filters, *, now: datetime) -> Reading:
    """Return the measure's one number."""
    return tell(measure, filters, now=now)[0]


def tell_together(
    measures: Sequence[Measure], filters: Filters, *, now: datetime, splits: Sequence[Split] = (ALL,)
) -> Told:
    """Return what tell() returns, by the measure's key and the split: all in one question to the log."""
    sums = asking.ask(measures, filters, splits)
    return {
        (measure.key, split): _readings(
            measure, {key: moments[i] for key, moments in sums[split].items()}, split, filters, now
        )
        for i, measure in enumerate(measures)
        for split in splits
    }


def change(measure: Measure, filters: Filters, before: Filters, *, now: datetime) -> Change:
    """Return the measure's number, that of the filters it is compared with, and their difference."""
    return change_together([measure], filters, before, now=now)[measure.key, ALL][0]


def change_together(
    measures: Sequence[Measure],
    filters: Filters,
    before: Filters,
    *,
    now: datetime,
    splits: Sequence[Split] = (ALL,),
) -> Changed:
    """Return the change of each group that there is now; a new one has nothing before. No split has a bucket.

    Whether the changes of several groups are clear is corrected for their number (Benjamini-Hochberg, 5 %).
    """
    current = tell_together(measures, filters, now=now, splits=splits)
    earlier = tell_together(measures, before, now=now, splits=splits)
    by_key = {measure.key: measure for measure in measures}
    told: Changed = {}
    for (key, split), readings in current.items():
        nothing = _read(by_key[key], NOTHING)
        before_of = {reading.group: reading for reading in earlier[key, split]}
        changes = [changed(reading, before_of.get(reading.group, nothing)) for reading in readings]
        told[key, split] = _corrected(changes) if split.by else changes
    return told


def contrast(measure: Measure, filters: Filters, *, now: datetime, by: str) -> list[Reading]:
    """Return a number for each group, highest first, each told whether it differs from all the others."""
    return contrasted(measure, tell(measure, filters, now=now, by=by))


def contrasted(measure: Measure, readings: Sequence[Reading]) -> list[Reading]:
    """Return the numbers of groups highest first, each told whether it differs from all the others together.

    The comparisons are corrected for being many (Benjamini-Hochberg, 5 %). Groups of fewer than 30 answers
    are not compared. Meant for measures with a point.
    """
    told = list(readings)
    compared, chances = [], []
    for i, reading in enumerate(told):
        rest = _sum(other.moments for j, other in enumerate(told) if j != i)
        if measure.point and reading.estimate.n >= SMALL and rest.n >= SMALL:
            compared.append(i)
            chances.append(chance_of_equal(reading.moments, rest))
    for i, chance in zip(compared, adjusted_for_many(chances), strict=True):
        told[i] = replace(told[i], differs=chance < 0.05)
    return sorted(told, key=_value, reverse=True)


def _readings(
    measure: Measure, sums: dict[Key, Moments], split: Split, filters: Filters, now: datetime
) -> list[Reading]:
    groups = _by_size(sums) if split.by else [None]
    bucket = split.bucket
    if bucket is None:
        return [_read(measure, sums.get((group, None), NOTHING), group=group) for group in groups]
    return [
        replace(
            _read(measure, sums.get((group, start), NOTHING), group=group),
            bucket=start,
            is_complete=filters.window.holds_all_of(start, bucket, now=now),
        )
        for group in groups
        for start in filters.window.buckets(bucket)
    ]


def _by_size(sums: dict[Key, Moments]) -> list[str | None]:
    sizes: dict[str | None, int] = {}
    for (group, _), moments in sums.items():
        if moments.n:
            sizes[group] = sizes.get(group, 0) + moments.n
    return sorted(sizes, key=lambda group: (-sizes[group], group or ""))[:MOST_GROUPS]


def _read(measure: Measure, moments: Moments, *, group: str | None = None) -> Reading:
    return Reading(estimate=measure.estimate(moments), people=moments.people, moments=moments, group=group)


def changed(now: Reading, before: Reading) -> Change:
    """Return the change between a number and that of the window it is compared with."""
    told = difference(now.estimate, before.estimate)
    is_clear = None
    if told.low is not None and told.high is not None and not told.is_small:
        is_clear = told.low > 0 or told.high < 0
    return Change(now=now, before=before, difference=told, is_clear=is_clear)


def _corrected(changes: list[Change]) -> list[Change]:
    compared = [i for i, one in enumerate(changes) if one.is_clear is not None]
    chances = [chance_of_equal(changes[i].now.moments, changes[i].before.moments) for i in compared]
    for i, chance in zip(compared, adjusted_for_many(chances), strict=True):
        changes[i] = replace(changes[i], is_clear=chance < 0.05)
    return changes


def _sum(several: Iterable[Moments]) -> Moments:
    total = NOTHING
    for moments in several:
        total += moments
    return total


def _value(reading: Reading) -> float:
    return reading.estimate.value if reading.estimate.value is not None else float("-inf")

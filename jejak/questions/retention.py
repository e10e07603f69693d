"""Retention: how many of those who start in a day, week or month come back in the ones after it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jejak.common.statistics import Estimate, Moments, counted, share_percent
from jejak.measures import Bucket, Window, bucket_of, next_bucket
from jejak.questions.answers import Answer
from jejak.questions.asked import Retention
from jejak.questions.ground import MOST_GROUPS, Ground, missing_words, number_of

# The periods that a person started and came back in are the bits of one number each, from the window's first period on.
_BEFORE, _TOGETHER = 255, 254
"""The bit of starts before the window, and the cohort that stands for all of them together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One field of the triangle. back: how many of the cohort came back. is_complete: the period is over."""

    periods_later: int
    back: int
    share: Estimate
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Those who started in the same period. Only periods that have begun are there."""

    begun: date
    people: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """All cohorts of one group together, by periods later."""

    group: str
    is_others: bool
    people: int
    together: tuple[Estimate, ...]


@dataclass(frozen=True, kw_only=True)
class Triangle(Answer):
    """Every cohort, and all together by periods later, of those whose period is over; also by group, largest first.

    A person is in the group of their first start in the window.
    """

    cohorts: tuple[Cohort, ...]
    together: tuple[Estimate, ...]
    groups: tuple[Kept, ...] = ()


def tell(asked: Retention, *, now: datetime) -> Triangle:
    """Return the triangle. Whoever starts in a cohort is one of it; coming back is counted until the window ends."""
    ground = Ground(asked, now=now)
    cohorts = list(ground.window.buckets(asked.bucket))
    over = _over(ground.window, asked.bucket, now)
    told = ground.ask(_sql(asked, ground, cohorts, over), by_person=True)
    begun = number_of(cohorts[0], asked.bucket)
    by_number = {row[0] + begun: row[3:5] for row in told.rows if row[0] != _TOGETHER}
    all_of = [row[1:4] + row[5:] for row in told.rows if row[0] == _TOGETHER]
    shown = []
    for cohort in cohorts:
        people, backs = by_number.get(number_of(cohort, asked.bucket), (0, [0] * asked.periods))
        shown.append(_cohort(cohort, people, list(backs), ground.window, over, asked.bucket, now))
    groups = [
        Kept(group=group, is_others=bool(others), people=people, together=_together([sums], asked.periods))
        for group, others, people, *sums in all_of
    ]
    return Triangle(
        cohorts=tuple(shown),
        together=_together([sums for _group, _others, _people, *sums in all_of], asked.periods),
        groups=tuple(groups) if asked.breakdown else (),
        notes=() if all_of else (missing_words(asked.start.names, ""),),
        sql=told.sql,
    )


def _sql(asked: Retention, ground: Ground, cohorts: list[date], over: date) -> str:
    """Return for each cohort (people, back), and for each group the moments of all its cohorts together."""
    begun, ended = number_of(cohorts[0], asked.bucket), number_of(over, asked.bucket)
    number = f"({ground.bucket_number(asked.bucket)} - {ground.value(begun, 'Int32')})"
    start, back = ground.happened(asked.start), ground.happened(asked.back)
    inside, within = ground.since(ground.window), ground.until(ground.window)
    period = _bit(f"if({inside}, {number}, {_BEFORE})")
    starts = f"groupBitOrIf({period}, {start})"
    mine = "bitXor(starts, bitAnd(starts, starts - 1))"  # The lowest bit alone: their first time.
    if asked.starts == "every":
        within, mine = f"{inside} AND {within}", "starts"
    # Whoever comes back later came back "in that period or later" in all periods up to it.
    backs = f"groupBitOrIf({period}, {back} AND {inside})"
    if asked.counting == "rolling":
        backs = f"{_bit(f'maxIf({number} + 1, {back} AND {inside})')} - 1"
    groups, grp = ground.groups_of(asked.breakdown, f"{start} AND {inside} AND {within}")
    first = "1"
    if asked.breakdown:
        at = "bitShiftLeft(toUInt64(toUnixTimestamp64Milli(happened_at)), 16)"
        first = f"minIf({at} + toUInt64({grp}), {start} AND {inside})"
    counted = f"bitAnd(mine, {_bit(f'greatest({ended - begun} - k, 0)')} - 1)"
    periods = asked.periods
    sums = {"back": "r", "of": "c"}
    if asked.starts == "every":  # Whoever starts once has the same sums of squares and products.
        sums |= {"backs": "arrayMap(x -> x * x, r)", "ofs": "arrayMap(x -> x * x, c)"}
        sums |= {
            "products": "arrayMap((x, y) -> x * y, r, c)",
            "counted": "arrayMap(x -> toUInt64(x > 0), c)",
        }
    later = f"toUInt64(bitAnd(bitShiftRight(backs, cohort + 1), {2**periods - 1}))"
    own = "arrayMap(one -> toUInt8(one), bitPositionsToArray(mine))"
    summed = ", ".join(
        f"sumForEachIf({array}, cohort = {_TOGETHER}) AS {name}" for name, array in sums.items()
    )
    return f"""
        WITH {groups} AS groups
        SELECT cohort, if(is_others, '', groups[grp]) AS shown, grp = 0 OR place > {MOST_GROUPS} AS is_others,
            sum(people) AS size, sumForEach(came), {", ".join(f"sumForEach({name})" for name in sums)}
        FROM (
            SELECT *, row_number() OVER (PARTITION BY cohort ORDER BY grp = 0, people DESC, groups[grp]) AS place
            FROM (
                SELECT cohort, grp, sum(n) AS people,
                    sumForEach(arrayMap(k -> n * bitTest(later, k - 1), range(1, {periods + 1}))) AS came,
                    {", ".join(f"sumForEach({name}) AS {name}" for name in sums)}
                FROM (
                    SELECT cohort, grp, later, count() AS n, {summed}
                    FROM (
                        SELECT cohort, if(cohort = {_TOGETHER}, bitAnd(first, 65535), 1) AS grp,
                            if(cohort = {_TOGETHER}, 0, {later}) AS later,
                            range(1, if(cohort = {_TOGETHER}, {periods + 1}, 1)) AS ks,
                            arrayMap(k -> toUInt64(bitCount(bitAnd({counted}, bitShiftRight(backs, k)))), ks) AS r,
                            arrayMap(k -> toUInt64(bitCount({counted})), ks) AS c
                        FROM (
                            SELECT person_id, {starts} AS starts, {mine} AS mine, {backs} AS backs, {first} AS first
                            FROM touchpoints
                            WHERE ({start} OR {back}) AND {ground.whose} AND {within}
                            GROUP BY person_id HAVING starts > 0 AND bitShiftRight(starts, {_BEFORE}) = 0
                        )
                        ARRAY JOIN arrayPushBack({own}, {_TOGETHER}) AS cohort
                    )
                    GROUP BY cohort, grp, later
                )
                GROUP BY cohort, grp
            )
        )
        GROUP BY cohort, shown, is_others ORDER BY is_others, size DESC, shown
    """


def _bit(place: str) -> str:
    return f"bitShiftLeft(toUInt256(1), {place})"


def _over(window: Window, bucket: Bucket, now: datetime) -> date:
    """Return the first day of the first bucket that is not over, whether by the clock or by the window's end."""
    for begun in window.buckets(bucket):
        end_on = next_bucket(begun, bucket)
        inside = end_on <= window.until_on
        last = Window(from_on=end_on - timedelta(days=1), until_on=end_on, zone=window.zone)
        if not inside or last.until_at > now:
            return begun
    return bucket_of(window.until_on, bucket)


def _cohort(
    begun: date, people: int, backs: list[int], window: Window, over: date, bucket: Bucket, now: datetime
) -> Cohort:
    cells, later = [], begun
    for k, back in enumerate(backs, 1):
        later = next_bucket(later, bucket)
        if (
            later >= window.until_on
            or Window(from_on=later, until_on=later + timedelta(days=1), zone=window.zone).from_at > now
        ):
            break
        share = share_percent(counted(back, people))
        cells.append(Cell(periods_later=k, back=back, share=share, is_complete=later < over))
    return Cohort(begun=begun, people=people, cells=tuple(cells))


def _together(groups: list[list[list[int]]], periods: int) -> tuple[Estimate, ...]:
    """Return the share of all cohorts whose period is over; whoever started often counts once for the interval."""
    if not groups:
        return (Estimate(value=None, n=0),) * periods
    sums = [[sum(one) for one in zip(*column, strict=True)] for column in zip(*groups, strict=True)]
    back, of, back_squared, of_squared, products, people = (sums * 3)[:6] if len(sums) == 2 else sums
    return tuple(
        share_percent(
            Moments(
                n=of[k],
                people=people[k],
                total=back[k],
                squares=back[k],
                own_totals_squared=back_squared[k],
                own_counts_squared=of_squared[k],
                own_products=products[k],
            )
        )
        for k in range(periods)
    )

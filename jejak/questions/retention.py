"""Retention: how many of those who start in a day, week or month come back in the ones after it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jejak.common.statistics import Estimate, Moments, counted, share_percent
from jejak.measures import Bucket, Window, bucket_of, next_bucket
from jejak.questions.answers import Answer
from jejak.questions.asked import Retention
from jejak.questions.ground import Ground, missing_words, number_of


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


@dataclass(frozen=True, kw_only=True)
class Triangle(Answer):
    """Every cohort, and all together by periods later, of those whose period is over."""

    cohorts: tuple[Cohort, ...]
    together: tuple[Estimate, ...]


def tell(asked: Retention, *, now: datetime) -> Triangle:
    """Return the triangle. Whoever starts in a cohort is one of it; coming back is counted until the window ends."""
    ground = Ground(asked, now=now)
    cohorts = list(ground.window.buckets(asked.bucket))
    over = _over(ground.window, asked.bucket, now)
    number = ground.bucket_number(asked.bucket)
    start, back = ground.happened(asked.start), ground.happened(asked.back)
    first, last = (ground.value(number_of(day, asked.bucket), "Int32") for day in (cohorts[0], cohorts[-1]))
    ended = ground.value(number_of(over, asked.bucket), "Int32")
    inside = ground.since(ground.window)
    starts = f"groupUniqArrayIf({number}, {start} AND {inside})"
    earlier = "0"
    if asked.starts == "first":
        starts = f"arraySlice(arraySort({starts}), 1, 1)"
        # Whoever started before the window began is nobody's first time in it.
        earlier = f"countIf({start} AND NOT {inside})"
    came = "has(backs, s + k)" if asked.counting == "classic" else "arrayMax(backs) >= s + k"
    told = ground.ask(f"""
        SELECT cohort, count(),
            sumForEach(r), sumForEach(arrayMap(x -> x * x, r)),
            sumForEach(c), sumForEach(arrayMap(x -> x * x, c)), sumForEach(arrayMap((x, y) -> x * y, r, c)),
            sumForEach(arrayMap(x -> toUInt64(x > 0), c))
        FROM (
            SELECT cohort,
                arrayMap(k -> arrayCount(s -> {came} AND (cohort != -1 OR s + k < {ended}), mine), ks) AS r,
                arrayMap(k -> arrayCount(s -> cohort != -1 OR s + k < {ended}, mine), ks) AS c
            FROM (
                SELECT cohort, if(cohort = -1, starts, [cohort]) AS mine, backs, range(1, {asked.periods + 1}) AS ks
                FROM (
                    SELECT person_id, {starts} AS starts, arrayPushBack(groupUniqArrayIf({number}, {back}), -100) AS backs,
                        {earlier} AS earlier
                    FROM touchpoints
                    WHERE ({start} OR {back}) AND {ground.whose} AND {ground.until(ground.window)}
                        {"" if asked.starts == "first" else f"AND {inside}"}
                    GROUP BY person_id HAVING notEmpty(starts) AND earlier = 0
                )
                ARRAY JOIN arrayPushBack(starts, -1) AS cohort
                WHERE cohort = -1 OR (cohort >= {first} AND cohort <= {last})
            )
        )
        GROUP BY cohort
    """)
    by_number = {row[0]: row[1:] for row in told.rows}
    shown = []
    for begun in cohorts:
        people, backs = by_number.get(number_of(begun, asked.bucket), (0, [0] * asked.periods))[:2]
        shown.append(_cohort(begun, people, list(backs), ground.window, over, asked.bucket, now))
    together = _together(by_number.get(-1), asked.periods)
    notes = () if by_number else (missing_words(asked.start.names, ""),)
    return Triangle(cohorts=tuple(shown), together=together, notes=notes, sql=told.sql)


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


def _together(row: tuple[list[int], ...] | None, periods: int) -> tuple[Estimate, ...]:
    """Return the share of all cohorts whose period is over; whoever started often counts once for the interval."""
    if row is None:
        return (Estimate(value=None, n=0),) * periods
    _people, back, back_squared, of, of_squared, products, people = row
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

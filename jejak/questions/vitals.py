"""Web vitals: how fast pages are where people are, over time and by page, and how many convert beside it.

The script for web pages measures them ("Web Vitals Measured"); any touchpoint with the same properties counts.
Thresholds and the 75th percentile as Google has them. Source: web.dev, "Web Vitals" and "How the Core Web Vitals
metrics thresholds were defined" (2020; INP 2024).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from jejak.common.statistics import Estimate, Moments, counted, share_percent
from jejak.measures import Behind, People
from jejak.questions.answers import Answer, Point, percentile_of, percentile_sql
from jejak.questions.asked import EVERYTHING, Vitals
from jejak.questions.ground import MOST_GROUPS, Ground, missing_words

PERCENTILE = 75
BANDS = ("good", "middle", "poor")


@dataclass(frozen=True, kw_only=True)
class Vital:
    """A number that browsers measure. good: at most so much. poor: more than that."""

    field: str
    good: float
    poor: float


VITALS = {
    "lcp": Vital(field="properties.lcp_ms", good=2_500, poor=4_000),
    "inp": Vital(field="properties.inp_ms", good=200, poor=500),
    "cls": Vital(field="properties.cls", good=0.1, poor=0.25),
}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One vital of one group. at: its 75th percentile. shares: of each of BANDS, people as clusters."""

    group: str | None = None
    is_others: bool = False
    at: Estimate
    shares: dict[str, Estimate]


@dataclass(frozen=True, kw_only=True)
class Speed(Answer):
    """vitals: those that were measured, by key. points, groups: of the one that is asked about.

    conversion: of the people whose median page was in a band, how many converted after their first measured one.
    """

    vitals: dict[str, Measured]
    points: tuple[Point, ...]
    groups: tuple[Measured, ...]
    conversion: dict[str, Estimate]


def tell(asked: Vitals, *, now: datetime) -> Speed:
    """Return how fast pages were. One question to the log."""
    ground = Ground(asked, now=now)
    told = ground.ask(f"""
        WITH (
            SELECT groupArray(g) FROM (
                SELECT {_group(asked, ground)} AS g FROM touchpoints WHERE {_measured(asked, ground)}
                GROUP BY g ORDER BY count() DESC, g LIMIT {MOST_GROUPS}
            )
        ) AS largest
        SELECT what, vital, bucket, grp, any(largest), {percentile_sql("groupArrayArray(xs)", PERCENTILE)} AS told,
            [toFloat64(sum(n)), toFloat64(count()), sum(n * n)] AS pages,
            arrayMap(i -> [sumForEach(parts)[i], sumForEach(arrayMap(p -> p * p, parts))[i],
                sumForEach(arrayMap(p -> p * n, parts))[i]], [1, 2, 3]) AS bands
        FROM (
            SELECT toUInt8(2 * (1 - grouping(bucket)) + (1 - grouping(grp))) AS what, vital, bucket, grp, person_id,
                groupArray(x) AS xs, toFloat64(count()) AS n,
                arrayMap(part -> toFloat64(part),
                    [countIf(x <= good), countIf(x > good AND x <= poor), countIf(x > poor)]) AS parts
            FROM (
                SELECT person_id, one.1 AS vital, one.2 AS x, one.3 AS good, one.4 AS poor,
                    {ground.first_day(asked.bucket)} AS bucket, toUInt8(indexOf(largest, {_group(asked, ground)})) AS grp
                FROM touchpoints ARRAY JOIN [{_numbers(ground)}] AS one
                WHERE {_pages(ground)} AND isFinite(x)
            )
            GROUP BY GROUPING SETS ((vital, person_id), (vital, bucket, person_id), (vital, grp, person_id))
        )
        GROUP BY what, vital, bucket, grp
        UNION ALL
        SELECT 9, band, toDate(0), 0, [], (toUInt64(0), 0., 0., 0.),
            [toFloat64(count()), toFloat64(countIf(converted)), 0.], []
        FROM ({_people(asked, ground)}) GROUP BY band
    """)
    return _read(asked, ground, told.rows, told.sql, now=now)


def people(asked: Vitals, *, band: str, now: datetime, limit: int = 50, offset: int = 0) -> People:
    """Return whose median page was in a band, those seen last first."""
    ground = Ground(asked, now=now)
    skipped, most = ground.value(offset, "UInt32"), ground.value(limit, "UInt32")
    rows = ground.ask(f"""
        SELECT person_id, pages, last, count() OVER () FROM ({_people(asked, ground)})
        WHERE band = {BANDS.index(band)}
        ORDER BY last DESC, person_id LIMIT {most} OFFSET {skipped}
    """).rows
    page = [
        Behind(person_id=person, touchpoints=n, last_at=datetime.fromtimestamp(ms / 1000, UTC), score=None)
        for person, n, ms, _all in rows
    ]
    return People(total=rows[0][3] if rows else 0, page=page)


# The question


def _pages(ground: Ground) -> str:
    return f"{ground.happened(EVERYTHING)} AND {ground.whose} AND {ground.within(ground.window)}"


def _measured(asked: Vitals, ground: Ground) -> str:
    return f"{_pages(ground)} AND isFinite({ground.number(VITALS[asked.vital].field)})"


def _group(asked: Vitals, ground: Ground) -> str:
    return ground.text(asked.breakdown) if asked.breakdown else "''"


def _numbers(ground: Ground) -> str:
    return ", ".join(
        f"(toUInt8({i}), {ground.number(one.field)}, {float(one.good)}, {float(one.poor)})"
        for i, one in enumerate(VITALS.values())
    )


def _people(asked: Vitals, ground: Ground) -> str:
    """Return SQL of everybody with a measured page: band (a place in BANDS), converted, pages, last."""
    vital = VITALS[asked.vital]
    number, ms = ground.number(vital.field), "toInt64(toUnixTimestamp64Milli(happened_at))"
    converted = (
        ground.happened(asked.conversion) if asked.conversion.names or asked.conversion.where else "false"
    )
    return f"""
        SELECT person_id, toUInt8(multiIf(middle <= {vital.good}, 0, middle <= {vital.poor}, 1, 2)) AS band,
            bought > first AS converted, pages, last
        FROM (
            SELECT person_id, quantileExactInclusiveIf(0.5)({number}, isFinite({number})) AS middle,
                minIf({ms}, isFinite({number})) AS first, maxIf({ms}, isFinite({number})) AS last,
                countIf(isFinite({number})) AS pages, maxIf({ms}, {converted}) AS bought
            FROM touchpoints
            WHERE ({_measured(asked, ground)}) OR ({converted} AND {ground.whose} AND {ground.within(ground.window)})
            GROUP BY person_id HAVING pages > 0
        )
    """


# The answer


def _read(asked: Vitals, ground: Ground, rows: Sequence[Sequence[Any]], sql: str, *, now: datetime) -> Speed:
    keys, chosen = list(VITALS), list(VITALS).index(asked.vital)
    vitals: dict[str, Measured] = {}
    by_bucket: dict[date, Estimate] = {}
    groups: list[tuple[int, Measured]] = []
    conversion: dict[str, Estimate] = {}
    for what, vital, bucket, group, largest, told, pages, bands in rows:
        if what == 9:
            conversion[BANDS[vital]] = share_percent(counted(int(pages[1]), int(pages[0])))
            continue
        shares = {band: share_percent(_moments(pages, sums)) for band, sums in zip(BANDS, bands, strict=True)}
        at = percentile_of(told)
        if what == 0:
            vitals[keys[vital]] = Measured(at=at, shares=shares)
        elif vital == chosen and what == 2:
            by_bucket[bucket] = at
        elif vital == chosen and asked.breakdown:
            name = largest[group - 1] if group else None
            groups.append(
                (group or MOST_GROUPS + 1, Measured(group=name, is_others=not group, at=at, shares=shares))
            )
    points = tuple(
        Point(
            bucket=begun,
            told=by_bucket.get(begun, Estimate(value=None, n=0)),
            is_complete=ground.window.holds_all_of(begun, asked.bucket, now=now),
        )
        for begun in ground.window.buckets(asked.bucket)
    )
    wanted = asked.conversion.names or asked.conversion.where
    return Speed(
        vitals={key: vitals[key] for key in keys if key in vitals},
        points=points,
        groups=tuple(one for _place, one in sorted(groups, key=lambda pair: pair[0])),
        conversion={band: conversion[band] for band in BANDS if band in conversion} if wanted else {},
        notes=() if by_bucket else (missing_words((), VITALS[asked.vital].field),),
        sql=sql,
    )


def _moments(pages: Sequence[float], band: Sequence[float]) -> Moments:
    return Moments(
        n=int(pages[0]), people=int(pages[1]), total=band[0], squares=band[0],
        own_totals_squared=band[1], own_counts_squared=pages[2], own_products=band[2],
    )  # fmt: skip

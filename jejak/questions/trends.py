"""Trends: numbers over time, split by what touchpoints are like, beside the window before, and formulas of them."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from statistics import NormalDist
from typing import Any

from jejak.common.statistics import (
    Estimate,
    Moments,
    counted,
    mean,
    rate_per_person,
    share_percent,
)
from jejak.measures import Window
from jejak.questions import formula
from jejak.questions.answers import Answer, Point, finite, percentile_of, percentile_sql
from jejak.questions.asked import LETTERS, OF_A_NUMBER, Series, Trends
from jejak.questions.ground import MOST_GROUPS, Ground, missing_words

_Z = NormalDist().inv_cdf(0.975)
# What a formula is made of: sums over people, of a letter to itself or of two over each other.
_ATOMS = {"count": ("n",), "people": ("p",), "per_person": ("n", "p"), "sum": ("t",), "average": ("t", "n")}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One series, or the formula, of one group. group: None where nothing is split; is_others: all other groups.

    total: over the whole window. before: it is of the window that is compared with.
    """

    series: str
    group: str | None = None
    is_others: bool = False
    before: bool = False
    points: tuple[Point, ...]
    total: Estimate


@dataclass(frozen=True, kw_only=True)
class Trend(Answer):
    """The lines, largest group first, those before after those of now."""

    lines: tuple[Line, ...]
    groups: int = 0


def tell(asked: Trends, *, now: datetime) -> Trend:
    """Return the lines of a trend. One question to the log, whatever is asked together."""
    ground = Ground(asked, now=now)
    windows = [ground.window] + ([before] if (before := asked.before(now)) else [])
    by_person = bool(asked.formula) or any(one.how in ("per_person", "average") for one in asked.series)
    told = ground.ask(
        _sql(asked, ground, windows, by_person=by_person),
        by_person=not all(one.what.names for one in asked.series),
    )
    cells: dict[tuple[int, int, date | None], list[_Cell]] = {}
    groups: list[str] = []
    for groups_found, whole, part, group, bucket, people, *sums in told.rows:
        groups = groups_found
        cells[part, group, None if whole else bucket] = _cells(asked, people, sums, by_person=by_person)
    notes = _notes(asked, cells)
    lines = [
        line
        for part, window in enumerate(windows)
        for group in _order(asked, cells, groups)
        for line in _lines(asked, cells, groups, part=part, group=group, window=window, now=now)
    ]
    return Trend(lines=tuple(lines), notes=tuple(notes), sql=told.sql, groups=len(groups))


# The question


def _sql(asked: Trends, ground: Ground, windows: list[Window], *, by_person: bool) -> str:
    """Add up each bucket and each whole window at once; within people first where something falls on a person."""
    conditions = [ground.happened(one.what) for one in asked.series]
    happened = f"({' OR '.join(dict.fromkeys(conditions))}) AND {ground.whose}"
    group = ground.text(asked.breakdown) if asked.breakdown else "''"
    columns = [f"{condition} AS s{i}" for i, condition in enumerate(conditions)]
    for i, one in enumerate(asked.series):
        if one.of:
            columns[i] = f"{conditions[i]} AND isFinite(x{i}) AS s{i}"
            columns.append(f"{ground.number(one.of)} AS x{i}")
    part, when = "0", ground.within(windows[0])
    if len(windows) > 1:
        inside = ", ".join(ground.within(window) for window in windows)
        # A year before may overlap: one touchpoint can lie in both.
        part = f"arrayJoin(arrayFilter((i, inside) -> inside, [0, 1], [{inside}]))"
        when = " OR ".join(f"({ground.within(window)})" for window in windows)
    largest = "[]::Array(String)"
    if asked.breakdown:
        largest = f"""(
            SELECT groupArray(g) FROM (
                SELECT {group} AS g FROM touchpoints WHERE {ground.within(windows[0])} AND {happened}
                GROUP BY g ORDER BY count() DESC, g LIMIT {MOST_GROUPS}
            )
        )"""
    grp = (
        f"toUInt8(transform({group}, largest, arrayEnumerate(largest), 0))"
        if asked.breakdown
        else "toUInt8(0)"
    )
    rows = f"""
        SELECT person_id, {part} AS part, {grp} AS grp,
            {ground.first_day(asked.bucket)} AS bucket, {", ".join(columns)}
        FROM touchpoints WHERE ({when}) AND {happened}
    """
    if not by_person:
        direct = f"""
            SELECT toUInt8(grouping(bucket)) AS whole, part, grp, bucket, {", ".join(_direct(asked.series))}
            FROM ({rows})
            GROUP BY GROUPING SETS ((part, grp, bucket), (part, grp))
        """
        if any(one.how == "people" for one in asked.series):
            direct += f"UNION ALL {_people(asked.series, rows)}"
        told = [
            f"sum(n{i}), sum(p{i}), {'max' if one.how == 'percentile' else 'sum'}(told{i})"
            for i, one in enumerate(asked.series)
        ]
        return f"""
            WITH {largest} AS largest
            SELECT largest, whole, part, grp, bucket, 0, {", ".join(told)}
            FROM ({direct})
            GROUP BY whole, part, grp, bucket
        """
    inner, outer = _within_people(asked)
    return f"""
        WITH {largest} AS largest
        SELECT largest, whole, part, grp, bucket, countIf({" OR ".join(f"n{i} > 0" for i in range(len(asked.series)))}),
            {", ".join(outer)}
        FROM (
            SELECT toUInt8(grouping(bucket)) AS whole, part, grp, bucket, person_id, {", ".join(inner)}
            FROM ({rows})
            GROUP BY GROUPING SETS ((part, grp, bucket, person_id), (part, grp, person_id))
        )
        GROUP BY whole, part, grp, bucket
    """


def _direct(series: tuple[Series, ...]) -> Iterator[str]:
    """Yield for each series its touchpoints, no people, and its sum or percentile."""
    for i, one in enumerate(series):
        yield f"countIf(s{i}) AS n{i}, toUInt64(0) AS p{i}"
        if one.how == "percentile":
            yield f"{percentile_sql(f'groupArrayIf(x{i}, s{i})', one.percentile)} AS told{i}"
        else:
            yield f"{f'sumIf(x{i}, s{i})' if one.of else '0.'} AS told{i}"


def _people(series: tuple[Series, ...], rows: str) -> str:
    """Return the SQL of the people of each bucket and of each whole window, in the columns of _direct().

    Each person's series, groups and buckets are numbers that are sorted and counted once: thousands of sets of all people
    would take ten times the memory.
    """
    asked = [i for i, one in enumerate(series) if one.how == "people"]
    which = f"arrayJoin(arrayFilter((i, on) -> on, {asked}, [{', '.join(f's{i}' for i in asked)}]))"
    if len(asked) == 1:
        which, rows = str(asked[0]), f"SELECT * FROM ({rows}) WHERE s{asked[0]}"
    told = ", ".join(
        f"0 AS n{i}, if(bitShiftRight(one, 21) = {i}, people, 0) AS p{i},"
        f" {'(toUInt64(0), 0., 0., 0.)' if one.how == 'percentile' else '0.'} AS told{i}"
        for i, one in enumerate(series)
    )
    return f"""
        SELECT bitAnd(one, 65535) = 65535 AS whole, toUInt8(bitAnd(bitShiftRight(one, 20), 1)) AS part,
            toUInt8(bitAnd(bitShiftRight(one, 16), 15)) AS grp, toDate(if(whole, 0, bitAnd(one, 65535))) AS bucket, {told}
        FROM (
            SELECT one, count() AS people
            FROM (
                SELECT arrayCompact(arraySort(groupArray(
                    toUInt32({which} * {1 << 21} + part * {1 << 20} + grp * {1 << 16} + toUInt16(bucket))
                ))) AS of_buckets, arrayCompact(arrayMap(x -> bitOr(x, 65535), of_buckets)) AS of_windows
                FROM ({rows})
                GROUP BY person_id
            )
            ARRAY JOIN arrayConcat(of_buckets, of_windows) AS one
            GROUP BY one
        )
    """


def _within_people(asked: Trends) -> tuple[list[str], list[str]]:
    """Return the sums within each person, and over people what _direct() yields, moments, and products of atoms."""
    inner, outer = [], []
    for i, one in enumerate(asked.series):
        inner.append(f"toFloat64(countIf(s{i})) AS n{i}, toFloat64(n{i} > 0) AS p{i}")
        inner.append(f"{f'sumIf(x{i}, s{i})' if one.of else '0.'} AS t{i}")
        outer += [f"toUInt64(sum(n{i}))", f"countIf(n{i} > 0)"]
        if one.how == "percentile":
            inner.append(f"groupArrayIf(x{i}, s{i}) AS xs{i}")
            outer.append(percentile_sql(f"groupArrayArray(xs{i})", one.percentile))
        else:
            outer.append(f"sum(t{i})")
        if one.how == "average":
            inner.append(f"sumIf(x{i} * x{i}, s{i}) AS q{i}")
            outer += [f"sum(q{i})", f"sum(t{i} * t{i})", f"sum(n{i} * n{i})", f"sum(t{i} * n{i})"]
        elif one.how == "per_person":
            outer += ["0.", "0.", f"sum(n{i} * n{i})", "0."]
        else:
            outer += ["0.", "0.", "0.", "0."]
    if asked.formula:
        atoms = _atoms(asked)
        outer += [f"sum({a} * {b})" for k, a in enumerate(atoms) for b in atoms[k:]]
    return inner, outer


def _atoms(asked: Trends) -> list[str]:
    return [f"{a}{i}" for i, one in enumerate(asked.series) for a in _ATOMS.get(one.how, ())]


# The answer


@dataclass(frozen=True)
class _Cell:
    """One number, and how much it weighs when groups are put in order."""

    told: Estimate
    weight: float


def _cells(asked: Trends, people: int, sums: list[Any], *, by_person: bool) -> list[_Cell]:
    each = 7 if by_person else 3
    rows = [sums[i * each : (i + 1) * each] for i in range(len(asked.series))]
    told = [_estimate(one, row) for one, row in zip(asked.series, rows, strict=True)]
    if not asked.formula:
        return [_Cell(one, float(row[0])) for one, row in zip(told, rows, strict=True)]
    products = sums[len(asked.series) * each :]
    return [_Cell(_worked(asked, told, rows, people, products), float(sum(row[0] for row in rows)))]


def _estimate(series: Series, row: list[Any]) -> Estimate:
    n, people, last, *moments = row
    if series.how == "count":
        return Estimate(value=n, n=n)
    if series.how == "people":
        return Estimate(value=people, n=people)
    if series.how == "sum":
        return Estimate(value=finite(last), n=n)
    if series.how == "percentile":
        return percentile_of(last)
    squares, totals, counts, products = moments
    if series.how == "per_person":
        return rate_per_person(people=people, total=n, squares=counts)
    return mean(
        Moments(
            n=n,
            people=people,
            total=last,
            squares=squares,
            own_totals_squared=totals,
            own_counts_squared=counts,
            own_products=products,
        )
    )


def _worked(
    asked: Trends, told: list[Estimate], rows: list[list[Any]], people: int, products: list[float]
) -> Estimate:
    """Work the formula. A rate gets an interval by the delta method over people; a count has none.

    A rate is what stays the same when everybody is there twice. Source: Casella & Berger 2002, 5.5.4.
    """
    made = formula.parse(asked.formula, letters=LETTERS[: len(asked.series)])
    values = {LETTERS[i]: one.value for i, one in enumerate(told)}
    worked = made.work(values)
    if worked is None:
        return Estimate(value=None, n=people)
    matrix = _matrix(_atoms(asked), products)
    if (share := _share(made, asked, matrix, rows)) is not None:
        return share
    if any(asked.series[LETTERS.index(letter)].how == "percentile" for letter in made.letters):
        return Estimate(value=worked.value, n=people)
    slopes = _slopes(worked, asked, rows)
    grown = sum(slope * _total(atom, rows) for atom, slope in slopes.items())
    if people < 2 or abs(grown) > 1e-9 * max(1.0, abs(worked.value)):
        return Estimate(value=worked.value, n=people)
    spread = sum(
        slope * other * matrix[a, b] for a, slope in slopes.items() for b, other in slopes.items()
    ) * (people / (people - 1))
    if spread <= 1e-18:  # All alike: it says nothing of those who were not there.
        return Estimate(value=worked.value, n=people)
    half = _Z * math.sqrt(spread)
    return Estimate(value=worked.value, low=worked.value - half, high=worked.value + half, n=people)


def _share(
    made: formula.Formula, asked: Trends, matrix: Mapping[tuple[str, str], float], rows: list[list[Any]]
) -> Estimate | None:
    """Return people of people with Wilson's interval, as a part of 1; None where it is not that."""
    if made.share_of is None:
        return None
    above, below = (LETTERS.index(letter) for letter in made.share_of)
    if any(asked.series[i].how != "people" for i in (above, below)):
        return None
    part, of = rows[above][1], rows[below][1]
    if not of or matrix[f"p{above}", f"p{below}"] != part:  # Some did the one and not the other.
        return None
    percent = share_percent(counted(part, of))
    low, high = percent.low or 0.0, percent.high or 0.0
    return Estimate(value=part / of, low=low / 100, high=high / 100, n=of)


def _matrix(atoms: list[str], products: list[float]) -> dict[tuple[str, str], float]:
    pairs = [(a, b) for k, a in enumerate(atoms) for b in atoms[k:]]
    held = dict(zip(pairs, products, strict=True))
    return held | {(b, a): product for (a, b), product in held.items()}


def _slopes(worked: formula.Worked, asked: Trends, rows: list[list[Any]]) -> dict[str, float]:
    """Return how the formula changes with each atom; an average or a rate per person is one atom over another."""
    slopes: dict[str, float] = {}
    for letter, slope in worked.slopes.items():
        i = LETTERS.index(letter)
        atoms = [f"{a}{i}" for a in _ATOMS[asked.series[i].how]]
        if len(atoms) == 1:
            slopes[atoms[0]] = slope
            continue
        above, below = (_total(atom, rows) for atom in atoms)
        slopes[atoms[0]], slopes[atoms[1]] = slope / below, -slope * above / below**2
    return slopes


def _total(atom: str, rows: list[list[Any]]) -> float:
    return float(rows[int(atom[1:])][{"n": 0, "p": 1, "t": 2}[atom[0]]])


def _order(
    asked: Trends, cells: Mapping[tuple[int, int, date | None], list[_Cell]], groups: list[str]
) -> list[int]:
    """Return the groups as they were ordered by the log, 1 the largest, and 0, the others, at the end."""
    if not asked.breakdown:
        return [0]
    others = [0] if any(group == 0 for _part, group, _bucket in cells) else []
    return [*range(1, len(groups) + 1), *others]


def _lines(
    asked: Trends,
    cells: Mapping[tuple[int, int, date | None], list[_Cell]],
    groups: list[str],
    *,
    part: int,
    group: int,
    window: Window,
    now: datetime,
) -> Iterator[Line]:
    names = [asked.formula] if asked.formula else list(LETTERS[: len(asked.series)])
    nothing = _empty(asked)
    for i, name in enumerate(names):
        points = tuple(
            Point(
                bucket=bucket,
                told=cells.get((part, group, bucket), nothing)[i].told,
                is_complete=window.holds_all_of(bucket, asked.bucket, now=now),
            )
            for bucket in window.buckets(asked.bucket)
        )
        yield Line(
            series=name,
            group=groups[group - 1] if group else None,
            is_others=bool(asked.breakdown) and not group,
            before=part == 1,
            points=points,
            total=cells.get((part, group, None), nothing)[i].told,
        )


def _empty(asked: Trends) -> list[_Cell]:
    if asked.formula:
        return [_Cell(Estimate(value=None, n=0), 0.0)]
    counts = ("count", "people", "sum")
    return [_Cell(Estimate(value=0 if one.how in counts else None, n=0), 0.0) for one in asked.series]


def _notes(asked: Trends, cells: Mapping[tuple[int, int, date | None], list[_Cell]]) -> Iterator[str]:
    """Say which series rest on nothing, so that a property that is gone does not look like a zero."""
    held = [cell for (part, _group, bucket), cell in cells.items() if part == 0 and bucket is None]
    if asked.formula:
        if not held:
            yield missing_words([name for one in asked.series for name in one.what.names], "")
        return
    for i, one in enumerate(asked.series):
        if not any(cell[i].weight for cell in held):
            told = missing_words(one.what.names, one.of if one.how in OF_A_NUMBER else "")
            yield f"{LETTERS[i]}: {told}" if len(asked.series) > 1 else told

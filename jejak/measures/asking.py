"""The one question to the log that measures are told from: sums of their points, within people first."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from jejak import eventlog
from jejak.common.statistics import Moments
from jejak.measures.filters import COLUMNS, Bucket, Filters
from jejak.measures.measure import Measure

NOTHING = Moments(
    n=0, people=0, total=0.0, squares=0.0, own_totals_squared=0.0, own_counts_squared=0.0, own_products=0.0
)
Key = tuple[str | None, date | None]
"""Group and first day of the bucket; None where it is not split so."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """How a number is split: by one of COLUMNS, by day, week or month, both, or not at all."""

    by: str | None = None
    bucket: Bucket | None = None

    def __post_init__(self) -> None:
        if self.by is not None and self.by not in COLUMNS:
            raise ValueError(f"{self.by!r} is not one of {', '.join(COLUMNS)}.")

    @property
    def keys(self) -> list[str]:
        """The names of the SQL columns that tell its parts apart."""
        return ([f"by_{self.by}"] if self.by else []) + ([f"in_{self.bucket}"] if self.bucket else [])


def ask(
    measures: Sequence[Measure], filters: Filters, splits: Sequence[Split]
) -> dict[Split, dict[Key, list[Moments]]]:
    """Return for each split the moments of each part: one for each measure, in their order.

    Measures without a point have n and people only. One question, however many measures and splits.
    """
    where, values = filters.sql()
    asked, own_values = _apart(measures)
    values |= own_values
    keys = {name: _EXPRESSIONS.get(name, f"toString({name[3:]})") for split in splits for name in split.keys}
    if any(name in _EXPRESSIONS for name in keys):
        values["zone"] = filters.window.zone
    sql = _sql(asked, where, keys, splits)
    counted = list(dict.fromkeys(measure.counted for measure in asked))
    told: dict[Split, dict[Key, list[Moments]]] = {split: {} for split in splits}
    by_mask = {_mask(split, keys): split for split in splits}
    for mask, *row in eventlog.ask(sql, **values).rows:
        words, sums = dict(zip(keys, row, strict=False)), iter(row[len(keys) :])
        people = {condition: [float(next(sums) or 0) for _ in range(3)] for condition in counted}
        points = [[float(next(sums) or 0) for _ in range(4)] if m.point else [0.0] * 4 for m in asked]
        split = by_mask[mask]
        told[split][_key(split, words)] = [
            _moments(people[measure.counted], own) for measure, own in zip(asked, points, strict=True)
        ]
    return told


_EXPRESSIONS = {
    "in_day": "toDate(happened_at, {zone:String})",
    "in_week": "toMonday(toDate(happened_at, {zone:String}))",
    "in_month": "toStartOfMonth(toDate(happened_at, {zone:String}))",
}


def _apart(measures: Sequence[Measure]) -> tuple[list[Measure], dict[str, Any]]:
    """Give each different value a name of its own, so that several measures fit into one question."""
    names: dict[tuple[str, Any], str] = {}
    for measure in measures:
        for pair in measure.values.items():
            names.setdefault(pair, f"{pair[0]}_{len(names)}")

    def renamed(sql: str, values: Mapping[str, Any]) -> str:
        return re.sub(r"\{(\w+):", lambda match: f"{{{names[match[1], values[match[1]]]}:", sql)

    apart = [
        replace(m, counted=renamed(m.counted, m.values), point=renamed(m.point, m.values)) for m in measures
    ]
    return apart, {name: value for (_, value), name in names.items()}


def _sql(measures: Sequence[Measure], where: str, keys: dict[str, str], splits: Sequence[Split]) -> str:
    """Add up within people first, so that what one of them says often is known to be one person's.

    Where no measure has a point, counting is enough and far cheaper.
    """
    counted = list(dict.fromkeys(measure.counted for measure in measures))
    where = f"{where} AND ({' OR '.join(f'({condition})' for condition in counted)})"
    inner = [f"{_mask_sql(keys)} AS mask", *(f"{expression} AS {name}" for name, expression in keys.items())]
    if not any(measure.point for measure in measures):
        for condition in counted:
            inner += [f"countIf({condition})", f"uniqExactIf(person_id, {condition})", "0"]
        return f"""
            SELECT {", ".join(inner)} FROM touchpoints WHERE {where}
            {_group_by([split.keys for split in splits])} {_SETTINGS}
        """
    outer = ["mask", *keys]
    for i, condition in enumerate(counted):
        inner.append(f"toFloat64(countIf({condition})) AS n{i}")
        outer += [f"sum(n{i})", f"countIf(n{i} > 0)", f"sum(n{i} * n{i})"]
    for i, measure in enumerate(measures):
        if not measure.point:
            continue
        x, n = f"toFloat64({measure.point})", f"n{counted.index(measure.counted)}"
        inner += [f"sumIf({x}, {measure.counted}) AS t{i}", f"sumIf({x} * {x}, {measure.counted}) AS q{i}"]
        outer += [f"sum(t{i})", f"sum(q{i})", f"sum(t{i} * t{i})", f"sum(t{i} * {n})"]
    return f"""
        SELECT {", ".join(outer)}
        FROM (
            SELECT {", ".join(inner)} FROM touchpoints WHERE {where}
            {_group_by([[*split.keys, "person_id"] for split in splits])}
        )
        GROUP BY {", ".join(["mask", *keys])} {_SETTINGS}
    """


# Compiling a question takes 250 ms at its fourth time, in the middle of somebody's page.
_SETTINGS = "SETTINGS compile_expressions = 0, compile_aggregate_expressions = 0"


def _group_by(sets: list[list[str]]) -> str:
    if len(sets) == 1:
        return f"GROUP BY {', '.join(sets[0])}" if sets[0] else ""
    return f"GROUP BY GROUPING SETS ({', '.join('(' + ', '.join(names) + ')' for names in sets)})"


def _mask_sql(keys: dict[str, str]) -> str:
    return f"toUInt64(grouping({', '.join(keys)}))" if keys else "toUInt64(0)"


def _mask(split: Split, keys: Iterable[str]) -> int:
    """Return what SQL's grouping() says of a row of this split: a bit for each key that it leaves out."""
    mask = 0
    for name in keys:
        mask = 2 * mask + (name not in split.keys)
    return mask


def _key(split: Split, words: dict[str, Any]) -> Key:
    return (
        words[f"by_{split.by}"] if split.by else None,
        words[f"in_{split.bucket}"] if split.bucket else None,
    )


def _moments(people: Sequence[float], points: Sequence[float]) -> Moments:
    n, different, counts_squared = people
    total, squares, totals_squared, products = points
    return Moments(
        n=int(n),
        people=int(different),
        total=total,
        squares=squares,
        own_totals_squared=totals_squared,
        own_counts_squared=counts_squared,
        own_products=products,
    )

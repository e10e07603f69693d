"""The people behind a number."""

from dataclasses import dataclass
from datetime import datetime

from jejak import eventlog
from jejak.measures.filters import Filters
from jejak.measures.measure import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """One person behind a number. score: their worst answer that counted, where the measure has a scale."""

    person_id: int
    touchpoints: int
    last_at: datetime
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """One page of the people behind a number, and how many there are in all."""

    total: int
    page: list[Behind]


def people_behind(measure: Measure, filters: Filters, *, limit: int = 50, offset: int = 0) -> People:
    """Return who stands behind a number: those with the worst answers first, else those seen last."""
    where, values = filters.sql()
    worst, order = "CAST(NULL, 'Nullable(Float64)')", "last_at DESC, person_id"
    if measure.scale:
        worst = "min(score)" if measure.scale.more_is_better else "max(score)"
        order = f"worst {'ASC' if measure.scale.more_is_better else 'DESC'}, last_at DESC, person_id"
    # The counted values may hold some that only the point needs.
    values.update(measure.values)
    counted = f"FROM touchpoints WHERE {where} AND {measure.counted}"
    if measure.only_points_behind:
        counted += f" AND ({measure.point}) > 0"
    total = eventlog.ask(f"SELECT uniqExact(person_id) {counted}", **values).rows[0][0]
    rows = eventlog.ask(
        f"""
        SELECT person_id, count(), max(happened_at) AS last_at, {worst} AS worst {counted}
        GROUP BY person_id ORDER BY {order} LIMIT {{most:UInt32}} OFFSET {{skipped:UInt32}}
        """,
        **values,
        most=limit,
        skipped=offset,
    ).rows
    page = [Behind(person_id=p, touchpoints=n, last_at=last_at, score=score) for p, n, last_at, score in rows]
    return People(total=total, page=page)

"""Distribution: how a number of touchpoints is spread, or how often people had one."""

from dataclasses import dataclass
from datetime import datetime

from jejak.common.statistics import Estimate, counted, share_percent
from jejak.questions.answers import Answer, percentile_of, percentile_sql
from jejak.questions.asked import Distribution
from jejak.questions.ground import Ground, missing_words

PERCENTILES = (5, 25, 50, 75, 90, 95, 99)
_BINS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """So many lie from low on, and below high; with or without the ends themselves, where it says so."""

    low: float
    high: float
    n: int
    share: Estimate
    with_low: bool = True
    with_high: bool = False


@dataclass(frozen=True, kw_only=True)
class Spread(Answer):
    """bins: of equal width from the 1st to the 99th percentile, and one for the rest at each end. n: touchpoints, or people.

    average: of all of them, without an interval.
    """

    bins: tuple[Bin, ...]
    percentiles: dict[int, Estimate]
    average: float | None
    n: int


def tell(asked: Distribution, *, now: datetime) -> Spread:
    """Return how it is spread. Whole numbers of less than twenty different values get a bin each."""
    ground = Ground(asked, now=now)
    happened = f"{ground.happened(asked.what)} AND {ground.whose} AND {ground.within(ground.window)}"
    numbers = f"SELECT toFloat64(count()) AS x FROM touchpoints WHERE {happened} GROUP BY person_id"
    if asked.of:
        numbers = f"SELECT {ground.number(asked.of)} AS x FROM touchpoints WHERE {happened} AND isFinite(x)"
    cuts = ", ".join(percentile_sql("every", one) for one in PERCENTILES)
    width = f"multiIf(begin = upto, 1., whole AND upto - begin < {_BINS}, 1., (upto - begin) / {_BINS})"
    inside = f"least({_BINS - 1}, floor((x - begin) / width))"
    place = f"toUInt8(multiIf(x > upto, {_BINS}, x < begin, {_BINS + 1}, {inside}))"
    told = ground.ask(f"""
        SELECT n, low, begin, upto, high, width, average, percentiles,
            arrayMap(i -> countEqual(places, i), range({_BINS + 2})) AS counts
        FROM (
            SELECT n, low, begin, upto, high, average, {width} AS width, ({cuts}) AS percentiles,
                arrayMap(x -> {place}, every) AS places
            FROM (
                SELECT groupArray(x) AS every, count() AS n, min(x) AS low, max(x) AS high, avg(x) AS average,
                    quantileExactLow(0.01)(x) AS begin, quantileExactLow(0.99)(x) AS upto,
                    countIf(x != floor(x)) = 0 AS whole
                FROM ({numbers})
            )
        )
    """)
    n, low, begin, upto, high, width, average, percentiles, counts = told.rows[0]
    bins = [_bin(low, begin, counts[-1], n)] if n and low < begin else []
    for i, held in enumerate(counts[:_BINS] if n else []):
        if begin + i * width <= upto:
            end = begin + (i + 1) * width
            high_end = min(end, upto if width != 1 else high + 1)
            bins.append(_bin(begin + i * width, high_end, held, n, with_high=width != 1 and high_end == upto))
    if n and high > upto:
        bins.append(_bin(upto, high, counts[_BINS], n, with_low=False, with_high=True))
    return Spread(
        bins=tuple(bins),
        percentiles={p: percentile_of(row) for p, row in zip(PERCENTILES, percentiles, strict=True)},
        average=average if n else None,
        n=n,
        notes=() if n else (missing_words(asked.what.names, asked.of),),
        sql=told.sql,
    )


def _bin(
    low: float, high: float, held: int, n: int, *, with_low: bool = True, with_high: bool = False
) -> Bin:
    share = share_percent(counted(held, n))
    return Bin(low=low, high=high, n=held, share=share, with_low=with_low, with_high=with_high)

"""Whether what was promised was done in time."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jejak import eventlog
from jejak.common.statistics import share_percent
from jejak.measures.filters import Filters, Window
from jejak.measures.measure import Measure

KEPT = Measure(
    key="promises.kept",
    title=_("Promises kept"),
    unit="percent",
    sentence=_("How many deliveries came on the promised day or earlier."),
    formula=_("Percent of “Order Delivered” with a promised_on that is not before the day of delivery."),
    counted="name = 'Order Delivered' AND isNotNull(toDateOrNull(toString(properties.promised_on)))",
    point="toDate(happened_at, {promise_zone:String}) <= toDateOrNull(toString(properties.promised_on))",
    values={"promise_zone": settings.TIME_ZONE},
    estimate=share_percent,
    polarity="more is better",
)
ALL = (KEPT,)


def by_day_made(window: Window, where: Sequence[tuple[str, str]] = ()) -> dict[date, tuple[int, int]]:
    """Return how many promises were made on each day, and how many of those were kept, of what was delivered since.

    A promise is made when its order is first told of with a promised_on. where: (channel, place or country, value) of
    the delivery.
    """
    condition, values = Filters(window=window).sql()
    narrowed = "1"
    for i, (column, value) in enumerate(where):
        if column not in ("channel", "place", "country"):
            raise ValueError(f"Promises are not narrowed by {column!r}.")
        narrowed += f" AND {column} = {{in{i}:String}}"
        values[f"in{i}"] = value
    sql = _MADE.format(where=condition, counted=KEPT.counted, point=KEPT.point, narrowed=narrowed)
    told: dict[str, Any] = values | dict(KEPT.values)
    return {day: (n, kept) for day, n, kept in eventlog.ask(sql, **told, zone=window.zone).rows}


_MADE = """
    SELECT toDate(made_at, {{zone:String}}) AS day, count(), toUInt64(sum(kept))
    FROM (
        SELECT toString(properties.order_id) AS promised_order, min(happened_at) AS made_at,
            maxIf(toUInt8(assumeNotNull({point})), {counted}) AS kept,
            anyIf(toString(channel), {counted}) AS channel, anyIf(toString(place), {counted}) AS place,
            any(person_id) AS person_id
        FROM touchpoints
        WHERE {where} AND isNotNull(toDateOrNull(toString(properties.promised_on)))
        GROUP BY promised_order
        HAVING countIf({counted}) > 0 AND promised_order != ''
    ) AS happened
    LEFT ANY JOIN (
        SELECT person_id, texts['country'] AS country FROM people FINAL WHERE country != ''
    ) AS known USING (person_id)
    WHERE {narrowed}
    GROUP BY day ORDER BY day
"""

"""A batch as the columns of the log, and what to do where the log cannot hold all of it."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from jejak import eventlog
from jejak.touchpoints.batch import Batch, Item
from jejak.touchpoints.columns import filled
from jejak.touchpoints.message import Bad


def table(items: Sequence[Item]) -> pa.Table:
    """Return messages as eventlog.SCHEMA has them."""
    columns: dict[str, Any] = {
        "message_id": [i.message_id for i in items],
        "trail_id": [i.trail_id for i in items],
        "kind": [i.message.type for i in items if i.message is not None],
        "name": [i.name for i in items],
        "channel": [i.channel for i in items],
        "place": [i.place for i in items],
        "team": [i.team for i in items],
        "stage": [i.stage for i in items],
        "happened_at": _milliseconds([i.happened_at for i in items]),
        "received_at": _milliseconds([i.arrival.received_at for i in items]),
        "source": [i.arrival.source for i in items],
        "value": pa.array([i.value for i in items], pa.float64()).cast(pa.decimal128(18, 4), safe=False),
        "currency": [i.currency for i in items],
        "score": [i.score for i in items],
        "scale": [i.scale for i in items],
        "properties": _texts([i.properties for i in items]),
        "context": _texts(
            [bytes(i.message.context) if filled(i.message.context) else b"{}" for i in items if i.message]
        ),
        "message": _texts([i.raw for i in items]),
        "sample": [bool(i.arrival.meta.get("sample")) for i in items],
    }
    return pa.Table.from_arrays(
        [
            held if isinstance(held, pa.Array) else pa.array(held, kind.type)
            for held, kind in _with_types(columns)
        ],
        schema=eventlog.SCHEMA,
    )


def _with_types(columns: dict[str, Any]) -> list[tuple[Any, pa.Field]]:
    return [(columns[kind.name], kind) for kind in eventlog.SCHEMA]


def _texts(texts: list[bytes]) -> pa.Array:
    return pa.array(texts, pa.binary()).cast(pa.string())


def _milliseconds(moments: list[datetime]) -> pa.Array:
    epoch = [math.floor(at.timestamp() * 1000 + 0.5) for at in moments]
    return pa.array(epoch, pa.int64()).cast(pa.timestamp("ms", "UTC"))


def store_what_can_be(batch: Batch, items: list[Item], token: str) -> list[Item]:
    """Halve the batch until what the log cannot hold is found; refuse that and store the rest."""
    try:
        eventlog.append(table(items), token=token)
        return items
    except eventlog.BadRows as error:
        if len(items) == 1:
            batch.refuse(items[0], Bad(reason="not_stored", detail=str(error)[:500]))
            return []
    middle = len(items) // 2
    return store_what_can_be(batch, items[:middle], token + "a") + store_what_can_be(
        batch, items[middle:], token + "b"
    )

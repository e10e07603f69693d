"""Valid rows of the log; a test says only what it is about."""

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from jejak.eventlog.row import SCHEMA

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SITI, BUDI, AYU = 101, 102, 103
_numbers = itertools.count(1)


def touchpoint(trail_id: int = SITI, name: str = "Order Completed", **said: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "message_id": f"message-{next(_numbers)}",
        "trail_id": trail_id,
        "kind": "track",
        "name": name,
        "channel": "web",
        "place": "",
        "team": "Shop",
        "stage": "buy",
        "happened_at": NOON,
        "received_at": NOON,
        "source": "shop",
        "value": Decimal("150000.0000"),
        "currency": "IDR",
        "score": None,
        "scale": "",
        "properties": '{"total": 150000}',
        "context": "{}",
        "message": "{}",
        "sample": False,
    }
    return row | said


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)

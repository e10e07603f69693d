"""Touchpoints for tests, put straight into the log."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pyarrow as pa

from jejak import eventlog

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
"""Noon of a Sunday in Jakarta."""
DAY = timedelta(days=1)

_ids = count()


def store(*rows: dict[str, Any]) -> None:
    """Put touchpoints into the log; each states only what it is about."""
    filled = [_default() | row for row in rows]
    table = pa.Table.from_pylist(filled, schema=eventlog.SCHEMA)
    eventlog.append(table, token=f"test.{next(_ids)}")


def answers(scale: str, scores: list[float], **said: Any) -> list[dict[str, Any]]:
    """Return one answer of a different person for each score."""
    first = 1000 * (next(_ids) + 1)
    return [
        {"trail_id": first + i, "name": "Survey Answered", "scale": scale, "score": score} | said
        for i, score in enumerate(scores)
    ]


def _default() -> dict[str, Any]:
    i = next(_ids)
    return {
        "message_id": f"m{i}",
        "trail_id": 1,
        "kind": "track",
        "name": "Order Completed",
        "channel": "web",
        "place": "",
        "team": "",
        "stage": "",
        "happened_at": NOON - DAY,
        "received_at": NOON,
        "source": "test",
        "value": None,
        "currency": "",
        "score": None,
        "scale": "",
        "properties": "{}",
        "context": "{}",
        "message": "{}",
        "sample": False,
    }

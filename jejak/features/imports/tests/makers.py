"""Files and mappings to import."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

from jejak.features.imports import feeding
from jejak.features.imports.spec import BadMapping

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)

ORDERS = """
name = "orders"
[handles]
email = "email"
[[touchpoint]]
name = "Order Completed"
time = "at"
value = "total"
currency = "IDR"
"""


def make_file(folder: Path, text: str | bytes, name: str = "orders.csv") -> Path:
    path = folder / name
    held = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(gzip.compress(held) if name.endswith(".gz") else held)
    return path


def make_orders(folder: Path, rows: int, name: str = "orders.csv") -> Path:
    lines = (
        f"siti{number % 7}@example.com,2026-01-{number % 28 + 1:02} 10:00,{number}\n"
        for number in range(rows)
    )
    return make_file(folder, "email,at,total\n" + "".join(lines), name)


def feed(
    path: Path, text: str, *, rows_done: int = 0, trial: bool = False, now: datetime = NOON
) -> list[feeding.Frame]:
    """Return all frames of a file, made in this process."""
    job = feeding.Job(
        path=str(path), mapping=text, countries=["ID", "MY"], now=now, rows_done=rows_done, trial=trial
    )
    return list(feeding.feed(job))


def map_file(
    path: Path, text: str, now: datetime = NOON
) -> tuple[list[dict[str, object]], list[tuple[int, str]]]:
    """Return the messages of a file, and the lines that were rejected with their reasons."""
    import json

    messages: list[dict[str, object]] = []
    rejects: list[tuple[int, str]] = []
    for frame in feed(path, text, now=now):
        if isinstance(frame, feeding.Failed):
            raise BadMapping(frame.reason)
        if isinstance(frame, feeding.Chunk):
            messages += json.loads(frame.body)
            rejects += [(one.line, str(one.reason)) for one in frame.rejects]
    return messages, rejects

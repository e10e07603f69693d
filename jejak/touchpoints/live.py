"""What was just stored or refused, for whoever watches. Nothing is kept: a watcher who missed it asks the log."""

import asyncio
import itertools
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

_MOST_AT_ONCE = 200
_MOST_WAITING = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One touchpoint or refusal. refused: the reason, empty where it was stored. message: JSON text."""

    number: int
    message_id: str
    trail_id: int
    kind: str
    name: str
    channel: str
    source: str
    happened_at: datetime
    received_at: datetime
    message: str
    handles: str
    refused: str = ""


_numbers = itertools.count(1)
_guard = threading.Lock()
_listeners: list[tuple[asyncio.AbstractEventLoop, "asyncio.Queue[list[Seen] | None]"]] = []
_recent: deque[Seen] = deque(maxlen=_MOST_AT_ONCE)


def next_number() -> int:
    """Return a number for the next Seen, rising within this process."""
    return next(_numbers)


def watched() -> bool:
    """Tell whether anybody watches."""
    return bool(_listeners)


def publish(seen: Sequence[Seen]) -> None:
    """Hand the newest to every watcher, from any thread. A slow watcher misses the oldest."""
    batch = list(seen[-_MOST_AT_ONCE:])
    with _guard:
        _recent.extend(batch)
        listeners = list(_listeners)
    for loop, waiting in listeners:
        try:
            loop.call_soon_threadsafe(_offer, waiting, batch)
        except RuntimeError:  # Its loop has closed.
            continue


def recent() -> list[Seen]:
    """Return what was published last in this process, oldest first."""
    with _guard:
        return list(_recent)


def close() -> None:
    """Tell every watcher that the server stops: they get None."""
    with _guard:
        listeners = list(_listeners)
    for loop, waiting in listeners:
        try:
            loop.call_soon_threadsafe(_offer, waiting, None)
        except RuntimeError:
            continue


@contextmanager
def listen() -> Iterator["asyncio.Queue[list[Seen] | None]"]:
    """Give a queue that gets what is published from now on; None means that the server stops."""
    waiting: asyncio.Queue[list[Seen] | None] = asyncio.Queue(maxsize=_MOST_WAITING)
    entry = (asyncio.get_running_loop(), waiting)
    with _guard:
        _listeners.append(entry)
    try:
        yield waiting
    finally:
        with _guard:
            _listeners.remove(entry)


def _offer(waiting: "asyncio.Queue[list[Seen] | None]", batch: list[Seen] | None) -> None:
    if waiting.full():
        waiting.get_nowait()
    waiting.put_nowait(batch)

"""Accepting: one durable write and no work.

What arrives within a few milliseconds is committed together (group commit), so that one sync to
the disk pays for many requests. A caller hears of success only after the commit.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.db.models import Min, Sum

from jejak.touchpoints.models import Arrival

log = logging.getLogger(__name__)

_COLUMNS = "source, received_at, messages, meta, body"
_LARGEST_COMMIT_BYTES = 16 * 2**20
_ROWS_A_STATEMENT = 50  # A statement gives the interpreter away once, however many rows it has.
_encode = msgspec.json.Encoder().encode


class Overloaded(Exception):
    """Too much waits already, or nothing can be written: try again later."""

    def __init__(self, retry_after_seconds: int, reason: str) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class Unwritable(Overloaded):
    """The database of the inlet cannot be written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One request that a door has checked. body: JSON text, a list of messages."""

    source: str
    received_at: datetime
    messages: int
    body: bytes
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What was accepted and is not yet in the log."""

    arrivals: int
    messages: int
    oldest_at: datetime | None


@dataclass(slots=True)
class _Asked:
    accepted: Sequence[Accepted]
    loop: asyncio.AbstractEventLoop
    answered: asyncio.Future[None]


wake = threading.Event()
"""Set after every commit: the worker of this process need not wait for its next look."""

_queue: queue.SimpleQueue[_Asked] = queue.SimpleQueue()
_starting = threading.Lock()
_committer: threading.Thread | None = None
_waiting_bytes = 0
_counting = threading.Lock()


async def accept(accepted: Accepted) -> None:
    """Return once the request is durable. Raises Overloaded; nothing was kept then."""
    _refuse_when_full()
    _start_committer()
    loop = asyncio.get_running_loop()
    asked = _Asked([accepted], loop, loop.create_future())
    _queue.put(asked)
    await asked.answered


def accept_now(batch: Sequence[Accepted]) -> None:
    """Keep the requests in one transaction, from a thread or a command. Raises Overloaded."""
    _refuse_when_full()
    _write(batch)
    wake.set()


def waiting() -> Waiting:
    """Count what was accepted and is not yet in the log."""
    arrivals = messages = 0
    oldest_at = None
    for alias in databases():
        # Ids tell how many; adding up reads the narrow columns before the body only.
        told = Arrival.objects.using(alias).aggregate(messages=Sum("messages"), oldest_at=Min("received_at"))
        arrivals += Arrival.objects.using(alias).count()
        messages += told["messages"] or 0
        oldest_at = min(filter(None, [oldest_at, told["oldest_at"]]), default=None)
    return Waiting(arrivals=arrivals, messages=messages, oldest_at=oldest_at)


def databases() -> list[str]:
    """Return the databases in which arrivals wait: the door's, and the one our own facts are recorded in."""
    return list(dict.fromkeys([settings.INLET_DATABASE, "default"]))


def left(body_bytes: int) -> None:
    """Tell that so many waiting bytes were taken into the log, or, negative, that they were found waiting."""
    global _waiting_bytes
    with _counting:
        _waiting_bytes = max(0, _waiting_bytes - body_bytes)


def _refuse_when_full() -> None:
    if _waiting_bytes > settings.WAITING_BYTES:
        raise Overloaded(5, "Too many touchpoints wait for the log.")


def _start_committer() -> None:
    global _committer
    if _committer is not None and _committer.is_alive():
        return
    with _starting:
        if _committer is None or not _committer.is_alive():
            _committer = threading.Thread(target=_commit_for_ever, name="jejak-inlet", daemon=True)
            _committer.start()


def _commit_for_ever() -> None:
    while True:
        together = [_queue.get()]
        size = len(together[0].accepted[0].body)
        while size < _LARGEST_COMMIT_BYTES and not _queue.empty():
            together.append(_queue.get())
            size += len(together[-1].accepted[0].body)
        trouble: Overloaded | None = None
        try:
            _write([accepted for asked in together for accepted in asked.accepted])
        except Overloaded as error:
            trouble = error
        except Exception:  # Whatever it was, the senders must hear of it and the thread must live.
            log.exception("Accepted touchpoints could not be written.")
            trouble = Unwritable(5, "The database cannot be written to.")
        wake.set()
        by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        for asked in together:
            by_loop.setdefault(asked.loop, []).append(asked.answered)
        for loop, answered in by_loop.items():
            try:
                loop.call_soon_threadsafe(_answer, answered, trouble)
            except RuntimeError:  # The loop has closed: nobody waits for the answer any more.
                continue


def _answer(answered: Sequence[asyncio.Future[None]], trouble: Overloaded | None) -> None:
    for future in answered:
        if future.done():  # The sender went away.
            continue
        if trouble is None:
            future.set_result(None)
        else:
            future.set_exception(trouble)


def _write(batch: Sequence[Accepted]) -> None:
    global _waiting_bytes
    alias = settings.INLET_DATABASE
    rows = [
        (one.source, one.received_at, one.messages, _encode(one.meta).decode(), one.body) for one in batch
    ]
    connection = connections[alias]
    if connection.vendor == "sqlite":
        rows = [(s, at.replace(tzinfo=None).isoformat(" "), n, meta, body) for s, at, n, meta, body in rows]  # type: ignore[misc]
    try:
        with transaction.atomic(using=alias), connection.cursor() as cursor:
            for start in range(0, len(rows), _ROWS_A_STATEMENT):
                some = rows[start : start + _ROWS_A_STATEMENT]
                marks = ", ".join(["(%s, %s, %s, %s, %s)"] * len(some))
                cursor.execute(
                    f"INSERT INTO {Arrival._meta.db_table} ({_COLUMNS}) VALUES {marks}",
                    [cell for row in some for cell in row],
                )
    except DatabaseError as error:
        connection.close()
        log.warning("The inlet cannot be written to: %s", error)
        raise Unwritable(5, "The database cannot be written to.") from error
    with _counting:
        _waiting_bytes += sum(len(one.body) for one in batch)

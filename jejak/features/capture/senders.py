"""Who may send: the sources by the hash of their key, in memory, never more than two seconds old.

The door asks for every request; the database is asked once a second while requests come in, for all sources
together. A key that nobody knows costs one such question more, however many such keys are tried at once.
"""

import asyncio
import base64
import binascii
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from django.db import DatabaseError, connection

from jejak.features.capture.actions import hash_key
from jejak.features.capture.answers import Problem
from jejak.features.capture.models import Source

log = logging.getLogger(__name__)

_FRESH_SECONDS = 1.0
_STALE_SECONDS = 2.0
_PAUSE_SECONDS = 0.2
"""Between two questions, so that unknown keys cannot make us ask without end."""
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A source as the door needs it."""

    id: int
    name: str
    channel: str
    secret_number: int | None = None
    """Where only what is signed counts: the number of its identity secret."""


class Senders:
    """The sources that may send, by the hash of their key."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._by_hash: dict[str, Sender] = {}
        self._read_at = self._asked_at = float("-inf")
        self._asking: asyncio.Task[bool] | None = None
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="jejak-senders")

    async def find(self, key: str) -> Sender:
        """Return whose key it is. Raises Problem: 401 where nobody's, 503 where that cannot be found out."""
        age = self._clock() - self._read_at
        hashed = hash_key(key) if len(key) <= _LONGEST_KEY else ""
        sender = self._by_hash.get(hashed)
        if sender is not None and age < _STALE_SECONDS:
            if age > _FRESH_SECONDS and self._asking is None:
                self._asking = asyncio.create_task(self._ask())
            return sender
        answered = await self._ask_now()
        sender = self._by_hash.get(hashed)
        if sender is not None:
            return sender  # Even from before where the database is away: accepting has a file of its own.
        if not answered:
            raise Problem(503, "no_database", "Keys cannot be checked at the moment.", retry_after_seconds=5)
        raise unauthorised(
            "No source has this write key, or it was revoked.", f"The key begins with {key[:6]!r}."
        )

    def forget(self) -> None:
        """Know nobody any more: whoever is asked for next is looked up."""
        self._by_hash = {}
        self._read_at = self._asked_at = float("-inf")

    async def _ask_now(self) -> bool:
        """Ask the database after this moment, together with all who ask now, and tell whether it answered."""
        if self._asking is not None:
            # It may have begun before the key was made: ask again after it.
            await asyncio.shield(self._asking)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await asyncio.shield(self._asking)

    async def _ask(self) -> bool:
        try:
            wait = self._asked_at + _PAUSE_SECONDS - self._clock()
            if wait > 0:
                await asyncio.sleep(wait)
            self._asked_at = asked_at = self._clock()
            self._by_hash = await asyncio.get_running_loop().run_in_executor(self.thread, _read)
            self._read_at = asked_at
            return True
        except DatabaseError as error:
            log.warning("The sources cannot be read: %s", error)
            return False
        finally:
            self._asking = None


def _read() -> dict[str, Sender]:
    try:
        return {
            source.key_hash: Sender(
                id=source.pk,
                name=source.name,
                channel=source.channel,
                secret_number=source.secret_number if source.identity == Source.Identity.SIGNED else None,
            )
            for source in Source.objects.filter(revoked_at=None)
        }
    except DatabaseError:
        connection.close()
        raise


def key_from_head(headers: Mapping[bytes, bytes], query: bytes) -> str | None:
    """Return the key that a request names outside its body, or None. Raises Problem where that is garbage."""
    authorization = headers.get(b"authorization")
    if authorization:
        kind, _, value = authorization.strip().partition(b" ")
        kind = kind.lower()
        if kind == b"basic":
            if key := _basic(value):
                return key
        elif kind == b"bearer":
            return _text(value)
        else:
            raise unauthorised(
                "The Authorization header is of a kind we do not know.",
                "Use Basic with the key as user, or Bearer.",
            )
    if write_key := headers.get(b"x-write-key"):
        return _text(write_key).partition(":")[0]
    if b"writeKey=" in query or b"token=" in query or b"api_key=" in query:
        asked = parse_qs(query.decode("latin-1"))
        for name in ("writeKey", "api_key", "token"):
            if name in asked:
                return asked[name][0]
    return None


def unauthorised(message: str, detail: str = "") -> Problem:
    """Return a 401."""
    return Problem(401, "unauthorised", message, detail)


def _basic(value: bytes) -> str:
    try:
        user = base64.b64decode(value.strip(), validate=True).partition(b":")[0]
    except binascii.Error as error:
        raise unauthorised("The Authorization header is not base64.", str(error)) from error
    return unquote(_text(user)) if b"%" in user else _text(user)


def _text(value: bytes) -> str:
    try:
        return value.strip().decode("ascii")
    except UnicodeDecodeError as error:
        raise unauthorised("The write key has characters that no key has.", str(error)) from error

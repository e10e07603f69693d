"""What arrives, as it arrives: a stream of server-sent events for staff who watch."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import msgspec
from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, connections

from jejak.features.capture import recent
from jejak.staff import scope
from jejak.touchpoints import live
from jejak.touchpoints.live import Seen

log = logging.getLogger(__name__)

_BEAT_SECONDS = 15.0
_PAUSE_SECONDS = 0.5
"""Between two events, so that a busy day does not make the watcher's browser busy."""
_CHECK_SECONDS = 60.0
_MOST_SHOWN = 50
_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ],
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a watcher wants to see; empty means everything. person: text that a handle holds."""

    source: str = ""
    name: str = ""
    person: str = ""
    trails: frozenset[int] = frozenset()
    refused: bool = False

    def fits(self, seen: Seen) -> bool:
        """Tell whether this is something to show."""
        if bool(seen.refused) != self.refused:
            return False
        if self.source and seen.source != self.source:
            return False
        if self.name and self.name.casefold() not in seen.name.casefold():
            return False
        if not self.person:
            return True
        return seen.trail_id in self.trails or self.person.casefold() in seen.handles.casefold()


async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Stream to one watcher until they leave, may no longer, or the server stops."""
    key = _session_key(dict(scope["headers"]).get(b"cookie", b""))
    if not await asyncio.to_thread(_may_watch, key):
        await _refuse(send)
        return
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    wanted = await asyncio.to_thread(_wanted, {name: values[0].strip() for name, values in asked.items()})
    await send(_START)
    left = asyncio.ensure_future(_left(receive))
    try:
        with live.listen() as seen:
            await send(_chunk(b"retry: 3000\n: welcome\n\n"))
            await _stream(seen, wanted, key, left, send)
    finally:
        left.cancel()


async def _stream(
    seen: "asyncio.Queue[list[Seen] | None]",
    wanted: Wanted,
    key: str,
    left: "asyncio.Future[None]",
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    checked_at = time.monotonic()
    while not left.done():
        batches = await _next(seen, left)
        shown = [one for batch in batches if batch for one in batch if wanted.fits(one)]
        if shown:
            await send(_chunk(_event(shown, await asyncio.to_thread(_names, shown))))
        elif not batches:
            await send(_chunk(b": beat\n\n"))
        if None in batches:
            await send({"type": "http.response.body", "body": b"event: bye\ndata: {}\n\n"})
            return
        if time.monotonic() - checked_at > _CHECK_SECONDS:
            if not await asyncio.to_thread(_may_watch, key):
                await send({"type": "http.response.body", "body": b"event: signed-out\ndata: {}\n\n"})
                return
            checked_at = time.monotonic()
        if shown:
            await asyncio.sleep(_PAUSE_SECONDS)


async def _next(
    seen: "asyncio.Queue[list[Seen] | None]", left: "asyncio.Future[None]"
) -> list[list[Seen] | None]:
    """Return all batches that are there, after waiting a beat for the first; none where there was none."""
    getting = asyncio.ensure_future(seen.get())
    both: set[asyncio.Future[Any]] = {getting, left}
    await asyncio.wait(both, timeout=_BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if not getting.done():
        getting.cancel()
        return []
    batches = [getting.result()]
    while not seen.empty():
        batches.append(seen.get_nowait())
    return batches


def _names(shown: Sequence[Seen]) -> dict[int, str]:
    try:
        return recent.names(one.trail_id for one in shown[-_MOST_SHOWN:])
    except DatabaseError as error:
        log.warning("The people of the live view cannot be read: %s", error)
        return {}
    finally:
        connections.close_all()


def _event(shown: Sequence[Seen], names: dict[int, str]) -> bytes:
    newest = [
        {
            "messageId": one.message_id,
            "trail": one.trail_id,
            "who": names.get(one.trail_id) or one.handles,
            "kind": one.kind,
            "name": one.name,
            "channel": one.channel,
            "source": one.source,
            "receivedAt": one.received_at,
            "refused": one.refused,
            "message": one.message,
        }
        for one in shown[-_MOST_SHOWN:]
    ]
    held = {"count": len(shown), "rows": newest}
    return b"id: %d\nevent: seen\ndata: %s\n\n" % (shown[-1].number, msgspec.json.encode(held))


def _chunk(text: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": text, "more_body": True}


async def _left(receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _refuse(send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    body = b'{"code":"signed_out","message":"Sign in to the back office first.","detail":""}'
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _session_key(cookie: bytes) -> str:
    try:
        morsel = SimpleCookie(cookie.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _may_watch(session_key: str) -> bool:
    """Tell whether the session is of staff. For a thread: it asks the database."""
    if not session_key:
        return False
    try:
        store = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
        user = get_user(SimpleNamespace(session=store))  # type: ignore[arg-type]  # It reads the session only.
        return bool(user.is_active and user.has_perm("capture.view_source") and not scope.limited(user))
    finally:
        connections.close_all()  # The loop's threads come and go.


def _wanted(asked: dict[str, str]) -> Wanted:
    person = asked.get("person", "")
    try:
        trails = frozenset(recent.trails_of(person)) if person else frozenset()
    finally:
        connections.close_all()
    return Wanted(
        source=asked.get("source", ""),
        name=asked.get("name", ""),
        person=person,
        trails=trails,
        refused=asked.get("refused", "") == "1",
    )

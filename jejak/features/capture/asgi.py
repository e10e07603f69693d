"""The door for touchpoints, as a raw ASGI application: no Django between a request and its one durable write.

Which address speaks which dialect stands in ROUTES. What each client sends and what it makes of our answers
was recorded by driving the real ones; see docs/capture.md.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from jejak.features.capture import answers, configs, live, posthog, privacy, reading, segment
from jejak.features.capture.answers import Answer, Problem
from jejak.features.capture.segment import Parcel
from jejak.features.capture.senders import Sender, Senders, key_from_head, unauthorised
from jejak.features.capture.tallies import Tallies
from jejak.touchpoints import inlet

log = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = reading.Receive
Send = answers.Send
Reader = Callable[[bytes, datetime], Parcel]

_WORTH_A_THREAD_BYTES = 256 * 1024
_LONGEST_AGENT = 500
_SHORTEST_MASKED_KEY = 16
_TRACKER = Path(__file__).parent / "static" / "capture" / "jejak.js"

_senders = Senders()
_tallies = Tallies()


def handles(path: str) -> bool:
    """Tell whether an address is one of ours."""
    first, _, rest = path.lstrip("/").partition("/")
    if first in _FIRST:
        return True
    rest = rest.lstrip("/")
    return (first == "api" and rest.partition("/")[0] == "s") or (first == "live" and rest == "touchpoints")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request on a tracking address. Always JSON, never a redirect."""
    path = scope["path"]
    if path.startswith("/live"):
        await live.application(scope, receive, send)
        return
    route = ROUTES.get((scope["method"], path)) or _find(scope["method"], path)
    try:
        answer = await route(scope, receive)
    except reading.Gone:
        return
    except Problem as problem:
        answer = answers.problem(problem)
    except inlet.Overloaded as overloaded:
        answer = answers.problem(_overloaded(overloaded))
    except Exception:
        log.exception("A request to %s failed.", path)
        answer = answers.problem(Problem(500, "internal", "Something is broken on our side. Try again.", ""))
    await answer.send(send)


async def close() -> None:
    """Write what was counted and let go of the database, before the server stops."""
    await _tallies.close()
    _senders.forget()
    for thread in (_tallies.thread, _senders.thread):
        await asyncio.get_running_loop().run_in_executor(thread, connections.close_all)


# Taking touchpoints


async def _take(dialect: str, read: Reader, scope: Scope, receive: Receive) -> Answer:
    headers = dict(scope["headers"])
    query = scope["query_string"]
    key = key_from_head(headers, query)
    sender = await _senders.find(key) if key is not None else None
    now = datetime.now(UTC)
    try:
        body = await _body(dialect, headers, query, receive)
        if len(body) > _WORTH_A_THREAD_BYTES:
            parcel = await asyncio.to_thread(read, body, now)
        else:
            parcel = read(body, now)
    except Problem as problem:
        if sender is not None and problem.status < 500:
            _tallies.count(sender.id, at=now, refused=1, trouble=f"{problem.message} {problem.detail}")
        raise
    if sender is None:
        key = parcel.key
        if not key:
            raise unauthorised(
                "No write key was given.", "Give it as the user of Basic, or as writeKey in the body."
            )
        sender = await _senders.find(key.partition(":")[0])
    if settings.HONOUR_OPT_OUT and privacy.asks_not_to_be_followed(headers):
        _tallies.count(sender.id, at=now, opted_out=parcel.messages)
        return answers.success(kept=0, opted_out=parcel.messages)
    await inlet.accept(
        inlet.Accepted(
            source=sender.name,
            received_at=now,
            messages=parcel.messages,
            body=_without_key(privacy.without_addresses(parcel.body), key),
            meta=_meta(sender, parcel, headers, scope),
        )
    )
    return _counted(sender, parcel, now)


async def _body(dialect: str, headers: Mapping[bytes, bytes], query: bytes, receive: Receive) -> bytes:
    most = settings.REQUEST_BYTES
    body = await reading.read(receive, headers, most_bytes=most)
    body = await reading.unpack(body, headers.get(b"content-encoding", b""), most_bytes=most)
    if dialect == "posthog":
        if body[:5] == b"data=" or b"&data=" in body[:2000]:
            body = reading.from_form(body)
        elif b"compression=base64" in query:
            body = reading.from_base64(body)
        if body[:2] == b"\x1f\x8b":
            body = await reading.unpack(body, b"gzip", most_bytes=most)
    if not body or body.isspace():
        raise Problem(400, "empty_body", "The body is empty. There was nothing to keep.")
    return body


def _counted(sender: Sender, parcel: Parcel, now: datetime) -> Answer:
    if not parcel.refused:
        _tallies.count(sender.id, at=now, kept=parcel.messages)
        return answers.SUCCESS
    kept = parcel.messages - len(parcel.refused)
    first = parcel.refused[0][1]
    _tallies.count(sender.id, at=now, kept=kept, refused=len(parcel.refused), trouble=first.detail)
    if kept:
        return answers.success(kept=kept, refused=parcel.told())
    # They stand in the list of refusals too: whoever sets up a sender sees them there.
    message = (
        "The message was refused." if parcel.messages == 1 else "All messages were refused; none was kept."
    )
    return answers.problem(Problem(400, first.reason, message, first.detail))


def _meta(sender: Sender, parcel: Parcel, headers: Mapping[bytes, bytes], scope: Scope) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    if sender.channel:
        meta["channel"] = sender.channel
    if sender.secret_number is not None:
        meta["identity"] = [sender.id, sender.secret_number]
    sent_at = parcel.sent_at or headers.get(b"sentat", b"").decode("latin-1")[:60]
    if sent_at:
        meta["sent_at"] = sent_at
    if privacy.from_browser(headers):
        meta["user_agent"] = headers.get(b"user-agent", b"").decode("latin-1")[:_LONGEST_AGENT]
        meta["ip"] = _address(headers, scope)
    return meta


def _address(headers: Mapping[bytes, bytes], scope: Scope) -> str:
    address = scope["client"][0] if scope.get("client") else ""
    if settings.BEHIND_PROXY and (forwarded := headers.get(b"x-forwarded-for")):
        # The last one is what our own proxy saw; those before it may be made up.
        address = forwarded.rpartition(b",")[2].strip().decode("latin-1")
    return address if settings.KEEP_IP else privacy.without_last_part(address)


def _without_key(body: bytes, key: str | None) -> bytes:
    """Mask the write key where a client repeats it in its messages: the log is no place for it."""
    if key is None or len(key) < _SHORTEST_MASKED_KEY:
        return body
    whole = key.encode(errors="replace")
    return body.replace(whole, whole[:6] + b"***") if whole in body else body


def _overloaded(overloaded: inlet.Overloaded) -> Problem:
    seconds = overloaded.retry_after_seconds
    if isinstance(overloaded, inlet.Unwritable):
        return Problem(503, "unwritable", str(overloaded), retry_after_seconds=seconds)
    return Problem(429, "overloaded", str(overloaded), retry_after_seconds=seconds)


def _read_batch(body: bytes, now: datetime) -> Parcel:
    return segment.read_batch(body, now=now)


def _read_posthog(body: bytes, now: datetime) -> Parcel:
    return posthog.read(body, now=now)


def _single(kind: str) -> "Route":
    return partial(_take, "segment", lambda body, now: segment.read_single(body, kind, now=now))


# Telling clients their settings


async def _ignored(scope: Scope, receive: Receive) -> Answer:
    """Clients' reports about themselves: read, so that the connection can go on, and forgotten."""
    await reading.read(receive, dict(scope["headers"]), most_bytes=settings.REQUEST_BYTES)
    return answers.SUCCESS


async def _segment_settings(key: str, scope: Scope, receive: Receive) -> Answer:
    await _known(key)
    scheme, host = _seen_as(scope)
    return answers.told(configs.segment(key, scheme=scheme, host=host))


async def _rudderstack_config(scope: Scope, receive: Receive) -> Answer:
    key = key_from_head(dict(scope["headers"]), scope["query_string"])
    if not key:
        raise unauthorised("No write key was given.", "Give it as ?writeKey= or as the user of Basic.")
    sender = await _senders.find(key)
    return answers.told(configs.rudderstack(key, source_id=sender.id, name=sender.name))


async def _posthog_config(key: str, form: str, scope: Scope, receive: Receive) -> Answer:
    await _known(key)
    if form == "config":
        return answers.told(configs.posthog(key))
    config = answers.json_for_script(configs.posthog(key))
    token = answers.json_for_script(key)
    return answers.script(
        b"(function(){window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{};"
        b"window._POSTHOG_REMOTE_CONFIG[" + token + b"]={config:" + config + b",siteApps:[]}})();"
    )


async def _posthog_flags(scope: Scope, receive: Receive) -> Answer:
    await reading.read(receive, dict(scope["headers"]), most_bytes=settings.REQUEST_BYTES)
    return answers.told(configs.posthog_flags(str(uuid.uuid4())))


async def _tracker(scope: Scope, receive: Receive) -> Answer:
    return answers.script(await asyncio.to_thread(_TRACKER.read_bytes))


async def _known(key: str) -> None:
    try:
        await _senders.find(key)
    except Problem as problem:
        if problem.status != 401:
            raise
        raise Problem(404, "no_such_key", "No source has this write key.", problem.detail) from None


def _seen_as(scope: Scope) -> tuple[str, str]:
    """Return scheme and host:port as the client sees us."""
    headers = dict(scope["headers"])
    scheme, host = scope["scheme"], headers.get(b"host", b"").decode("latin-1")
    if settings.BEHIND_PROXY:
        scheme = (
            headers.get(b"x-forwarded-proto", scheme.encode()).decode("latin-1").partition(",")[0].strip()
        )
        host = headers.get(b"x-forwarded-host", host.encode()).decode("latin-1").partition(",")[0].strip()
    if not host:
        host = "{}:{}".format(*scope["server"])
    return ("https" if scheme == "https" else "http"), host


# Addresses

Route = Callable[[Scope, Receive], Awaitable[Answer]]

_take_batch: Route = partial(_take, "segment", _read_batch)
_take_posthog: Route = partial(_take, "posthog", _read_posthog)
_KINDS = ("identify", "track", "page", "screen", "group", "alias")
_POSTHOG = ("batch", "e", "capture", "i/v0/e", "i/v0/ai/batch")

ROUTES: dict[tuple[str, str], Route] = {
    **{("POST", f"/v1/{kind}"): _single(kind) for kind in _KINDS},
    **{("POST", f"/v1/{kind[0]}"): _single(kind) for kind in _KINDS},
    **{("POST", f"/v1/{batch}"): _take_batch for batch in ("batch", "import", "b")},
    ("POST", "/v1/m"): _ignored,
    ("POST", "/beacon/v1/batch"): _take_batch,
    ("GET", "/sourceConfig"): _rudderstack_config,
    **{("POST", f"/api/s/{s2s}{kind}"): _single(kind) for kind in _KINDS for s2s in ("", "s2s/")},
    **{("POST", f"/api/s/{s2s}{event}"): _single("") for event in ("event", "e") for s2s in ("", "s2s/")},
    **{("POST", f"/{path}"): _take_posthog for path in _POSTHOG},
    **{("POST", f"/{path}"): _posthog_flags for path in ("flags", "decide")},
    ("GET", "/jejak.js"): _tracker,
}
"""What is done by method and address. "" instead of a kind: the message says it."""

_KEYED: dict[tuple[str, ...], Callable[[str], Route]] = {
    ("v1", "projects", "settings"): lambda key: partial(_segment_settings, key),
    ("array", "config"): lambda key: partial(_posthog_config, key, "config"),
    ("array", "config.js"): lambda key: partial(_posthog_config, key, "config.js"),
}
"""Addresses that name a key before their last word."""

_FIRST = frozenset({path.split("/")[1] for _method, path in ROUTES} - {"api"} | {"array"})
_PATHS = frozenset(path for _method, path in ROUTES)


def _find(method: str, path: str) -> Route:
    words = [word for word in path.split("/") if word]
    plain = "/" + "/".join(words)
    if route := ROUTES.get((method, plain)):
        return route
    keyed = _KEYED.get((*words[:-2], words[-1])) if len(words) > 2 else None
    if method == "OPTIONS":
        return _preflight
    if keyed and method == "GET":
        return keyed(words[-2])
    return _wrong_method if keyed or plain in _PATHS else _nothing_here


async def _preflight(scope: Scope, receive: Receive) -> Answer:
    return answers.preflight(dict(scope["headers"]).get(b"access-control-request-headers", b""))


async def _wrong_method(scope: Scope, receive: Receive) -> Answer:
    raise Problem(
        405, "wrong_method", "This address does not take this method.", f"The method is {scope['method']}."
    )


async def _nothing_here(scope: Scope, receive: Receive) -> Answer:
    raise Problem(
        404, "no_such_address", "There is nothing at this address.", f"It is {scope['path'][:200]!r}."
    )

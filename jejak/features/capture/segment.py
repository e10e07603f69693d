"""Segment's way of sending, which RudderStack, Customer.io and Jitsu share: one message, or a batch of them.

A batch of good messages costs two passes in C and hardly any Python. Only where that finds something wrong is
each message looked at on its own, by the steps the pipeline itself refuses messages with: both say the same.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

import msgspec
from django.conf import settings

from jejak.features.capture.answers import Problem
from jejak.people.resolving import Resolver
from jejak.touchpoints import pipeline
from jejak.touchpoints.batch import Batch, Item
from jejak.touchpoints.message import Bad, repair
from jejak.touchpoints.models import Arrival

_Id = str | int | float | None
_MOST_TOLD = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What a body holds. body: JSON text, a list of messages. refused: by position, what is not taken."""

    body: bytes
    messages: int
    key: str | None = None
    sent_at: str | None = None
    refused: Sequence[tuple[int, Bad]] = field(default_factory=tuple)

    def told(self) -> list[dict[str, Any]]:
        """Return the refused ones as the answer tells them."""
        return [
            {"position": position, "reason": bad.reason, "detail": bad.detail}
            for position, bad in self.refused[:_MOST_TOLD]
        ]


class _Anything(msgspec.Struct, gc=False):
    """Any object; what is in it is passed over."""


class _Sighted(msgspec.Struct, rename="camel", gc=False):
    """The part of a message that shows whether it is good."""

    type: Literal["track", "page", "screen", "identify", "group", "alias"]
    message_id: _Id = None
    user_id: _Id = None
    anonymous_id: _Id = None
    previous_id: _Id = None
    group_id: _Id = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    properties: _Anything | None = None
    traits: _Anything | None = None
    context: _Anything | None = None


class _Batch(msgspec.Struct, rename="camel"):
    batch: msgspec.Raw
    sent_at: str | None = None
    write_key: str | None = None
    context: _Anything | None = None


class _Head(msgspec.Struct, rename="camel"):
    type: str | None = None
    write_key: str | None = None


_batch = msgspec.json.Decoder(_Batch).decode
_sighted = msgspec.json.Decoder(list[_Sighted]).decode
_raws = msgspec.json.Decoder(list[msgspec.Raw]).decode
_head = msgspec.json.Decoder(_Head).decode


def read_batch(body: bytes, *, now: datetime) -> Parcel:
    """Return the messages of `{"batch": […]}`, each as it was sent. Raises Problem where there are none."""
    if not body.isascii():
        _refuse_garbled(body)
    try:
        envelope = _batch(body)
        messages = bytes(envelope.batch)
        if envelope.context is not None:  # It is to be put into every message.
            return _closer(body, now)
        if count := _all_good(messages):
            return Parcel(body=messages, messages=count, key=envelope.write_key, sent_at=envelope.sent_at)
        raws = [bytes(raw) for raw in _raws(messages)]
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _closer(body, now)  # Wrong, or only sloppy.
    return _one_by_one(raws, key=envelope.write_key, sent_at=envelope.sent_at, now=now)


def read_single(body: bytes, kind: str, *, now: datetime) -> Parcel:
    """Return the one message that a body is. kind: what the address says it is, or "" where it does not."""
    if not body.isascii():
        _refuse_garbled(body)
    try:
        head = _head(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        held = lenient(body)
        if not isinstance(held, dict):
            raise _not_an_object(held) from None
        body = msgspec.json.encode(repaired(held))
        head = _Head(type=_word(held.get("type")), write_key=_word(held.get("writeKey")))
        if held.get("type") is not None and head.type is None:
            kind = ""  # The pipeline's own words say what is wrong with it.
    refused: list[tuple[int, Bad]] = []
    if kind and head.type is None:
        body = _with_type(body.strip(), kind)
    elif kind and head.type != kind:
        detail = f"type is {str(head.type)[:60]!r}, but this address takes {kind!r}."
        refused.append((0, Bad(reason="unknown_type", detail=detail)))
    return Parcel(
        body=b"[" + body + b"]", messages=1, key=head.write_key, refused=refused or verdicts([body], now=now)
    )


def verdicts(raws: Sequence[bytes], *, now: datetime) -> list[tuple[int, Bad]]:
    """Return which messages the pipeline will refuse, and why: its own first steps, which only read."""
    arrival = Arrival(source="", received_at=now, messages=len(raws))
    items = [
        Item(arrival, position, raw) for position, raw in enumerate(raws) if not _all_good(b"[%b]" % raw)
    ]
    trial = Batch(token="", arrivals=[], now=now, items=items)
    nobody = cast(Resolver, None)  # These two steps ask nobody who anybody is.
    pipeline.put_message(trial, nobody)
    pipeline.put_handles(trial, nobody)
    return sorted(((item.position, bad) for item, bad in trial.refused), key=lambda refused: refused[0])


def lenient(body: bytes) -> Any:
    """Return what Python's reader makes of a body: it takes NaN and a byte order mark. Raises Problem."""
    try:
        return json.loads(body)
    except RecursionError:
        raise Problem(400, "too_deep", "The body nests too deeply. Nothing of it was kept.") from None
    except ValueError as error:
        raise Problem(400, "not_json", "The body is not JSON. Nothing of it was kept.", str(error)) from error


def repaired(held: Any) -> Any:
    """Return JSON's part of what Python read. Raises Problem where it nests too deeply."""
    try:
        return repair(json.dumps(held))
    except (ValueError, RecursionError) as error:
        raise Problem(
            400, "too_deep", "The message nests too deeply. Nothing was kept.", str(error)
        ) from error


def _all_good(messages: bytes) -> int:
    """Return how many messages a list holds, or 0 where one of them needs a closer look."""
    if len(messages) > settings.MESSAGE_BYTES:
        return 0
    try:
        sighted = _sighted(messages)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return 0
    for message in sighted:  # A loop and not all(): it runs for every message that Jejak ever takes.
        if message.user_id is None and message.anonymous_id is None:
            return 0
        if message.type == "track" and not message.event:
            return 0
        if message.user_id == "" or message.anonymous_id == "":
            return 0
    return len(sighted)


def _closer(body: bytes, now: datetime) -> Parcel:
    held = lenient(body)
    if not isinstance(held, dict):
        raise _not_an_object(held)
    messages = held.get("batch")
    if not isinstance(messages, list):
        raise Problem(
            400,
            "no_batch",
            "The body has no list of messages. Nothing of it was kept.",
            f"batch must be a list, not {json.dumps(messages)[:60]}.",
        )
    shared = held.get("context")
    raws = []
    for message in messages:
        if isinstance(shared, dict) and shared and isinstance(message, dict):
            own = message.get("context")
            message = {**message, "context": shared | own if isinstance(own, dict) else shared}
        raws.append(_mended(message))
    return _one_by_one(raws, key=_word(held.get("writeKey")), sent_at=_word(held.get("sentAt")), now=now)


def _mended(message: Any) -> bytes:
    """Return a message as JSON that every reader takes; where it nests too deeply, its text as a string."""
    try:
        return msgspec.json.encode(repair(json.dumps(message)))
    except (ValueError, RecursionError):
        return msgspec.json.encode(json.dumps(message)[:10_000])


def _one_by_one(raws: Sequence[bytes], *, key: str | None, sent_at: str | None, now: datetime) -> Parcel:
    if not raws:
        raise Problem(
            400, "empty_batch", "The batch is empty. There was nothing to keep.", "batch has 0 messages."
        )
    return Parcel(
        body=b"[" + b",".join(raws) + b"]",
        messages=len(raws),
        key=key,
        sent_at=sent_at,
        refused=verdicts(raws, now=now),
    )


def _with_type(body: bytes, kind: str) -> bytes:
    rest = body[1:].lstrip()
    return b'{"type":"%s"%s%s' % (kind.encode(), b"" if rest[:1] == b"}" else b",", rest)


def _refuse_garbled(body: bytes) -> None:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return  # UTF-16, which Python's reader knows.
        raise Problem(
            400,
            "not_utf8",
            "The body is not UTF-8. Nothing of it was kept.",
            f"{error.reason} at byte {error.start}.",
        ) from error


def _not_an_object(held: Any) -> Problem:
    return Problem(
        400,
        "not_an_object",
        "The body must be a JSON object. Nothing of it was kept.",
        f"It is {json.dumps(held)[:60]}.",
    )


def _word(held: Any) -> str | None:
    return held if isinstance(held, str) else None

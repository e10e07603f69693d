"""A message as senders write it: the Segment Tracking API's, with a few fields of ours.

Source: https://segment.com/docs/connections/spec/common/ (types and common fields).
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

import msgspec

KINDS = frozenset({"track", "page", "screen", "identify", "group", "alias"})
NAMES = {
    "identify": "Identified",
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "group": "Company Joined",
    "alias": "Alias Given",
}
"""What messages are called that have no name of their own."""
Id = str | int | float | None


class Message(msgspec.Struct, rename="camel"):
    """One message. What we do not look into stays raw JSON. Ids may be text or numbers, as senders have it."""

    type: str
    message_id: Id = None
    user_id: Id = None
    anonymous_id: Id = None
    previous_id: Id = None
    group_id: Id = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    properties: msgspec.Raw = msgspec.Raw(b"")
    traits: msgspec.Raw = msgspec.Raw(b"")
    context: msgspec.Raw = msgspec.Raw(b"")
    integrations: msgspec.Raw = msgspec.Raw(b"")
    timestamp: Id = None
    original_timestamp: Id = None
    sent_at: Id = None
    handles: dict[str, Id] | None = None
    channel: str | None = None
    place: str | None = None
    team: str | None = None
    stage: str | None = None
    value: Id = None
    currency: str | None = None
    score: Id = None
    scale: str | None = None


class Page(msgspec.Struct):
    """What a browser says about the page it is on."""

    path: str | None = None
    url: str | None = None


class Context(msgspec.Struct, rename="camel"):
    """The parts of a message's context that become columns."""

    ip: str | None = None
    user_agent: str | None = None
    channel: str | None = None
    place: str | None = None
    group_id: Id = None
    page: Page | None = None
    traits: msgspec.Raw = msgspec.Raw(b"")
    identity: msgspec.Raw = msgspec.Raw(b"")


class Identity(msgspec.Struct):
    """How a page proves who somebody is. signature: of the user id. signatures: of handles, by their kind.

    device: the browser's own id, where a client calls it neither anonymousId nor anything else.
    """

    signature: str | None = None
    signatures: dict[str, str] | None = None
    device: Id = None


class Integrations(msgspec.Struct):
    """Where clients put what is meant for one receiver alone."""

    jejak: Identity | None = msgspec.field(name="Jejak", default=None)


class Known(msgspec.Struct):
    """The properties that become columns, under the names of Segment's e-commerce spec and ours."""

    revenue: Any = None
    total: Any = None
    value: Any = None
    currency: Any = None
    score: Any = None
    scale: Any = None
    channel: Any = None
    place: Any = None
    team: Any = None
    stage: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad(Exception):
    """Why a message cannot be used. reason: a word from a closed list; detail: field, rule and value."""

    reason: str
    detail: str

    def __str__(self) -> str:
        return self.detail


_messages = msgspec.json.Decoder(list[msgspec.Raw])
_message = msgspec.json.Decoder(Message)
_object = msgspec.json.Decoder(dict[str, Any])
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")  # UTF-8 has no half pairs, and PostgreSQL no NUL.
_OBJECTS = ("properties", "traits", "context")
DEEPEST = 100
"""How many levels a message may nest; the log's JSON column and other readers give up somewhat later."""


def split(body: bytes) -> list[msgspec.Raw]:
    """Return the messages of a body, each still raw. The door has made sure that it is a JSON list."""
    return _messages.decode(body)


def decode(raw: bytes | msgspec.Raw) -> Message:
    """Return one message, its fields of the right types. Raises Bad, naming the field and the rule."""
    try:
        message = _message.decode(raw)
    except msgspec.ValidationError as error:
        raise Bad(reason="wrong_type", detail=str(error)) from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Bad(reason="not_json", detail=str(error)) from error
    if message.type not in KINDS:
        raise Bad(
            reason="unknown_type",
            detail=f"type is {message.type[:60]!r}, not one of {', '.join(sorted(KINDS))}.",
        )
    for held in (message.properties, message.traits, message.context):
        if held and (said := bytes(held))[:1] != b"{" and said != b"null":
            field = next(name for name in _OBJECTS if getattr(message, name) is held)
            shown = said[:60].decode(errors="replace")
            raise Bad(reason="wrong_type", detail=f"{field} must be an object or null, not {shown}.")
    if message.type == "track" and not (message.event and message.event.strip()):
        raise Bad(reason="no_name", detail="event is empty: a track message needs the name of what happened.")
    return message


def as_object(raw: msgspec.Raw) -> dict[str, Any]:
    """Return a raw object as a dict; null and absent are empty. Raises Bad."""
    if not raw or raw == b"null":
        return {}
    try:
        return _object.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Bad(reason="not_json", detail=str(error)) from error


def repair(text: bytes | str) -> Any:
    """Return what Python's lenient reader makes of a JSON text: NaN and Infinity null; what no text holds replaced.

    Raises ValueError where it is no JSON at all, nests too deeply, or is not UTF-8.
    """
    try:
        return _clean(json.loads(text), 0)
    except RecursionError as error:
        raise ValueError("It nests too deeply.") from error


def _clean(held: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise ValueError(f"It nests deeper than {DEEPEST} levels.")
    if isinstance(held, str):
        return _NO_TEXT.sub("\ufffd", held)
    if isinstance(held, float) and not math.isfinite(held):
        return None
    if isinstance(held, list):
        return [_clean(item, depth + 1) for item in held]
    if isinstance(held, dict):
        return {_clean(key, depth): _clean(item, depth + 1) for key, item in held.items()}
    return held

"""What happened to a person, as the log tells it: newest first, in pieces."""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from jejak import eventlog

PIECE = 30
"""How many touchpoints come at once: two screens full."""


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One touchpoint of a person. raw: the message as sent, of a very long one the beginning."""

    message_id: str
    kind: str
    name: str
    channel: str
    place: str
    happened_at: datetime
    source: str
    value: Decimal | None
    currency: str
    score: float | None
    scale: str
    sample: bool
    raw: str

    @cached_property
    def message(self) -> dict[str, Any]:
        """The message as sent, or {} where it cannot be read."""
        try:
            message = json.loads(self.raw)
        except (ValueError, RecursionError):
            return {}
        return message if isinstance(message, dict) else {}

    @cached_property
    def details(self) -> dict[str, Any]:
        """Its properties; of an identify or a group, the traits it gave."""
        message = self.message
        context = message.get("context")
        held = message.get("traits" if self.kind in {"identify", "group"} else "properties")
        if not held and self.kind == "identify" and isinstance(context, dict):
            held = context.get("traits")
        return held if isinstance(held, dict) else {}


@dataclass(frozen=True, slots=True)
class Position:
    """A touchpoint's place in a timeline, where a piece ends; also for addresses: str() and read()."""

    happened_at: datetime
    message_id: str

    def __str__(self) -> str:
        return f"{round((self.happened_at - _EPOCH) / _MILLISECOND)}_{self.message_id}"

    @classmethod
    def read(cls, text: str) -> "Position | None":
        """Return the position that an address holds, or None."""
        milliseconds, underscore, message_id = text.partition("_")
        with contextlib.suppress(ValueError, OverflowError):
            happened_at = _EPOCH + int(milliseconds) * _MILLISECOND
            if underscore and 1900 <= happened_at.year < 2300:  # What the log can hold.
                return cls(happened_at, message_id)
        return None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some touchpoints, and where this piece ends; None where it is the last."""

    happened: list[Happened]
    end: Position | None


def timeline(
    trail_ids: Sequence[int],
    *,
    kind: str = "",
    channel: str = "",
    after: Position | None = None,
    limit: int = PIECE,
) -> Piece:
    """Return what happened on these trails, newest first. after: the end of the piece before.

    Raises eventlog.Away.
    """
    wanted = ["trail_id IN {trails:Array(UInt64)}"]
    values: dict[str, Any] = {"trails": list(trail_ids), "limit": limit + 1}
    if kind:
        wanted.append("kind = {kind:String}")
        values["kind"] = kind
    if channel:
        wanted.append("channel = {channel:String}")
        values["channel"] = channel
    if after is not None:
        wanted.append("(happened_at, message_id) < ({at:DateTime64(3, 'UTC')}, {id:String})")
        wanted.append("happened_at <= {at:DateTime64(3, 'UTC')}")  # So that the primary key helps.
        values |= {"at": after.happened_at, "id": after.message_id}
    answer = eventlog.ask(_TIMELINE.format(wanted=" AND ".join(wanted)), **values)
    happened = [Happened(**dict(zip(answer.columns, row, strict=True))) for row in answer.rows]
    if len(happened) <= limit:
        return Piece(happened=happened, end=None)
    last = happened[limit - 1]
    return Piece(happened=happened[:limit], end=Position(last.happened_at, last.message_id))


def said(trail_ids: Sequence[int], *, limit: int = 200) -> list[Happened]:
    """Return the touchpoints in which somebody said something of this person, newest first."""
    return timeline(trail_ids, kind="identify", limit=limit).happened


# A message may have megabytes; a page shows some of each.
_TIMELINE = """
    SELECT
        message_id, kind, name, channel, place, happened_at, source, value,
         currency, score, scale, sample, substringUTF8(message, 1, 20000) AS raw
    FROM touchpoints
    WHERE {wanted}
    ORDER BY happened_at DESC, message_id DESC
    LIMIT {{limit:UInt32}}
"""

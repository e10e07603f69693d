"""What happened to a person, as the log tells it: folded into visits, orders and conversations, in pieces."""

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
"""How many folds come at once: two screens full."""


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
    """Where a piece of a timeline ends; also for addresses: str() and read()."""

    last_at: datetime
    key: str

    def __str__(self) -> str:
        return f"{milliseconds(self.last_at)}_{self.key}"

    @classmethod
    def read(cls, text: str) -> "Position | None":
        """Return the position that an address holds, or None."""
        number, underscore, key = text.partition("_")
        last_at = moment_of(number)
        return cls(last_at, key) if underscore and last_at else None


def milliseconds(at: datetime) -> int:
    """Return a moment as addresses hold it."""
    return round((at - _EPOCH) / _MILLISECOND)


def moment_of(number: str) -> datetime | None:
    """Return the moment that an address holds, or None."""
    with contextlib.suppress(ValueError, OverflowError):
        at = _EPOCH + int(number) * _MILLISECOND
        if 1900 <= at.year < 2300:  # What the log can hold.
            return at
    return None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


VISIT, ORDER, CONVERSATION = "visit", "order", "conversation"


@dataclass(frozen=True, kw_only=True)
class Fold:
    """What belongs together: a visit, an order, a conversation; or one touchpoint, whose kind is "".

    happened: the newest of it and, of many, also the first. count, pages: of all.
    """

    key: str
    kind: str
    first_at: datetime
    last_at: datetime
    count: int
    pages: int
    happened: list[Happened]

    @property
    def name(self) -> str:
        """The order's or the conversation's id."""
        return self.key.partition(":")[2]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some folds, and where this piece ends; None where it is the last."""

    folds: list[Fold]
    end: Position | None


def timeline(
    trail_ids: Sequence[int],
    *,
    kind: str = "",
    channel: str = "",
    after: Position | None = None,
    limit: int = PIECE,
) -> Piece:
    """Return what happened on these trails, folded: the newest first, each fold where its last touchpoint stands.

    after: the end of the piece before. A fold is whole however it lies across pieces. Raises eventlog.Away.
    """
    wanted = ["trail_id IN {trails:Array(UInt64)}"]
    values: dict[str, Any] = {"trails": list(trail_ids)}
    if kind:
        wanted.append("kind = {kind:String}")
        values["kind"] = kind
    if channel:
        wanted.append("channel = {channel:String}")
        values["channel"] = channel
    condition = " AND ".join(wanted)
    answer = eventlog.ask(_PLAIN.format(wanted=condition), limit=_FOLDED_HERE + 1, **values)
    if len(answer.rows) <= _FOLDED_HERE:
        folds = _folded(_happened(answer))
        if after is not None:
            folds = [fold for fold in folds if (fold.last_at, fold.key) < (after.last_at, after.key)]
        folds = folds[: limit + 1]
    else:
        folds = _folded_there(condition, after, values | {"limit": limit + 1, "members": _MEMBERS})
    if len(folds) <= limit:
        return Piece(folds=folds, end=None)
    last = folds[limit - 1]
    return Piece(folds=folds[:limit], end=Position(last.last_at, last.key))


def inside(trail_ids: Sequence[int], key: str, *, first_at: datetime, last_at: datetime) -> list[Happened]:
    """Return the touchpoints of one fold, newest first, up to some hundreds. Raises eventlog.Away."""
    question = _INSIDE.format(rows=_ROWS.format(wanted=_WITHIN))
    answer = eventlog.ask(
        question, trails=list(trail_ids), key=key.partition(":")[0] if key[:2] == "v:" else key,
        first=first_at, last=last_at, limit=_MOST_INSIDE,
    )  # fmt: skip
    return _happened(answer)


def ordered(trail_ids: Sequence[int], *, limit: int = 300) -> dict[str, list[Happened]]:
    """Return the touchpoints of each of the latest orders, by order, the latest first. Raises eventlog.Away."""
    question = _ORDERED.format(rows=_ROWS.format(wanted="trail_id IN {trails:Array(UInt64)}"))
    answer = eventlog.ask(question, trails=list(trail_ids), limit=limit)
    orders: dict[str, list[Happened]] = {}
    for order, *row in answer.rows:
        orders.setdefault(order, []).append(Happened(**dict(zip(answer.columns[1:], row, strict=True))))
    return orders


def said(trail_ids: Sequence[int], *, limit: int = 200) -> list[Happened]:
    """Return the touchpoints in which somebody said something of this person, newest first. Raises eventlog.Away."""
    wanted = "trail_id IN {trails:Array(UInt64)} AND kind = 'identify'"
    return _happened(eventlog.ask(_PLAIN.format(wanted=wanted), trails=list(trail_ids), limit=limit))


def _happened(answer: eventlog.Answer) -> list[Happened]:
    return [Happened(**dict(zip(answer.columns, row, strict=True))) for row in answer.rows]


def _folded(happened: list[Happened]) -> list[Fold]:
    """Fold all that happened to a person, newest first. The same as _folded_there(), faster for some hundreds."""
    members: dict[str, list[Happened]] = {}
    visit, seen_at = 0, _EPOCH
    for one in reversed(happened):
        key = _key(one)
        if key == "v":
            visit += one.happened_at > seen_at + _PAUSE
            seen_at, key = one.happened_at, f"v:{visit}"
        members.setdefault(key, []).append(one)
    folds = [_fold(key, ones[::-1]) for key, ones in members.items()]
    return sorted(folds, key=lambda fold: (fold.last_at, fold.key), reverse=True)


def _key(one: Happened) -> str:
    """Return by what a touchpoint is folded; "v" for a visit, whose number depends on what was before."""
    if one.kind not in {"identify", "group"}:
        for sign, keys in (("c:", _CONVERSATIONS), ("o:", _ORDERS)):
            for key in keys:
                said = one.details.get(key)
                if isinstance(said, str | int | float) and not isinstance(said, bool) and said != "":
                    return f"{sign}{said}"
    visiting = one.channel in {"web", "app"} and one.kind in {"page", "screen", "track"}
    return "v" if visiting and one.value is None and one.score is None else f"s:{one.message_id}"


def _fold(key: str, newest_first: list[Happened]) -> Fold:
    shown = newest_first[:_MEMBERS] + newest_first[_MEMBERS:][-1:]
    return Fold(
        key=key,
        kind=_KINDS.get(key[:1], "") if len(newest_first) > 1 else "",
        first_at=newest_first[-1].happened_at,
        last_at=newest_first[0].happened_at,
        count=len(newest_first),
        pages=sum(one.kind in {"page", "screen"} for one in newest_first),
        happened=shown,
    )


def _folded_there(condition: str, after: Position | None, values: dict[str, Any]) -> list[Fold]:
    """Have the log fold, where so much happened that it cannot all come here."""
    further = ""
    if after is not None:
        further = "WHERE (last_at, fold) < ({at:DateTime64(3, 'UTC')}, {key:String})"
        values |= {"at": after.last_at, "key": after.key}
    answer = eventlog.ask(_FOLDS.format(rows=_ROWS.format(wanted=condition), further=further), **values)
    told = len(_TOLD)
    folds: dict[str, Fold] = {}
    for row in answer.rows:
        fold, first_at, last_at, count, pages = row[:told]
        if fold not in folds:
            kind = _KINDS.get(fold[:1], "") if count > 1 else ""
            folds[fold] = Fold(
                key=fold, kind=kind, first_at=first_at, last_at=last_at, count=count, pages=pages, happened=[]
            )
        folds[fold].happened.append(Happened(**dict(zip(answer.columns[told:], row[told:], strict=True))))
    return list(folds.values())


_KINDS = {"v": VISIT, "o": ORDER, "c": CONVERSATION}
_TOLD = ("fold", "first_at", "last_at", "count", "pages")
_MEMBERS = 20
_FOLDED_HERE = 2_000
_PAUSE = timedelta(minutes=30)
_MOST_INSIDE = 500
_CONVERSATIONS = (
    "conversation_id", "conversationId", "thread_id", "threadId", "ticket_id", "ticketId", "case_id"
)  # fmt: skip
_ORDERS = ("order_id", "orderId", "order_number", "orderNumber", "order_no")
_COLUMNS = (
    "message_id, kind, name, channel, place, happened_at, source, value, currency, score, scale, sample, raw"
)
_IDS = ", ".join(f"{key} Nullable(String)" for key in (*_CONVERSATIONS, *_ORDERS))
# A message may have megabytes; a page shows some of each. What somebody bought or answered is no mere visit.
_ROWS = f"""
    SELECT
        message_id, kind, name, channel, place, happened_at, source, value, currency, score, scale, sample,
        substringUTF8(message, 1, 20000) AS raw,
        JSONExtract(message, 'properties', 'Tuple({_IDS})') AS ids,
        coalesce({", ".join(f"ids.{key}" for key in _CONVERSATIONS)}, '') AS conversation,
        coalesce({", ".join(f"ids.{key}" for key in _ORDERS)}, '') AS order_key,
        conversation = '' AND order_key = '' AND channel IN ('web', 'app')
            AND kind IN ('page', 'screen', 'track') AND value IS NULL AND score IS NULL AS visiting
    FROM touchpoints WHERE {{wanted}}
"""
# The folds are made of all that happened to the person: only so does none break at the end of a piece.
# A visit ends where nothing happened for half an hour.
_FOLDS = f"""
    SELECT fold, first_at, last_at, count, pages, {_COLUMNS} FROM (
        SELECT *, dense_rank() OVER (ORDER BY last_at DESC, fold DESC) AS turn FROM (
            SELECT
                *,
                min(happened_at) OVER whole AS first_at, max(happened_at) OVER whole AS last_at,
                count() OVER whole AS count, countIf(kind IN ('page', 'screen')) OVER whole AS pages,
                row_number() OVER (PARTITION BY fold ORDER BY happened_at DESC, message_id DESC) AS nth
            FROM (
                SELECT
                    *,
                    multiIf(
                        conversation != '', 'c:' || conversation,
                        order_key != '', 'o:' || order_key,
                        visiting, 'v:' || toString(sum(begins) OVER (
                            PARTITION BY visiting ORDER BY happened_at, message_id
                        )),
                        's:' || message_id
                    ) AS fold
                FROM (
                    SELECT
                        *,
                        happened_at > lagInFrame(happened_at, 1, toDateTime64(0, 3, 'UTC')) OVER (
                            PARTITION BY visiting ORDER BY happened_at, message_id
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                        ) + INTERVAL 30 MINUTE AS begins
                    FROM ({{rows}})
                )
            )
            WINDOW whole AS (PARTITION BY fold)
        ) {{further}}
    )
    WHERE turn <= {{{{limit:UInt32}}}} AND (nth <= {{{{members:UInt32}}}} OR nth = count)
    ORDER BY turn, nth
"""
_WITHIN = """
    trail_id IN {trails:Array(UInt64)} AND happened_at >= {first:DateTime64(3, 'UTC')}
    AND happened_at <= {last:DateTime64(3, 'UTC')}
"""
_INSIDE = f"""
    SELECT {_COLUMNS} FROM ({{rows}})
    WHERE multiIf(conversation != '', 'c:' || conversation, order_key != '', 'o:' || order_key, visiting, 'v', '')
        = {{{{key:String}}}}
    ORDER BY happened_at DESC, message_id DESC LIMIT {{{{limit:UInt32}}}}
"""
_ORDERED = f"""
    SELECT order_key, {_COLUMNS} FROM ({{rows}}) WHERE order_key != ''
    ORDER BY happened_at DESC, message_id DESC LIMIT {{{{limit:UInt32}}}}
"""
_PLAIN = """
    SELECT
        message_id, kind, name, channel, place, happened_at, source, value, currency, score, scale, sample,
        substringUTF8(message, 1, 20000) AS raw
    FROM touchpoints WHERE {wanted}
    ORDER BY happened_at DESC, message_id DESC LIMIT {{limit:UInt32}}
"""

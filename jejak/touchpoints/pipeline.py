"""From a waiting arrival to a touchpoint in the log. Who reads STEPS knows Jejak.

A step takes the batch and changes it: `refuse_…` takes out messages with a reason, `put_…` adds what is known,
`store` and what follows tell the world. A batch may be done again after a crash; every step comes to the same
result then, or to none.
"""

import hashlib
import json
import logging
import math
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import msgspec
import pyarrow as pa
from django.conf import settings
from django.db import IntegrityError, connection, connections, transaction

from jejak import eventlog
from jejak.people import bulk, resolving, traits
from jejak.people.normalising import normalise
from jejak.touchpoints import bots, definitions, inlet, live, reactions, scales
from jejak.touchpoints.message import Bad, Context, Known, Message, as_object, decode, repair, split
from jejak.touchpoints.models import Arrival, Claim, Refusal

log = logging.getLogger(__name__)

NAMES = {
    "identify": "Identified",
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "group": "Company Joined",
    "alias": "Alias Given",
}
LONGEST_NAME = 200
_SKEW = timedelta(seconds=5)
_AHEAD = timedelta(days=1)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_DAY_SECONDS = 86_400


@dataclass(slots=True)
class Item:
    """One message on its way: as it came, and what the steps have put on it."""

    arrival: Arrival
    position: int
    raw: bytes
    message: Message | None = None
    context: Context | None = None
    known: Known | None = None
    message_id: str = ""
    name: str = ""
    happened_at: datetime = _EARLIEST
    handles: tuple[tuple[str, str], ...] = ()
    trail_id: int = 0
    channel: str = ""
    place: str = ""
    team: str = ""
    stage: str = ""
    value: float | None = None
    currency: str = ""
    score: float | None = None
    scale: str = ""
    properties: bytes = b"{}"


@dataclass(slots=True)
class Batch:
    """Arrivals that go together, always the same ones under the same token."""

    token: str
    arrivals: Sequence[Arrival]
    now: datetime
    items: list[Item] = field(default_factory=list)
    refused: list[tuple[Item, Bad]] = field(default_factory=list)
    repeated: int = 0

    def refuse(self, item: Item, reason: Bad) -> None:
        """Take a message out, with the reason why."""
        self.refused.append((item, reason))

    def keep(self, check: Callable[[Item], None]) -> None:
        """Keep the messages that a check lets pass; it raises Bad for those that it does not."""
        kept = []
        for item in self.items:
            try:
                check(item)
            except Bad as reason:
                self.refused.append((item, reason))
            else:
                kept.append(item)
        self.items = kept


def run(batch: Batch, resolver: resolving.Resolver) -> None:
    """Take a batch through all the steps. Raises eventlog.Away; the batch is to be done again then."""
    for step in STEPS:
        started = time.thread_time()
        step(batch, resolver)
        seconds[step.__name__] = seconds.get(step.__name__, 0.0) + time.thread_time() - started


seconds: dict[str, float] = {}
"""How long each step has taken in this process, all batches together."""


def unpack(batch: Batch, resolver: resolving.Resolver) -> None:
    """Split the bodies into messages."""
    for arrival in batch.arrivals:
        body = bytes(arrival.body)
        try:
            raws = [bytes(raw) for raw in split(body)]
        except (msgspec.DecodeError, RecursionError) as error:
            try:
                raws = [msgspec.json.encode(held) for held in _as_list(repair(body.decode(errors="replace")))]
            except ValueError:
                batch.refuse(Item(arrival, 0, body), Bad(reason="not_json", detail=str(error)))
                continue
        batch.items += [Item(arrival, position, raw) for position, raw in enumerate(raws)]


def put_message(batch: Batch, resolver: resolving.Resolver) -> None:
    """Read every message; what is no message is refused."""

    largest = settings.MESSAGE_BYTES

    def read(item: Item) -> None:
        try:
            item.message = message = decode(item.raw)
            item.raw.decode()
        except (Bad, UnicodeDecodeError) as reason:
            # Perhaps it is only sloppy (NaN, lone surrogates, bytes that are no UTF-8): read it as Python would.
            try:
                item.raw = msgspec.json.encode(repair(item.raw.decode(errors="replace")))
                item.message = message = decode(item.raw)
            except ValueError:
                if isinstance(reason, Bad):
                    raise reason from None
                raise Bad(reason="not_json", detail=str(reason)) from None
        if len(item.raw) > largest:
            raise Bad(
                reason="too_large",
                detail=f"The message has {len(item.raw)} bytes; {largest} are taken (JEJAK_MESSAGE_BYTES).",
            )
        item.context = _context(message) if message.context else None
        if message.type == "track":
            item.name = (message.event or "").strip()[:LONGEST_NAME]
        else:
            item.name = NAMES[message.type]
        if message.message_id not in (None, ""):
            item.message_id = _text(message.message_id)[:LONGEST_NAME]

    batch.keep(read)


def refuse_bots(batch: Batch, resolver: resolving.Resolver) -> None:
    """Refuse what known bots sent, unless they are to be kept or somebody asked to have it replayed."""
    if settings.BOTS == "keep":
        return

    def check(item: Item) -> None:
        agent = (item.context and item.context.user_agent) or item.arrival.meta.get("user_agent", "")
        if agent and "replay_of" not in item.arrival.meta and bots.is_bot(agent):
            raise Bad(reason="bot", detail=f"The user agent is {agent[:120]!r}.")

    batch.keep(check)


def put_handles(batch: Batch, resolver: resolving.Resolver) -> None:
    """Say by what each message's person is recognised, strongest first."""

    countries = settings.PHONE_COUNTRIES

    def put(item: Item) -> None:
        item.handles = _handles(item, countries)
        if not item.handles:
            raise Bad(reason="nobody", detail=_nobody(item.message))

    batch.keep(put)


def drop_repeats(batch: Batch, resolver: resolving.Resolver) -> None:
    """Drop what a sender sent again: a messageId counts once, however often and late it comes."""
    mine = _digest(batch.token)
    first: dict[int, Item] = {}
    own: list[Item] = []
    for item in batch.items:
        if not item.message_id:
            item.message_id = (
                f"{item.arrival.pk:x}-{item.position}-{_digest(str(item.arrival.received_at)):x}"
            )
            own.append(item)
            continue
        first.setdefault(_digest(item.message_id), item)
    if not first:
        return
    with transaction.atomic():
        repeats = _seen_before(list(first), mine, int(batch.now.timestamp()) // _DAY_SECONDS)
    kept = {id(item) for digest, item in first.items() if digest not in repeats} | {id(item) for item in own}
    before = len(batch.items)
    batch.items = [item for item in batch.items if id(item) in kept]
    batch.repeated = before - len(batch.items)


def put_time(batch: Batch, resolver: resolving.Resolver) -> None:
    """Say when it happened, by our clock: a sender's clock may be wrong, and it says what it showed on sending."""
    skews: dict[tuple[int, Any], timedelta] = {}
    for item in batch.items:
        message, arrival = item.message, item.arrival
        assert message is not None
        sent = message.sent_at if message.sent_at is not None else arrival.meta.get("sent_at")
        skew = skews.get((arrival.pk, sent))
        if skew is None:
            sent_at = moment(sent)
            skew = arrival.received_at - sent_at if sent_at is not None else timedelta()
            if abs(skew) < _SKEW:
                skew = timedelta()
            skews[arrival.pk, sent] = skew
        at = moment(message.original_timestamp if message.timestamp is None else message.timestamp)
        if at is None:
            item.happened_at = arrival.received_at
            continue
        try:
            at += skew
        except OverflowError:
            at = arrival.received_at
        # Nothing has happened yet that is a day ahead; the message itself keeps what was said.
        item.happened_at = at if _EARLIEST <= at <= arrival.received_at + _AHEAD else arrival.received_at


def put_columns(batch: Batch, resolver: resolving.Resolver) -> None:
    """Say how, where, whose and what it was worth, from the message, its properties and what staff have defined."""
    defined = definitions.known()

    def put(item: Item) -> None:
        message, context = item.message, item.context
        assert message is not None
        held = message.traits if message.type in ("identify", "group") else message.properties
        if message.type == "identify" and not _filled(held) and context is not None:
            held = context.traits  # RudderStack's clients put them there.
        item.properties = bytes(held) if _filled(held) else b"{}"
        item.known = known = _known(item.properties)
        team, stage = defined.get(item.name, ("", ""))
        item.channel = _channel(item)
        item.place = _word(message.place or known.place or (context and context.place) or _page_path(context))
        item.team = _word(message.team or known.team or team)
        item.stage = _word(message.stage or known.stage or stage)
        for amount in (message.value, known.value, known.revenue, known.total):
            if amount is not None and (value := _number(amount)) is not None:
                item.value = value
                break
        item.currency = _currency(message.currency or known.currency) if item.value is not None else ""
        _put_score(item, known)

    batch.keep(put)


def put_person(batch: Batch, resolver: resolving.Resolver) -> None:
    """Find or make the person of each message, and keep what it says of them."""
    asked = [
        resolving.Asked(
            handles=item.handles,
            at=item.happened_at,
            source=item.arrival.source,
            is_sample=bool(item.arrival.meta.get("sample")),
            alias_of=_alias_of(item),
        )
        for item in batch.items
    ]
    if not asked:
        return
    for attempt in range(5):
        try:
            with transaction.atomic():
                trails = resolver.resolve(asked)
                for item, trail in zip(batch.items, trails, strict=True):
                    item.trail_id = trail
                traits.learn(_learned(batch))
                traits.see(_span(batch))
            break
        except IntegrityError:
            # Another worker met the same newcomer at the same moment; now it can be found.
            traits.unlearn()
            if attempt == 4:
                raise
    resolver.remember()
    definitions.note({item.name: item.happened_at for item in batch.items})


def keep_refused(batch: Batch, resolver: resolving.Resolver) -> None:
    """Put what was refused on the list that staff see."""
    Refusal.objects.bulk_create(
        [
            Refusal(
                source=item.arrival.source,
                received_at=item.arrival.received_at,
                reason=bad.reason,
                detail=bad.detail[:2000],
                name=item.name or _name_of(item),
                meta={key: held for key, held in item.arrival.meta.items() if key != "replay_of"},
                message=item.raw[: settings.MESSAGE_BYTES],
                key=f"{batch.token}:{item.arrival.pk}:{item.position}",
            )
            for item, bad in batch.refused
        ],
        ignore_conflicts=True,
        batch_size=200,
    )


def store(batch: Batch, resolver: resolving.Resolver) -> None:
    """Append the batch to the log, once whatever happens; a message that the log cannot hold is refused."""
    if not batch.items:
        return
    try:
        eventlog.append(_table(batch.items), token=batch.token)
    except eventlog.BadRows:
        # JSON that says a thing twice, or numbers beyond any bound: write the properties as Python reads them.
        for item in batch.items:
            item.properties = msgspec.json.encode(repair(item.properties))
        refused = len(batch.refused)
        batch.items = _store_what_can_be(batch, batch.items, batch.token + "m")
        batch.refused, earlier = batch.refused[refused:], batch.refused[:refused]
        keep_refused(batch, resolver)
        batch.refused = earlier + batch.refused


def tell_merges(batch: Batch, resolver: resolving.Resolver) -> None:
    """Tell the log who was found to be one person, so that its answers see one."""
    resolving.tell_log()


def show(batch: Batch, resolver: resolving.Resolver) -> None:
    """Show what was stored and refused to whoever watches."""
    if live.watched():
        live.publish([_seen(item, "") for item in batch.items[-200:]])
        live.publish([_seen(item, bad.reason) for item, bad in batch.refused[-200:]])


def react(batch: Batch, resolver: resolving.Resolver) -> None:
    """Let the features react."""
    wanted = reactions.wanted()
    if not wanted:
        return
    reactions.react(
        [
            reactions.Stored(
                message_id=item.message_id,
                trail_id=item.trail_id,
                kind=item.message.type,
                name=item.name,
                channel=item.channel,
                happened_at=item.happened_at,
                source=item.arrival.source,
                properties=item.properties.decode(),
            )
            for item in batch.items
            if item.name in wanted and item.message is not None
        ],
        batch.now,
    )


STEPS: tuple[Callable[[Batch, resolving.Resolver], None], ...] = (
    unpack,
    put_message,
    refuse_bots,
    put_handles,
    put_time,
    put_columns,
    drop_repeats,
    put_person,
    keep_refused,
    store,
    tell_merges,
    show,
    react,
)


def _as_list(held: Any) -> list[Any]:
    if not isinstance(held, list):
        raise ValueError("A body is a list of messages.")
    return held


def _context(message: Message) -> Context | None:
    if not _filled(message.context):
        return None
    try:
        return _context_decoder.decode(message.context)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None  # A context of an unusual shape is kept; it only fills no columns.


_context_decoder = msgspec.json.Decoder(Context)
_known_decoder = msgspec.json.Decoder(Known)
_NOTHING_KNOWN = Known()


def _known(properties: bytes) -> Known:
    if properties == b"{}":
        return _NOTHING_KNOWN
    try:
        return _known_decoder.decode(properties)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Bad(reason="not_json", detail=str(error)) from error


def _filled(raw: bytes | msgspec.Raw) -> bool:
    return bool(raw) and raw != b"null" and raw != b"{}"


def _handles(item: Item, countries: Sequence[str]) -> tuple[tuple[str, str], ...]:
    message = item.message
    assert message is not None
    found: dict[str, str] = {}
    if message.user_id is not None:
        _add(found, "user_id", message.user_id, countries)
    if message.handles:
        for kind, value in message.handles.items():
            _add(found, kind[:40], value, countries)
    if message.type == "identify":
        for held in (message.traits, item.context.traits if item.context else msgspec.Raw(b"")):
            if b"email" in bytes(held) or b"phone" in bytes(held):
                said = as_object(held)
                for kind in ("email", "phone"):
                    _add(found, kind, said.get(kind), countries)
    if message.anonymous_id is not None:
        _add(found, "anonymous_id", message.anonymous_id, countries)
    if len(found) < 2:
        return tuple(found.items())
    return tuple(sorted(found.items(), key=resolving.strength))


def _add(found: dict[str, str], kind: str, value: Any, countries: Sequence[str]) -> None:
    if value is None or kind in found:
        return
    normal = normalise(kind, value, countries)
    if normal is not None:
        found[kind] = normal


def _nobody(message: Message | None) -> str:
    assert message is not None
    given = [
        f"{field}={value!r}"
        for field, value in (("userId", message.user_id), ("anonymousId", message.anonymous_id))
    ]
    return f"Neither userId nor anonymousId nor another handle recognises anybody: {', '.join(given)[:200]}."


def _alias_of(item: Item) -> str | None:
    message = item.message
    if message is None or message.type != "alias" or message.previous_id is None:
        return None
    return normalise("user_id", message.previous_id, settings.PHONE_COUNTRIES)


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def _seen_before(digests: list[int], mine: int, today: int) -> set[int]:
    """Note messages as seen and return those of them that another batch has counted."""
    if connection.vendor == "sqlite":
        values, sql = json.dumps(digests), "SELECT value, %s, %s FROM json_each(%s) WHERE true"
    else:
        values, sql = digests, "SELECT unnest, %s, %s FROM unnest(%s::bigint[])"  # type: ignore[assignment]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO touchpoints_seenmessage (digest, batch, seen_on) {sql}"
            " ON CONFLICT (digest) DO NOTHING RETURNING digest",
            [mine, today, values],
        )
        new = {row[0] for row in cursor.fetchall()}
    old = [digest for digest in digests if digest not in new]
    return {
        digest
        for digest, batch in bulk.rows_where_in(
            "SELECT digest, batch FROM touchpoints_seenmessage WHERE digest IN ({values})", old
        )
        if batch != mine
    }


def moment(written: Any) -> datetime | None:
    """Return a time as senders write it (ISO 8601 in many forms, Unix seconds or milliseconds), aware; else None."""
    if written is None or isinstance(written, bool):
        return None
    if isinstance(written, str):
        return _moment_of_text(written)
    try:
        seconds = float(written)
        return datetime.fromtimestamp(seconds / 1000 if abs(seconds) > 1e11 else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


@lru_cache(maxsize=4096)
def _moment_of_text(text: str) -> datetime | None:
    text = text.strip()
    try:
        at = msgspec.convert(text, datetime, strict=True)
    except msgspec.ValidationError:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return moment(float(text)) if text.replace(".", "", 1).isdigit() and len(text) < 20 else None
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError:
        return None


_CHANNELS = {"server": "", "mobile": "app", "sources": "", "browser": "web", "client": "web", "http": ""}


def _channel(item: Item) -> str:
    message, context = item.message, item.context
    assert message is not None
    said = message.channel or (context and context.channel)
    if said:
        said = said.strip().lower()
        said = _CHANNELS.get(said, said)  # Some clients name where their code runs, which is no channel.
    if not said:
        said = item.arrival.meta.get("channel") or (item.known.channel if item.known else None)
    if not said:
        said = (
            "web"
            if context is not None and context.page is not None
            else "app"
            if message.type == "screen"
            else ""
        )
    return _word(said)[:60]


def _page_path(context: Context | None) -> str:
    return (context.page.path or "") if context is not None and context.page is not None else ""


def _word(said: Any) -> str:
    if not said:
        return ""
    return (
        said.strip()[:200]
        if isinstance(said, str)
        else _text(said)[:200]
        if isinstance(said, int | float)
        else ""
    )


def _text(said: Any) -> str:
    return (
        said
        if isinstance(said, str)
        else str(int(said))
        if isinstance(said, float) and said.is_integer()
        else str(said)
    )


_MOST = Decimal(10) ** 13


def _number(said: Any) -> float | None:
    if type(said) is float:
        return said if -1e13 < said < 1e13 else None
    if said is None or isinstance(said, bool | dict | list):
        return None
    try:
        number = Decimal(said.strip()) if isinstance(said, str) else Decimal(said)
    except (InvalidOperation, ValueError):
        return None
    return float(number) if number.is_finite() and abs(number) < _MOST else None


def _currency(said: Any) -> str:
    text = said.strip().upper() if isinstance(said, str) else ""
    return text if len(text) == 3 and text.isascii() and text.isalpha() else ""


def _put_score(item: Item, known: Known) -> None:
    message = item.message
    assert message is not None
    named, said = message.scale or known.scale, known.score if message.score is None else message.score
    if not isinstance(named, str) or said is None:
        return
    try:
        scale = scales.parse(named)
    except scales.UnknownScale:
        return  # A game's score on a "scale" of its own is a property like any other.
    score = _number(said)
    if score is None or not scale.holds(score):
        raise Bad(
            reason="off_scale",
            detail=f"score is {str(said)[:40]!r}; {scale.key} goes from {scale.low} to {scale.high}.",
        )
    item.score, item.scale = score, scale.key


def _learned(batch: Batch) -> list[traits.Learned]:
    learned = []
    for item in batch.items:
        message = item.message
        assert message is not None
        if message.type not in ("identify", "group") or (
            message.type == "identify" and item.properties == b"{}"
        ):
            continue
        said = as_object(msgspec.Raw(item.properties))
        one = traits.Learned(trail_id=item.trail_id, at=item.happened_at, source=item.arrival.source)
        if message.type == "identify":
            one.traits = said
        elif message.group_id not in (None, ""):
            one.company_key, one.company = _text(message.group_id)[:255], said
        learned.append(one)
    return learned


def _span(batch: Batch) -> dict[int, tuple[datetime, datetime]]:
    span: dict[int, tuple[datetime, datetime]] = {}
    for item in batch.items:
        at = item.happened_at
        first, last = span.get(item.trail_id, (at, at))
        span[item.trail_id] = (at if at < first else first, at if at > last else last)
    return span


def _table(items: Sequence[Item]) -> pa.Table:
    columns: dict[str, Any] = {
        "message_id": [i.message_id for i in items],
        "trail_id": [i.trail_id for i in items],
        "kind": [i.message.type for i in items if i.message is not None],
        "name": [i.name for i in items],
        "channel": [i.channel for i in items],
        "place": [i.place for i in items],
        "team": [i.team for i in items],
        "stage": [i.stage for i in items],
        "happened_at": _milliseconds([i.happened_at for i in items]),
        "received_at": _milliseconds([i.arrival.received_at for i in items]),
        "source": [i.arrival.source for i in items],
        "value": pa.array([i.value for i in items], pa.float64()).cast(pa.decimal128(18, 4), safe=False),
        "currency": [i.currency for i in items],
        "score": [i.score for i in items],
        "scale": [i.scale for i in items],
        "properties": _texts([i.properties for i in items]),
        "context": _texts(
            [bytes(i.message.context) if _filled(i.message.context) else b"{}" for i in items if i.message]
        ),
        "message": _texts([i.raw for i in items]),
        "sample": [bool(i.arrival.meta.get("sample")) for i in items],
    }
    return pa.Table.from_arrays(
        [
            held if isinstance(held, pa.Array) else pa.array(held, kind.type)
            for held, kind in _with_types(columns)
        ],
        schema=eventlog.SCHEMA,
    )


def _with_types(columns: dict[str, Any]) -> list[tuple[Any, pa.Field]]:
    return [(columns[kind.name], kind) for kind in eventlog.SCHEMA]


def _texts(texts: list[bytes]) -> pa.Array:
    return pa.array(texts, pa.binary()).cast(pa.string())


def _milliseconds(moments: list[datetime]) -> pa.Array:
    epoch = [math.floor(at.timestamp() * 1000 + 0.5) for at in moments]
    return pa.array(epoch, pa.int64()).cast(pa.timestamp("ms", "UTC"))


def _store_what_can_be(batch: Batch, items: list[Item], token: str) -> list[Item]:
    """Halve the batch until what the log cannot hold is found; refuse that and store the rest."""
    try:
        eventlog.append(_table(items), token=token)
        return items
    except eventlog.BadRows as error:
        if len(items) == 1:
            batch.refuse(items[0], Bad(reason="not_stored", detail=str(error)[:500]))
            return []
    middle = len(items) // 2
    return _store_what_can_be(batch, items[:middle], token + "a") + _store_what_can_be(
        batch, items[middle:], token + "b"
    )


def _seen(item: Item, reason: str) -> live.Seen:
    return live.Seen(
        number=live.next_number(),
        message_id=item.message_id,
        trail_id=item.trail_id,
        kind=item.message.type if item.message else "",
        name=item.name or _name_of(item),
        channel=item.channel,
        source=item.arrival.source,
        happened_at=item.happened_at,
        received_at=item.arrival.received_at,
        message=item.raw[:20_000].decode(errors="replace"),
        handles=", ".join(f"{kind}: {value}" for kind, value in item.handles),
        refused=reason,
    )


def _name_of(item: Item) -> str:
    """Return what a refused message may have called itself."""
    try:
        said = json.loads(item.raw)
    except (ValueError, RecursionError):
        return ""
    return str(said.get("event") or said.get("type") or "")[:LONGEST_NAME] if isinstance(said, dict) else ""


def claim(*, alias: str, worker: str, most_messages: int, now: datetime) -> str | None:
    """Take waiting arrivals of a database into a new batch and return its token, or None where nothing waits."""
    token = uuid.uuid4().hex
    waiting = (
        f"SELECT a.id, a.messages FROM {Arrival._meta.db_table} a"
        f" LEFT JOIN {Claim._meta.db_table} c ON c.arrival_id = a.id WHERE c.arrival_id IS NULL ORDER BY a.id LIMIT 500"
    )
    lock = "" if connections[alias].vendor == "sqlite" else " FOR UPDATE OF a SKIP LOCKED"
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(waiting + lock)
        taken, messages = [], 0
        for pk, count in cursor.fetchall():
            taken.append(pk)
            messages += count
            if messages >= most_messages:
                break
        Claim.objects.using(alias).bulk_create(
            [Claim(arrival_id=pk, batch=token, worker=worker, claimed_at=now) for pk in taken]
        )
    return token if taken else None


def load(*, alias: str, token: str, now: datetime) -> Batch:
    """Return a claimed batch with its arrivals, in their order."""
    ids = Claim.objects.using(alias).filter(batch=token).values_list("arrival_id", flat=True)
    arrivals = list(Arrival.objects.using(alias).filter(pk__in=list(ids)).order_by("pk"))
    return Batch(token=token, arrivals=arrivals, now=now)


def finish(*, alias: str, batch: Batch) -> None:
    """Let go of a batch that is in the log."""
    with transaction.atomic(using=alias):
        Arrival.objects.using(alias).filter(pk__in=[arrival.pk for arrival in batch.arrivals])._raw_delete(
            alias
        )
        Claim.objects.using(alias).filter(batch=batch.token)._raw_delete(alias)
    inlet.left(sum(len(arrival.body) for arrival in batch.arrivals))

"""From a waiting arrival to a touchpoint in the log. Who reads STEPS knows Jejak.

A step takes the batch and changes it: `refuse_…` takes out messages with a reason, `put_…` adds what is known,
and at the end every message is a row or refused. `telling` then tells the log and the world. A batch may be done again
after a crash; every step comes to the same result then, or to none.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction

from jejak.people import claims, forgetting, resolving, traits
from jejak.touchpoints import bots, clock, columns, definitions, repeats
from jejak.touchpoints.batch import EARLIEST, LONGEST_NAME, Batch, Item
from jejak.touchpoints.message import NAMES, Bad, as_object, decode, repair, split
from jejak.touchpoints.models import Refusal

_AHEAD = timedelta(days=1)
_NUL = b"\\u0000"
_DAY_SECONDS = 86_400


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
        # One look at the whole body spares one at each message.
        is_plain = _NUL not in body and _is_text(body)
        batch.items += [Item(arrival, position, raw, is_plain) for position, raw in enumerate(raws)]


def put_message(batch: Batch, resolver: resolving.Resolver) -> None:
    """Read every message; what is no message is refused."""

    largest = settings.MESSAGE_BYTES

    def read(item: Item) -> None:
        try:
            item.message = message = decode(item.raw)
            if not item.is_plain and "\\u0000" in item.raw.decode():
                raise Bad(reason="not_json", detail="It holds a NUL character.")
        except (Bad, UnicodeDecodeError) as reason:
            # Perhaps it is only sloppy (NaN, NUL, half pairs, bytes that are no UTF-8): read it as Python would.
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
        item.context = columns.context(message) if message.context else None
        if message.type == "track":
            item.name = (message.event or "").strip()[:LONGEST_NAME]
        else:
            item.name = NAMES[message.type]
        if message.message_id not in (None, ""):
            item.message_id = columns.text(message.message_id)[:LONGEST_NAME]

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
        if (only_signed := item.arrival.meta.get("identity")) is None:
            item.handles = columns.handles(item, countries)
        else:
            columns.put_proven(item, countries, *only_signed)
        if not item.handles:
            raise Bad(reason="nobody", detail=columns.nobody(item.message))

    batch.keep(put)


def refuse_forgotten(batch: Batch, resolver: resolving.Resolver) -> None:
    """Refuse what comes of somebody who was forgotten and may not come back; of it nothing is kept but its name."""
    gone = forgetting.suppressed({handle for item in batch.items for handle in item.handles})
    if not gone:
        return

    def check(item: Item) -> None:
        if not gone.isdisjoint(item.handles):
            item.raw = b"{}"
            raise Bad(reason="forgotten", detail="This person was forgotten and asked not to come back.")

    batch.keep(check)


def drop_repeats(batch: Batch, resolver: resolving.Resolver) -> None:
    """Drop what a sender sent again: a messageId counts once, however often and late it comes."""
    mine = repeats.digest(batch.token)
    first: dict[int, Item] = {}
    kept: list[Item] = []
    for item in batch.items:
        if not item.message_id:
            arrived = repeats.digest(str(item.arrival.received_at))
            item.message_id = f"{item.arrival.pk:x}-{item.position}-{arrived:x}"
            kept.append(item)
        elif first.setdefault(repeats.digest(item.message_id), item) is item:
            kept.append(item)
    if first:
        with transaction.atomic():
            again = repeats.seen_before(sorted(first), mine, int(batch.now.timestamp()) // _DAY_SECONDS)
        if again:
            gone = {id(first[digest]) for digest in again}
            kept = [item for item in kept if id(item) not in gone]
    batch.repeated = len(batch.items) - len(kept)
    batch.items = kept


def put_time(batch: Batch, resolver: resolving.Resolver) -> None:
    """Say when it happened, by our clock: a sender's clock may be wrong, and it says what it showed on sending."""
    skews: dict[tuple[int, Any], timedelta] = {}
    for item in batch.items:
        message, arrival = item.message, item.arrival
        assert message is not None
        sent = message.sent_at if message.sent_at is not None else arrival.meta.get("sent_at")
        if (skew := skews.get((arrival.pk, sent))) is None:
            skew = skews[arrival.pk, sent] = clock.skew(sent=sent, received_at=arrival.received_at)
        at = clock.moment(message.original_timestamp if message.timestamp is None else message.timestamp)
        if at is None:
            item.happened_at = arrival.received_at
            continue
        try:
            at += skew
        except OverflowError:
            at = arrival.received_at
        # Nothing has happened yet that is a day ahead; the message itself keeps what was said.
        item.happened_at = at if EARLIEST <= at <= arrival.received_at + _AHEAD else arrival.received_at


def put_columns(batch: Batch, resolver: resolving.Resolver) -> None:
    """Say how, where, whose and what it was worth, from the message, its properties and what staff have defined."""
    defined = definitions.known()

    def put(item: Item) -> None:
        message, context = item.message, item.context
        assert message is not None
        held = message.traits if message.type in ("identify", "group") else message.properties
        if message.type == "identify" and not columns.filled(held) and context is not None:
            held = context.traits  # RudderStack's clients put them there.
        properties = bytes(held)
        item.properties = properties = b"{}" if properties in (b"", b"null") else properties
        item.known = known = columns.known(properties)
        item.channel = columns.channel(item)
        item.place = columns.word(
            message.place or known.place or (context and context.place) or columns.page_path(context)
        )
        team, stage = defined.get(item.name, ("", ""))
        item.team = columns.word(message.team or known.team or team)
        item.stage = columns.word(message.stage or known.stage or stage)
        for amount in (message.value, known.value, known.revenue, known.total):
            if amount is not None and (value := columns.number(amount)) is not None:
                item.value = value
                item.currency = columns.currency(message.currency or known.currency)
                break
        columns.put_score(item, known)

    batch.keep(put)


def put_person(batch: Batch, resolver: resolving.Resolver) -> None:
    """Find or make the person of each message, and keep what it says of them."""
    if not batch.items:
        return
    for attempt in range(5):
        try:
            with transaction.atomic():
                resolver.begin()
                _resolve(batch.items, resolver)
                claims.note(_claims(batch))
                traits.learn(_learned(batch))
                traits.see(_span(batch))
            break
        except IntegrityError:
            # Another worker met the same newcomer at the same moment; now it can be found.
            traits.unlearn()
            claims.forget()
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
                detail=bad.detail[:2000].replace("\0", ""),  # PostgreSQL's texts hold no NUL.
                name=(item.name or name_of(item)).replace("\0", ""),
                meta={key: held for key, held in item.arrival.meta.items() if key != "replay_of"},
                message=item.raw,
                key=f"{batch.token}:{item.arrival.pk}:{item.position}",
            )
            for item, bad in batch.refused
        ],
        ignore_conflicts=True,
        batch_size=200,
    )


Step = Callable[[Batch, resolving.Resolver], None]

STEPS: tuple[Step, ...] = (
    unpack,
    put_message,
    refuse_bots,
    put_handles,
    refuse_forgotten,
    put_time,
    put_columns,
    drop_repeats,
    put_person,
    keep_refused,
)


def _resolve(items: Sequence[Item], resolver: resolving.Resolver) -> None:
    newly, places, remembered = [], [], []
    for place, item in enumerate(items):
        trail = resolver.placed(item.handles)
        if trail is None or (item.message is not None and item.message.type == "alias"):
            newly.append(item)
            places.append(place)
        else:
            item.trail_id = trail
            remembered.append((place, item))
    countries = settings.PHONE_COUNTRIES
    asked = [
        resolving.Asked(
            handles=item.handles,
            at=item.happened_at,
            source=item.arrival.source,
            is_sample=bool(item.arrival.meta.get("sample")),
            alias_of=columns.alias_of(item, countries),
        )
        for item in newly
    ]
    for item, trail in zip(newly, resolver.resolve(asked), strict=True):
        item.trail_id = trail
    for number, moved in resolver.moved:  # Remembered from before what the batch itself has changed.
        for place, item in remembered:
            if place > places[number] and not moved.isdisjoint(item.handles):
                item.trail_id = resolver.now_of(item.handles) or item.trail_id


def _claims(batch: Batch) -> list[claims.Claim]:
    return [
        claims.Claim(item.trail_id, key, item.happened_at, item.arrival.source)
        for item in batch.items
        if item.claims
        for key in item.claims
    ]


def _is_text(body: bytes) -> bool:
    if body.isascii():
        return True
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _as_list(held: Any) -> list[Any]:
    if not isinstance(held, list):
        raise ValueError("A body is a list of messages.")
    return held


def _learned(batch: Batch) -> list[traits.Learned]:
    learned = []
    for item in batch.items:
        message = item.message
        assert message is not None
        if message.type not in ("identify", "group") or (
            message.type == "identify" and item.properties == b"{}"
        ):
            continue
        if not item.is_proven:
            continue  # Anybody could say anything of anybody.
        said = as_object(msgspec.Raw(item.properties))
        one = traits.Learned(trail_id=item.trail_id, at=item.happened_at, source=item.arrival.source)
        if message.type == "identify":
            one.traits = said
        elif message.group_id not in (None, ""):
            one.company_key = columns.text(message.group_id)[:255]
            # What a page says of its own user is theirs to say; a company is not.
            one.company = {} if "identity" in item.arrival.meta else said
        learned.append(one)
    return learned


def _span(batch: Batch) -> dict[int, tuple[datetime, datetime]]:
    span: dict[int, tuple[datetime, datetime]] = {}
    for item in batch.items:
        if "worked_out" in item.arrival.meta:
            continue  # By ourselves: the person did nothing.
        at = item.happened_at
        first, last = span.get(item.trail_id, (at, at))
        span[item.trail_id] = (at if at < first else first, at if at > last else last)
    return span


def name_of(item: Item) -> str:
    """Return what a refused message may have called itself."""
    try:
        said = json.loads(item.raw)
    except (ValueError, RecursionError):
        return ""
    return str(said.get("event") or said.get("type") or "")[:LONGEST_NAME] if isinstance(said, dict) else ""

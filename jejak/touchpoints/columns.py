"""What fills the columns of a touchpoint: read leniently, because senders write things in many ways."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import msgspec

from jejak.people import resolving, signing
from jejak.people.normalising import normalise
from jejak.touchpoints import scales
from jejak.touchpoints.batch import Item
from jejak.touchpoints.message import Bad, Context, Id, Identity, Integrations, Known, Message, as_object

_context_decoder = msgspec.json.Decoder(Context)
_identity_decoder = msgspec.json.Decoder(Identity)
_integrations_decoder = msgspec.json.Decoder(Integrations)
_known_decoder = msgspec.json.Decoder(Known)
_NOTHING_KNOWN = Known()
_LONGEST_REMEMBERED = 100


def context(message: Message) -> Context | None:
    """Return the parts of the context that become columns, or None where it has an unusual shape."""
    if not filled(message.context):
        return None
    try:
        return _context_decoder.decode(message.context)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None  # A context of an unusual shape is kept; it only fills no columns.


def known(properties: bytes) -> Known:
    """Return the properties that become columns. Raises Bad where they are no JSON."""
    if properties == b"{}":
        return _NOTHING_KNOWN
    try:
        return _known_decoder.decode(properties)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Bad(reason="not_json", detail=str(error)) from error


def filled(raw: bytes | msgspec.Raw) -> bool:
    """Tell whether raw JSON holds anything."""
    return bool(raw) and raw != b"null" and raw != b"{}"


def handles(item: Item, countries: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return by what a message's person is recognised, normalised, strongest first."""
    message = item.message
    assert message is not None
    if message.type == "identify" or message.handles:
        return _all_handles(item, message, countries)
    ids = (message.user_id, message.anonymous_id)
    if any(isinstance(one, str) and len(one) > _LONGEST_REMEMBERED for one in ids):
        return _two_ids.__wrapped__(*ids)  # Senders choose how long ids are; memory is ours.
    return _two_ids(*ids)


_LONGEST_CLAIM = 300
CLAIMED = "claimed_id"
"""The kind of handle that stands in for a claim where a message names no browser. Nothing else has it."""


def put_proven(item: Item, countries: Sequence[str], source_id: int, number: int) -> None:
    """Put the handles of a message whose source is not trusted: its browser's, and what it has a signature of.

    What it only claims goes to item.claims. Where nothing else is left, a stand-in keeps the touchpoint, apart from
    whoever has the claimed handle.
    """
    message = item.message
    assert message is not None
    said = handles(item, countries)
    free = [key for key in said if key[0] == "anonymous_id"]
    if len(free) == len(said):
        item.handles, item.is_proven = said, False
        return
    identity = _identity(item)
    secret = signing.secret(source_id, number)
    signatures = dict(identity.signatures or {})
    if identity.signature is not None:
        signatures.setdefault("user_id", identity.signature)
    proven = [
        key for key in said if key not in free and signing.is_signed(secret, *key, signatures.get(key[0]))
    ]
    item.claims = tuple(key for key in said if key not in free and key not in proven)
    item.is_proven = any(key[0] == "user_id" for key in proven)
    for other in (identity.device, message.previous_id if message.type == "alias" else None):
        if not free and (normal := normalise("anonymous_id", other, ())):
            free.append(("anonymous_id", normal))
    if not proven and not free:
        kind, value = item.claims[0]
        free.append((CLAIMED, f"{source_id}/{kind}:{value[:_LONGEST_CLAIM]}"))
    item.handles = (*proven, *free)


_NO_IDENTITY = Identity()


def _identity(item: Item) -> Identity:
    message = item.message
    assert message is not None
    try:
        if item.context is not None and filled(item.context.identity):
            return _identity_decoder.decode(item.context.identity)
        if filled(message.integrations) and b"Jejak" in bytes(message.integrations):
            return _integrations_decoder.decode(message.integrations).jejak or _NO_IDENTITY
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # Whatever it is, it proves nothing.
    return _NO_IDENTITY


@lru_cache(maxsize=50_000, typed=True)
def _two_ids(user_id: Id, anonymous_id: Id) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    _add(found, "user_id", user_id, ())
    _add(found, "anonymous_id", anonymous_id, ())
    return tuple(found.items())


def _all_handles(item: Item, message: Message, countries: Sequence[str]) -> tuple[tuple[str, str], ...]:
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
    if (number := found.get("whatsapp", "")).startswith("+"):
        found.setdefault(
            "phone", number
        )  # A WhatsApp number is a phone number: whoever calls from it is the same.
    return tuple(sorted(found.items(), key=lambda key: (resolving.strength(key), key)))


def _add(found: dict[str, str], kind: str, value: Any, countries: Sequence[str]) -> None:
    if value is None or kind in found:
        return
    normal = normalise(kind, value, countries)
    if normal is not None:
        found[kind] = normal


def nobody(message: Message | None) -> str:
    """Say why a message recognises nobody."""
    assert message is not None
    given = [
        f"{field}={value!r}"
        for field, value in (("userId", message.user_id), ("anonymousId", message.anonymous_id))
    ]
    return f"Neither userId nor anonymousId nor another handle recognises anybody: {', '.join(given)[:200]}."


def alias_of(item: Item, countries: Sequence[str]) -> str | None:
    """Return the id that an alias message says is the same person, or None."""
    message = item.message
    if message is None or message.type != "alias" or message.previous_id is None:
        return None
    if "identity" in item.arrival.meta:
        return None  # Who is only signed for may name any id as their earlier one.
    return normalise("user_id", message.previous_id, countries)


_CHANNELS = {"server": "", "mobile": "app", "sources": "", "browser": "web", "client": "web", "http": ""}


def channel(item: Item) -> str:
    """Return how it happened: as the message says, else as its source does, else as its shape tells."""
    message, held = item.message, item.context
    assert message is not None
    said: Any = message.channel or (held.channel if held else None)
    if said:
        said = said.strip().lower()
        said = _CHANNELS.get(said, said)  # Some clients name where their code runs, which is no channel.
    if not said:
        said = item.arrival.meta.get("channel") or (item.known.channel if item.known else None)
    if not said and held is not None and held.page is not None:
        said = "web"
    if not said and message.type == "screen":
        said = "app"
    return word(said)[:60]


def page_path(held: Context | None) -> str:
    """Return the path of the page it happened on, or ""."""
    return (held.page.path or "") if held is not None and held.page is not None else ""


def word(said: Any) -> str:
    """Return what was said as a short text; anything but text and numbers is none."""
    if not said:
        return ""
    return text(said).strip()[:200] if isinstance(said, str | int | float) else ""


def text(said: str | int | float) -> str:
    """Return an id as text: 42, 42.0 and "42" are the same."""
    if isinstance(said, float) and said.is_integer():
        return str(int(said))
    return said if isinstance(said, str) else str(said)


_MOST = 1e13


def number(said: Any) -> float | None:
    """Return an amount or a score as a number, or None where it is none that the log can hold."""
    if type(said) is float or type(said) is int:
        return float(said) if -_MOST < said < _MOST else None
    if not isinstance(said, str | int) or isinstance(said, bool):
        return None
    try:
        exact = Decimal(said.strip() if isinstance(said, str) else said)
    except (InvalidOperation, ValueError):
        return None
    return float(exact) if exact.is_finite() and abs(exact) < _MOST else None


def currency(said: Any) -> str:
    """Return a currency's three letters, or ""."""
    return _letters(said.strip()[:4]) if isinstance(said, str) else ""


@lru_cache(maxsize=1000)
def _letters(said: str) -> str:
    letters = said.upper()
    return letters if len(letters) == 3 and letters.isascii() and letters.isalpha() else ""


def put_score(item: Item, known: Known) -> None:
    """Put the score and its scale. Raises Bad where the score is not on it."""
    message = item.message
    assert message is not None
    named, said = message.scale or known.scale, known.score if message.score is None else message.score
    if not isinstance(named, str) or said is None:
        return
    try:
        scale = scales.parse(named)
    except scales.UnknownScale:
        return  # A game's score on a "scale" of its own is a property like any other.
    score = number(said)
    if score is None or not scale.holds(score):
        raise Bad(
            reason="off_scale",
            detail=f"score is {str(said)[:40]!r}; {scale.key} goes from {scale.low} to {scale.high}.",
        )
    item.score, item.scale = score, scale.key

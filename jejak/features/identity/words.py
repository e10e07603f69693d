"""What staff read: why two trails are one person, or may be."""

import contextlib
from collections.abc import Mapping
from typing import Any

import phonenumbers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HANDLES: dict[str, Promise] = {
    "user_id": _("User id"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "whatsapp": _("WhatsApp"),
    "telegram": _("Telegram"),
    "anonymous_id": _("Browser or device"),
    "order_id": _("Order"),
    "customer_id": _("Customer id"),
    "claimed_id": _("Claimed id"),
}
_ICONS = {
    "user_id": "identification-badge",
    "email": "envelope",
    "phone": "phone",
    "whatsapp": "whatsapp-logo",
    "telegram": "telegram-logo",
    "anonymous_id": "fingerprint",
    "order_id": "receipt",
}
_SAME: dict[str, Promise] = {
    "same_email": _("They gave the same e-mail %(handle)s on %(day)s through “%(source)s”."),
    "same_phone": _("They gave the same phone %(handle)s on %(day)s through “%(source)s”."),
    "same_whatsapp": _(
        "They wrote from the same WhatsApp number %(handle)s on %(day)s through “%(source)s”."
    ),
    "same_telegram": _(
        "They wrote from the same Telegram account %(handle)s on %(day)s through “%(source)s”."
    ),
    "same_anonymous_id": _("They used the same browser or device on %(day)s through “%(source)s”."),
    "same_user_id": _("They have the same user id %(handle)s since %(day)s through “%(source)s”."),
    "same_id": _("They have the same id %(handle)s since %(day)s through “%(source)s”."),
    "alias": _("“%(source)s” said on %(day)s that %(previous)s is an earlier id of %(handle)s."),
}
_STAFF = _("%(by)s said on %(day)s that they are one person.")
_SOMEBODY = _("It was decided on %(day)s that they are one person.")
SHORT: dict[str, Promise] = {
    "same_email": _("Same e-mail"),
    "same_phone": _("Same phone"),
    "same_whatsapp": _("Same WhatsApp"),
    "same_telegram": _("Same Telegram"),
    "same_anonymous_id": _("Same browser"),
    "same_user_id": _("Same user id"),
    "same_id": _("Same id"),
    "alias": _("Earlier id"),
    "staff": _("Said by staff"),
}
SUGGESTED: dict[str, Promise] = {
    "fuzzy": _("They look alike"),
    "claimed": _("Claimed without proof"),
    "too_many": _("Too many to join"),
    "shared_user_id": _("They share a user id"),
    "shared_email": _("They share an e-mail"),
    "shared_phone": _("They share a phone"),
    "shared_whatsapp": _("They share a WhatsApp number"),
    "shared_telegram": _("They share a Telegram account"),
    "shared_anonymous_id": _("They share a browser or device"),
}
FIELDS: dict[str, Promise] = {
    "name": _("Name"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "address": _("Address"),
    "city": _("City"),
    "date_of_birth": _("Date of birth"),
    "company": _("Company"),
}


def word(words: Mapping[str, Promise], key: str) -> str:
    """Return what staff read for a key; a key of somebody's own is written as they wrote it."""
    return str(words.get(key) or key.replace("_", " ").strip().capitalize())


def handle_icon(kind: str) -> str:
    """Return the sign of a kind of handle."""
    return _ICONS.get(kind, "tag")


def handle_text(kind: str, value: str) -> str:
    """Return a handle as staff read it: a phone number with its spaces, a browser by its beginning."""
    if kind == "anonymous_id" and len(value) > 20:
        return f"{value[:12]}…"
    if kind in {"phone", "whatsapp"} and value.startswith("+"):
        with contextlib.suppress(phonenumbers.NumberParseException):
            return phonenumbers.format_number(
                phonenumbers.parse(value), phonenumbers.PhoneNumberFormat.INTERNATIONAL
            )
    return value


def sentence(rule: str, evidence: Mapping[str, Any], *, day: str, by: str) -> str:
    """Return in plain words why two trails are one person."""
    handles = [one for one in evidence.get("handles") or [] if isinstance(one, list) and len(one) == 2]
    kind = rule.removeprefix("same_")
    named = next((one for one in handles if one[0] == kind), handles[-1] if handles else ["", ""])
    if rule == "alias" and handles:
        named = handles[0]
    previous = evidence.get("previous") or (handles[-1][1] if handles else "")
    source = evidence.get("source") or "–"
    if rule in _SAME:
        held = {"handle": handle_text(*named), "day": day, "source": source, "previous": previous}
        return str(_SAME[rule]) % held
    return str(_STAFF if by else _SOMEBODY) % {"by": by, "day": day}

"""What staff read: names of kinds, handles and rules, and the signs beside them."""

import contextlib

import phonenumbers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: dict[str, Promise] = {
    "track": _("What happened"),
    "page": _("Pages"),
    "screen": _("Screens"),
    "identify": _("What was said"),
    "group": _("Companies"),
    "alias": _("Ids joined"),
}
TRAITS: dict[str, Promise] = {
    "name": _("Name"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "city": _("City"),
    "country": _("Country"),
    "address": _("Address"),
    "birthday": _("Birthday"),
    "gender": _("Gender"),
    "language": _("Language"),
    "plan": _("Plan"),
}
HANDLES: dict[str, Promise] = {
    "user_id": _("User id"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "whatsapp": _("WhatsApp"),
    "telegram": _("Telegram"),
    "anonymous_id": _("Browser or device"),
    "order_id": _("Order"),
    "customer_id": _("Customer id"),
}
_HANDLE_ICONS = {
    "user_id": "identification-badge",
    "email": "envelope",
    "phone": "phone",
    "whatsapp": "whatsapp-logo",
    "telegram": "telegram-logo",
    "anonymous_id": "fingerprint",
    "order_id": "receipt",
}
_KIND_ICONS = {
    "page": "browser",
    "screen": "device-mobile",
    "identify": "identification-card",
    "group": "buildings",
    "alias": "link",
}
_CHANNEL_ICONS = {
    "web": "cursor-click",
    "app": "device-mobile",
    "email": "envelope",
    "whatsapp": "whatsapp-logo",
    "telegram": "telegram-logo",
    "phone": "phone-call",
    "sms": "device-mobile",
    "store": "storefront",
    "social": "share-network",
    "chat": "chat-circle-dots",
    "post": "article",
}
# The first word of a name that is here decides; names say more than channels do.
_NAME_ICONS = (
    (("refund", "return", "cancel"), "arrow-counter-clockwise"),
    (("deliver", "ship", "courier", "dispatch"), "truck"),
    (("pay", "invoice", "transaction"), "credit-card"),
    (("cart", "checkout", "basket", "added"), "shopping-cart"),
    (("order", "purchase", "bought"), "shopping-bag"),
    (("survey", "review", "rating", "feedback", "nps", "csat"), "star"),
    (("ticket", "complain", "case", "issue"), "lifebuoy"),
    (("call",), "phone-call"),
    (("email", "newsletter", "campaign", "bounce"), "envelope-open"),
    (("message", "chat", "conversation", "reply"), "chat-circle-text"),
    (("search",), "magnifying-glass"),
    (("viewed", "visited"), "eye"),
    (("sign", "login", "logged", "register", "account"), "sign-in"),
    (("subscri", "trial", "renew"), "calendar-check"),
    (("reward", "point", "coupon", "voucher", "gift"), "gift"),
    (("application", "submitted", "form", "offer", "document"), "clipboard-text"),
)


def word(words: dict[str, Promise], key: str) -> Promise | str:
    """Return what staff read for a key; a key of somebody's own is written as they wrote it."""
    return words.get(key) or key.replace("_", " ").strip().capitalize()


def handle_text(kind: str, value: str) -> str:
    """Return a handle as staff read it: a phone number with its spaces."""
    if kind not in {"phone", "whatsapp"} or not value.startswith("+"):
        return value
    with contextlib.suppress(phonenumbers.NumberParseException):
        number = phonenumbers.parse(value)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return value


def handle_icon(kind: str) -> str:
    """Return the sign of a kind of handle."""
    return _HANDLE_ICONS.get(kind, "tag")


def icon(kind: str, name: str, channel: str) -> str:
    """Return the sign of a touchpoint: by its kind, its name, or its channel."""
    if kind in _KIND_ICONS:
        return _KIND_ICONS[kind]
    lowered = name.lower()
    for beginnings, sign in _NAME_ICONS:
        if any(beginning in lowered for beginning in beginnings):
            return sign
    return _CHANNEL_ICONS.get(channel, "footprints")

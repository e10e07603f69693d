"""What people read for the keys that touchpoints carry."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHANNELS: dict[str, Promise] = {
    "web": _("Web"),
    "app": _("App"),
    "email": _("E-mail"),
    "whatsapp": _("WhatsApp"),
    "telegram": _("Telegram"),
    "phone": _("Phone"),
    "store": _("Store"),
    "social": _("Social media"),
    "marketplace": _("Marketplace"),
    "chat": _("Chat"),
    "sms": _("SMS"),
    "post": _("Post"),
    "server": _("Server"),
    "import": _("Import"),
}
OFFERED = ("web", "app", "email", "whatsapp", "telegram", "phone", "store", "social")
"""Channels to choose from, in their order."""


def channel(key: str) -> str:
    """Return what people read for a channel; one of somebody's own is written as they wrote it."""
    return str(CHANNELS.get(key) or key.replace("_", " ").strip().capitalize())


def channels_offered() -> list[tuple[str, Promise]]:
    """Return the channels to choose from, each with its word."""
    return [(key, CHANNELS[key]) for key in OFFERED]

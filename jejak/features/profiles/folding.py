"""A visit, an order or a conversation in one sentence."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jejak.features.profiles import orders, timeline
from jejak.features.profiles.timeline import Fold, Happened
from jejak.touchpoints.words import channel as channel_word

_ABOUT = ("subject", "about", "topic", "title", "reason")
_SITES = {
    "instagram": "Instagram", "ig": "Instagram", "facebook": "Facebook", "fb": "Facebook", "tiktok": "TikTok",
    "google": "Google", "bing": "Bing", "youtube": "YouTube", "whatsapp": "WhatsApp", "t": "X", "twitter": "X",
    "x": "X", "shopee": "Shopee", "tokopedia": "Tokopedia", "lazada": "Lazada",
}  # fmt: skip

Told = tuple[str, str, str, str]
"""Title, sentence, icon and tone."""


def told(fold: Fold) -> Told:
    """Say what a fold was."""
    say = {timeline.VISIT: _visit, timeline.ORDER: _order, timeline.CONVERSATION: _conversation}
    return say[fold.kind](fold)


def lasting(span: timedelta) -> str:
    """Return "9 minutes", "3 hours", "2 days"; "" for less than a minute."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 1:
        return ""
    if minutes < 90:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    if hours < 36:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = round(hours / 24)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def came_from(happened: Happened) -> str:
    """Return from where a visit came: the campaign's source, else the site that led here; "" where neither is told."""
    context = _object(happened.message.get("context"))
    page = _object(context.get("page"))
    said = (
        _object(context.get("campaign")).get("source")
        or happened.details.get("utm_source")
        or _host(page.get("referrer") or happened.details.get("referrer"), unlike=page.get("url"))
    )
    if not isinstance(said, str) or not said.strip():
        return ""
    parts = said.strip().lower().removeprefix("www.").split(".")
    known = next((_SITES[part] for part in parts if part in _SITES), "")
    return known or said.strip()[:60]


def _visit(fold: Fold) -> Told:
    if fold.pages:
        title = ngettext("Visit of %(n)s page", "Visit of %(n)s pages", fold.pages) % {"n": fold.pages}
    else:
        title = ngettext("Visit with %(n)s step", "Visit with %(n)s steps", fold.count) % {"n": fold.count}
    where = came_from(fold.happened[-1])
    sentence = _sentence(
        lasting(fold.last_at - fold.first_at), _("came from %(where)s") % {"where": where} if where else ""
    )
    app = all(one.channel == "app" for one in fold.happened)
    return title, sentence, "device-mobile" if app else "browser", ""


def _order(fold: Fold) -> Told:
    order = orders.read(fold.name, fold.happened)
    today = timezone.localdate()
    title = _("Order %(name)s") % {"name": fold.name[:60]}
    return title, _sentence(order.amount, order.state(today)), "shopping-bag", order.tone(today)


def _conversation(fold: Fold) -> Told:
    channels = list(dict.fromkeys(one.channel for one in fold.happened if one.channel))
    about = next(
        (str(one.details[key]) for one in reversed(fold.happened) for key in _ABOUT if one.details.get(key)),
        "",
    )
    if about:
        title = _("Conversation: %(about)s") % {"about": about[:80].replace("_", " ")}
    elif len(channels) == 1:
        title = _("Conversation on %(channel)s") % {"channel": channel_word(channels[0])}
    else:
        title = _("Conversation")
    steps = ngettext("%(n)s message", "%(n)s messages", fold.count) % {"n": fold.count}
    moved = sum(_transfers(one) for one in fold.happened)
    transfers = ngettext("%(n)s transfer", "%(n)s transfers", moved) % {"n": moved} if moved else ""
    sentence = _sentence(steps, transfers, lasting(fold.last_at - fold.first_at))
    return title, sentence, "chats-circle", ""


def _transfers(happened: Happened) -> int:
    said = happened.details.get("transfers")
    if isinstance(said, int) and not isinstance(said, bool) and 0 < said < 1000:
        return said
    return int("transfer" in happened.name.lower())


def _sentence(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _host(address: Any, *, unlike: Any) -> str:
    def host(said: Any) -> str:
        try:
            return (urlsplit(said).hostname or "") if isinstance(said, str) else ""
        except ValueError:
            return ""

    return "" if host(address) == host(unlike) else host(address)


def _object(held: Any) -> dict[str, Any]:
    return held if isinstance(held, dict) else {}

"""The latest touchpoints of all people of a company."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from jejak import eventlog
from jejak.backoffice.components import Moment
from jejak.common.money import money
from jejak.common.numbers import number
from jejak.people.whole import wholes
from jejak.touchpoints.words import channel as channel_word

_MOST = 30
_VALUE = gettext_lazy("Value")
_ICONS = {
    "email": "envelope",
    "whatsapp": "whatsapp-logo",
    "telegram": "telegram-logo",
    "phone": "phone",
    "store": "storefront",
    "web": "browser",
    "app": "device-mobile",
    "chat": "chat-circle-dots",
}
_LINES = ("title", "subject", "path", "product", "product_name", "order_id", "role", "comment", "message")


def latest(of: Mapping[int, int]) -> list[Moment]:
    """Return the last moments of people, newest first, each with whose it is. of: {trail: person}.

    Raises eventlog.Away.
    """
    if not of:
        return []
    answer = eventlog.ask(_LATEST, trails=list(of), limit=_MOST)
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    people = wholes({of[row["trail_id"]] for row in rows})
    names = {pk: person.title for pk, person in people.items()}
    return [_moment(row, of, names) for row in rows]


# A message may have megabytes; of a long one nothing is shown but its name.
_LATEST = """
    SELECT
        trail_id, name, channel, happened_at, value, currency, score, scale, sample,
        substringUTF8(message, 1, 4000) AS raw
    FROM touchpoints
    WHERE trail_id IN {trails:Array(UInt64)} AND kind IN ('track', 'page', 'screen')
    ORDER BY happened_at DESC, message_id DESC
    LIMIT {limit:UInt32}
"""


def _moment(row: Mapping[str, Any], of: Mapping[int, int], names: Mapping[int, str]) -> Moment:
    person = of[row["trail_id"]]
    facts: list[tuple[Any, Any]] = []
    if row["value"] is not None and row["currency"]:
        facts.append((_VALUE, money(row["value"], row["currency"])))
    if row["score"] is not None:
        facts.append((row["scale"].upper(), number(row["score"])))
    text = _line(row["raw"])
    return Moment(
        at=row["happened_at"],
        title=row["name"],
        icon=_ICONS.get(row["channel"], "footprints"),
        channel=channel_word(row["channel"]) if row["channel"] else "",
        text=" · ".join(part for part in (names.get(person, ""), text) if part),
        facts=facts,
        sample=bool(row["sample"]),
        href=_link(person),
    )


def _line(raw: str) -> str:
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    held = message.get("properties") if isinstance(message, dict) else None
    said: Sequence[Any] = [held.get(key) for key in _LINES] if isinstance(held, dict) else []
    return next((one[:120] for one in said if isinstance(one, str) and one), "")


def _link(person: int) -> str:
    try:
        return reverse("profiles:person", args=[person])
    except NoReverseMatch:
        return ""

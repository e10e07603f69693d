"""What the cards beside a person's timeline show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from jejak import eventlog
from jejak.common.money import money
from jejak.common.numbers import number
from jejak.features.profiles import moments, words
from jejak.features.profiles import numbers as figures
from jejak.features.profiles.timeline import Happened
from jejak.people.merging import trail_ids
from jejak.people.models import Person

_MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A month of a person's last twelve, drawn 120 wide and 36 high."""

    month: date
    touchpoints: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Change:
    """A trait got a value. before: the value it had; None where it had none."""

    key: str
    value: str
    before: str | None
    at: datetime
    source: str


def told(request: HttpRequest, trail_ids: Sequence[int]) -> figures.Numbers | None:
    """Return a person's numbers, or None where the log is away; asked once for all parts of a page."""
    if _TOLD not in request.META:
        try:
            request.META[_TOLD] = figures.numbers(trail_ids, zone=timezone.get_current_timezone_name())
        except eventlog.Away:
            request.META[_TOLD] = None
    known: figures.Numbers | None = request.META[_TOLD]
    return known


_TOLD = "jejak.profiles.numbers"


def numbers(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return the context of the card of numbers; away is True where the log does not answer."""
    known = told(request, trail_ids(person.pk))
    if known is None:
        return {"away": True}
    return {
        "touchpoints": known.touchpoints,
        "values": [_amount(value, currency) for currency, value in known.values.items()],
        "scores": [
            (moments.score_text(one.score, one.scale), moments.score_tone(one.score, one.scale), one.at)
            for one in known.scores[:3]
        ],
        "channels": [
            (words.word(words.CHANNELS, channel), words.icon("", "", channel), count)
            for channel, count in list(known.channels.items())[:4]
        ],
        "bars": _bars(known.months, timezone.localdate()),
    }


def changes(said: list[Happened]) -> list[Change]:
    """Return when each trait changed, newest first; saying the same again changes nothing."""
    held: dict[str, str] = {}
    found = []
    for one in reversed(said):
        for key, value in one.details.items():
            text = shown(value)
            if held.get(key) != text:
                found.append(
                    Change(key=key, value=text, before=held.get(key), at=one.happened_at, source=one.source)
                )
                held[key] = text
    return found[::-1]


def shown(value: object) -> str:
    """Return the value of a trait as staff read it."""
    if isinstance(value, list):
        return ", ".join(shown(one) for one in value[:20])
    if isinstance(value, dict):
        return ", ".join(f"{key}: {shown(one)}" for key, one in list(value.items())[:20])
    return moments.plain(value) or "–"


def _amount(value: Any, currency: str) -> str:
    return money(value, currency) if currency else number(value, decimals=2)


def _bars(months: dict[date, int], today: date) -> list[Bar]:
    index = today.year * 12 + today.month - 1
    last = [date(at // 12, at % 12 + 1, 1) for at in range(index - _MONTHS + 1, index + 1)]
    most = max((months.get(month, 0) for month in last), default=0)
    if not most:
        return []
    heights = [max(1, round(36 * months.get(month, 0) / most)) for month in last]
    return [
        Bar(month=month, touchpoints=months.get(month, 0), x=10 * at + 1, y=36 - height, height=height)
        for at, (month, height) in enumerate(zip(last, heights, strict=True))
    ]

"""What the cards beside a person's timeline show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from jejak import eventlog
from jejak.common.money import money
from jejak.common.numbers import number
from jejak.features.profiles import moments, words
from jejak.features.profiles import numbers as figures
from jejak.features.profiles.timeline import Happened
from jejak.people.merging import trail_ids
from jejak.people.models import Merge, Person, Suggestion
from jejak.people.whole import Whole, wholes

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
class Suggested:
    """Somebody who may be the same person, and why."""

    other: Whole
    rule: str
    evidence: str
    suggested_at: datetime


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A merge that stands: why two trails are one person, since when, and who said so."""

    rule: str
    evidence: list[tuple[str, str]]
    merged_at: datetime
    by: str


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


def suggestions(person: Person) -> list[Suggested]:
    """Return who else a person may be, the newest suggestion first."""
    mine = trail_ids(person.pk)
    either = Q(person__in=mine) | Q(other__in=mine)
    open_ones = Suggestion.objects.filter(either, decided_at=None).select_related("person", "other")
    found: dict[int, Suggested] = {}
    asked = list(open_ones.order_by("-suggested_at", "-pk")[:20])
    sides = [one.other if one.person_id in mine else one.person for one in asked]
    others = wholes({side.root_id or side.pk for side in sides})
    for one, side in zip(asked, sides, strict=True):
        root = side.root_id or side.pk
        if root == person.pk or root not in others:
            continue  # They have become one since.
        shared = one.evidence.get("shared")
        found.setdefault(
            root,
            Suggested(
                other=others[root],
                rule=str(words.word(words.RULES, one.rule)),
                evidence=str(shared[1]) if isinstance(shared, list) and len(shared) == 2 else "",
                suggested_at=one.suggested_at,
            ),
        )
    return list(found.values())


def joined(person: Whole) -> list[Joined]:
    """Return the merges that make a person one, newest first."""
    if len(person.trails) == 1:
        return []
    edges = Merge.objects.filter(person__in=person.trail_ids, undone_at=None).select_related("merged_by")
    return [
        Joined(
            rule=str(words.word(words.RULES, edge.rule)),
            evidence=list(_evidence(edge.evidence)),
            merged_at=edge.merged_at,
            by=edge.merged_by.get_full_name() or edge.merged_by.get_username() if edge.merged_by else "",
        )
        for edge in edges.order_by("-merged_at", "-pk")
    ]


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


def _evidence(evidence: dict[str, Any]) -> list[tuple[str, str]]:
    handles = evidence.get("handles")
    pairs = [
        (str(words.word(words.HANDLES, kind)), str(value))
        for kind, value in (handles if isinstance(handles, list) else [])
    ]
    if previous := evidence.get("previous"):
        pairs.append((_("Earlier id"), str(previous)))
    if note := evidence.get("note"):
        pairs.append((_("Note"), str(note)))
    if source := evidence.get("source"):
        pairs.append((_("Source"), str(source)))
    return pairs


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

"""What there is to choose from: words of the log, audiences, numbers; and how filters are said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jejak import eventlog, measures
from jejak.audiences.models import Audience
from jejak.features.dashboards.filters import DAYS, NOT_SAID, Narrowed
from jejak.measures import Window, saying
from jejak.measures.volume import HAPPENED
from jejak.questions.answering import once

Choice = tuple[str, Any]
_LOOKED_BACK_DAYS, _KEPT_SECONDS, _MOST = 90, 600, 300


@dataclass(frozen=True, kw_only=True)
class Words:
    """The channels, places, teams and touchpoints of the last 90 days, by name."""

    channel: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    name: tuple[str, ...] = ()


def words(*, now: datetime) -> Words:
    """Return what happened of late is called. Kept for ten minutes. Raises eventlog.Away."""
    key = "dashboards:words"
    known: Words | None = cache.get(key)
    if known is None:
        known = once(f"{key}:asked", lambda: _words(now))
        cache.set(key, known, _KEPT_SECONDS if known.name else 5)
    return known


def _words(now: datetime) -> Words:
    columns = ", ".join(
        f"groupUniqArray({_MOST})(toString({one}))" for one in ("channel", "place", "team", "name")
    )
    row = eventlog.ask(
        f"SELECT {columns} FROM touchpoints"
        f" WHERE {HAPPENED} AND happened_at >= {{since:DateTime64(3, 'UTC')}}",
        since=now - timedelta(days=_LOOKED_BACK_DAYS),
    ).rows[0]
    channel, place, team, name = (tuple(sorted(word for word in one if word)) for one in row)
    return Words(channel=channel, place=place, team=team, name=name)


def audiences() -> list[Choice]:
    """Return the audiences there are, as choices."""
    return list(Audience.objects.filter(archived_at=None).order_by("name").values_list("key", "name"))


def numbers() -> list[tuple[str, list[Choice]]]:
    """Return the numbers that can be told, in groups."""
    groups: dict[str, list[Choice]] = {}
    for measure in measures.listed():
        title = str(measures.scale_title(measure.scale)) if measure.scale else str(_("What happens"))
        groups.setdefault(title, []).append((measure.key, str(measure.title)))
    return list(groups.items())


def windows() -> list[Choice]:
    return [(str(days), last(days)) for days in DAYS]


def last(days: int) -> str:
    """Return "Last 28 days"."""
    return _("Today") if days == 1 else _("Last %(n)s days") % {"n": days}


def compared() -> list[Choice]:
    return [("before", _("The days before")), ("year", _("A year before")), ("none", _("Nothing"))]


def choices(column: str, found: Sequence[str], chosen: str | None) -> list[Choice]:
    """Return the words of a column as choices, and the chosen one even where it did not happen of late."""
    listed = sorted({*found, *([chosen] if chosen else [])})
    return [*((word, saying.group(column, word)) for word in listed), (NOT_SAID, saying.group(column, ""))]


def said(narrowed: Narrowed) -> str:
    """Return a tile's own filters in words: "WhatsApp · Last 7 days"."""
    parts = [
        saying.group(column, word)
        for column in ("channel", "place", "team", "name")
        if (word := getattr(narrowed, column)) is not None
    ]
    if narrowed.audience:
        name = Audience.objects.filter(key=narrowed.audience).values_list("name", flat=True).first()
        parts.append(name or narrowed.audience)
    if narrowed.from_on and narrowed.to_on:
        parts.append(f"{day(narrowed.from_on)} – {day(narrowed.to_on)}")
    elif narrowed.days:
        parts.append(last(narrowed.days))
    return " · ".join(parts)


def spanned(window: Window) -> str:
    """Return "26 October – 22 November 2026"."""
    return saying.span(window)


def day(on: Any) -> str:
    return formats.date_format(on, "j M Y")


def shapes() -> list[Choice]:
    """Return how a measure can be shown."""
    return [
        ("number", pgettext("how a tile shows it", "One number, with its change")),
        ("line", _("A line over time")),
        ("channel", _("Bars by channel")),
        ("name", _("Bars by touchpoint")),
        ("place", _("Bars by place")),
        ("team", _("Bars by team")),
    ]

"""The figures of the capture pages."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Sum

from jejak import eventlog
from jejak.features.capture.models import Tally
from jejak.touchpoints.models import Refusal

_FRESH_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Today:
    """What the door counted on one day, of one source or of all."""

    kept: int = 0
    refused: int = 0
    opted_out: int = 0


def today(on: date) -> Today:
    """Return what all sources sent."""
    told = Tally.objects.filter(on=on).aggregate(
        kept=Sum("kept", default=0), refused=Sum("refused", default=0), opted_out=Sum("opted_out", default=0)
    )
    return Today(**told)


def today_by_source(on: date) -> dict[int, Today]:
    """Return what each source sent, by its id."""
    return {
        tally.source_id: Today(kept=tally.kept, refused=tally.refused, opted_out=tally.opted_out)
        for tally in Tally.objects.filter(on=on)
    }


def by_day(source_id: int, *, until: date, days: int) -> list[tuple[date, Today]]:
    """Return what one source sent on each of the last days, oldest first; a day without anything is zero."""
    since = until - timedelta(days=days - 1)
    told = {
        tally.on: Today(kept=tally.kept, refused=tally.refused, opted_out=tally.opted_out)
        for tally in Tally.objects.filter(source_id=source_id, on__gte=since, on__lte=until)
    }
    return [(day, told.get(day, Today())) for day in (since + timedelta(days=n) for n in range(days))]


def refused_by_reason(source: str = "") -> list[tuple[str, int]]:
    """Return how many refusals of each reason wait for somebody, most first."""
    waiting = Refusal.objects.filter(replayed_at=None)
    if source:
        waiting = waiting.filter(source=source)
    told = waiting.values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    return list(told)


@dataclass(frozen=True, kw_only=True)
class Frequency:
    """How often a touchpoint happened, first and last."""

    n: int
    first_at: datetime
    last_at: datetime


_guard = threading.Lock()
_frequencies: dict[str, Frequency] = {}
_asked_at = float("-inf")


def frequencies() -> dict[str, Frequency]:
    """Return how often each touchpoint happened, at most half a minute ago. Raises eventlog.Away."""
    global _frequencies, _asked_at
    with _guard:  # One question for all who ask at once: it reads a column of the whole log.
        if time.monotonic() - _asked_at > _FRESH_SECONDS:
            _frequencies = {
                name: Frequency(n=n, first_at=first, last_at=last) for name, n, first, last in _told()
            }
            _asked_at = time.monotonic()
        return _frequencies


def known_frequencies() -> dict[str, Frequency] | None:
    """Return what was counted within the last half minute, or None: then frequencies() takes its time."""
    if time.monotonic() - _asked_at > _FRESH_SECONDS:
        return None
    return _frequencies


def _told() -> Sequence[tuple[Any, ...]]:
    return eventlog.ask(
        "SELECT toString(name), count(), min(happened_at), max(happened_at) FROM touchpoints GROUP BY name"
    ).rows

"""My touchpoints: what changed for customers on the things that somebody owns, this week against the one before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from jejak import eventlog, measures
from jejak.common.masking import masked
from jejak.features.dashboards.models import Alert, Told
from jejak.measures import KEPT, TOUCHPOINTS, Change, Filters, Measure, Window
from jejak.staff.models import User
from jejak.touchpoints.models import Definition

DAYS = 7
_MOST = 12
_MOST_QUOTES = 6


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody wrote, masked."""

    text: str
    score: float | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Owned:
    """One touchpoint: how often, how it was rated, whether its promises were kept, what was said, what is out."""

    name: str
    sentence: str
    volume: Change
    changes: Sequence[tuple[Measure, Change]]
    said: Sequence[Said]
    alerts: Sequence[Alert]


def names_of(user: User) -> list[str]:
    """Return the touchpoints that somebody owns: those of their teams, and those they follow."""
    prefs = Told.objects.filter(user=user).first()
    followed = [str(name) for name in prefs.names] if prefs else []
    teams = list(user.teams.values_list("name", "key"))
    words = {word for pair in teams for word in pair}
    own = Definition.objects.filter(team__in=words).values_list("name", flat=True) if words else []
    return list(dict.fromkeys([*followed, *own]))


def follow(*, user: User, names: Sequence[str]) -> None:
    """Have somebody follow these touchpoints, and no others beside those of their teams."""
    known = set(Definition.objects.filter(name__in=names).values_list("name", flat=True))
    Told.objects.update_or_create(
        user=user, defaults={"names": [name for name in names if name in known][:50]}
    )


def told(user: User, *, now: datetime, with_words: bool) -> list[Owned]:
    """Return what changed on each of them, the most frequent first. Raises eventlog.Away, eventlog.TooExpensive."""
    names = names_of(user)
    if not names:
        return []
    until_on = Window.last(1, now=now, zone=settings.TIME_ZONE).from_on
    # Whole days: a week that has just begun would look quiet.
    week = Window(from_on=until_on - timedelta(days=DAYS), until_on=until_on, zone=settings.TIME_ZONE)
    filters = Filters(window=week)
    before = filters.within(week.before(now=now))
    by_name = measures.Split(by="name")
    scales = [scale for scale, _n in measures.scales(filters)]
    asked = [TOUCHPOINTS, KEPT, *(measures.measures_of(scale)[0] for scale in scales)]
    changed = measures.change_together(asked, filters, before, now=now, splits=[by_name])
    found: dict[str, dict[str, Change]] = {}
    for measure in asked:
        for change in changed[measure.key, by_name]:
            found.setdefault(change.now.group or "", {})[measure.key] = change
    here = sorted(
        (name for name in names if name in found),
        key=lambda name: -found[name][TOUCHPOINTS.key].now.estimate.n,
    )[:_MOST]
    sentences = dict(Definition.objects.filter(name__in=here).values_list("name", "sentence"))
    opened = list(Alert.objects.filter(ended_on=None, rule=None))
    return [
        Owned(
            name=name,
            sentence=sentences.get(name, ""),
            volume=found[name][TOUCHPOINTS.key],
            changes=_changes(asked[1:], found[name]),
            said=_said(replace(filters, name=name)) if with_words else [],
            alerts=[one for one in opened if _is_about(one, name)],
        )
        for name in here
    ]


def _changes(asked: Sequence[Measure], found: dict[str, Change]) -> list[tuple[Measure, Change]]:
    pairs = [(measure, found[measure.key]) for measure in asked if measure.key in found]
    return [(measure, one) for measure, one in pairs if one.now.estimate.n]


def _is_about(alert: Alert, name: str) -> bool:
    watched = [line["watched"] for line in alert.lines] or [alert.watched]
    if name == "Order Delivered" and any(one.get("measure") == KEPT.key for one in watched):
        return True
    return any(name in (one.get("name"), one.get("after")) for one in watched)


def _said(filters: Filters) -> list[Said]:
    where, values = filters.sql()
    rows = eventlog.ask(
        f"""
        SELECT {_COMMENT} AS said, score, happened_at FROM touchpoints
        WHERE {where} AND length({_COMMENT}) >= 12
        ORDER BY happened_at DESC LIMIT {_MOST_QUOTES}
        """,
        **values,
    ).rows
    return [Said(text=masked(text)[:300], score=score, at=at) for text, score, at in rows]


_COMMENT = "toString(coalesce(properties.comment.:String, properties.review_body.:String, ''))"


def all_names() -> list[Any]:
    """Return every touchpoint that can be followed."""
    return list(Definition.objects.filter(~Q(name="")).order_by("name").values_list("name", "team")[:500])

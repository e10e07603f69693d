"""Merges and suggestions as staff read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from jejak.features.identity import words
from jejak.features.identity.sides import by_strength
from jejak.people import deciding, reach
from jejak.people.models import Handle, Merge, Suggestion
from jejak.people.whole import Whole, wholes
from jejak.staff.models import User

_MOST_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Told:
    """A merge in words."""

    edge: Merge
    why: str
    short: str
    note: str
    by: str
    undone_by: str


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One field of two people, compared."""

    field: str
    left: str
    right: str
    agreement: str


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """Two people who may be one, beside each other. percent: how likely it is, where a rule says so."""

    suggestion: Suggestion
    people: tuple[Whole, Whole]
    handles: tuple[list[Handle], list[Handle]]
    rule: str
    about: str
    source: str
    percent: float | None
    reasons: list[Reason]


def told(edge: Merge) -> Told:
    """Return a merge in words."""
    by = _name(edge.merged_by)
    day = date_format(timezone.localtime(edge.merged_at), "DATE_FORMAT")
    return Told(
        edge=edge,
        why=words.sentence(edge.rule, edge.evidence, day=day, by=by),
        short=words.word(words.SHORT, edge.rule),
        note=str(edge.evidence.get("note") or ""),
        by=by,
        undone_by=_name(edge.undone_by),
    )


def edges(trails: Sequence[int], *, standing: bool) -> list[Told]:
    """Return the merges between these trails, newest first: those that stand, or those that were taken back."""
    either = Q(person__in=trails) | Q(other__in=trails)
    found = Merge.objects.filter(either, undone_at__isnull=standing).select_related(
        "merged_by", "undone_by", "person", "other"
    )
    return [told(edge) for edge in found.order_by("-merged_at", "-pk")[:200]]


def joined(person: Whole) -> dict[str, Any]:
    """Return the newest merges of a person and how many trails they have; nothing where it is one."""
    trails = person.trail_ids
    if len(trails) < 2:
        return {}
    standing = edges(trails, standing=True)
    return {
        "told": standing[:_MOST_SHOWN],
        "trails": len(trails),
        "more": max(0, len(standing) - _MOST_SHOWN),
    }


def within(user: Any) -> Q:
    """Return the condition of the suggestions whose two people somebody sees."""
    return reach.seen(user, "person") & reach.seen(user, "other")


def suggested_of(person: Whole, *, by: Any) -> list[Suggested]:
    """Return who else a person may be, as far as somebody sees them, the likeliest first."""
    mine = person.trail_ids
    found = deciding.waiting().filter(Q(person__in=mine) | Q(other__in=mine)).filter(within(by))
    return suggested(found.select_related("person", "other")[:_MOST_SHOWN], first=person.root.pk)


def suggested(found: Iterable[Suggestion], *, first: int | None = None) -> list[Suggested]:
    """Return suggestions with both sides. first: this person stands on the left."""
    listed = list(found)
    roots = {one.pk: [side.root_id or side.pk for side in (one.person, one.other)] for one in listed}
    people = wholes({root for pair in roots.values() for root in pair})
    trail_of = {trail: root for root, person in people.items() for trail in person.trail_ids}
    handles: dict[int, list[Handle]] = {}
    for handle in Handle.objects.filter(person__in=trail_of).order_by("kind", "pk"):
        handles.setdefault(trail_of[handle.person_id], []).append(handle)
    shown = []
    seen: set[frozenset[int]] = set()
    for one in listed:
        left, right = roots[one.pk]
        if left not in people or right not in people or frozenset((left, right)) in seen:
            continue
        seen.add(frozenset((left, right)))
        if right == first:
            left, right = right, left
        shared = one.evidence.get("shared")
        probability = one.evidence.get("probability")
        shown.append(
            Suggested(
                suggestion=one,
                people=(people[left], people[right]),
                handles=(by_strength(handles.get(left, []))[:6], by_strength(handles.get(right, []))[:6]),
                rule=words.word(words.SUGGESTED, one.rule),
                about=words.handle_text(*shared) if isinstance(shared, list) and len(shared) == 2 else "",
                source=str(one.evidence.get("source") or ""),
                percent=100 * probability if isinstance(probability, int | float) else None,
                reasons=list(_reasons(one)),
            )
        )
    return shown


def _reasons(one: Suggestion) -> Iterable[Reason]:
    listed = one.evidence.get("reasons")
    for held in listed[:12] if isinstance(listed, list) else []:
        if isinstance(held, dict):
            yield Reason(
                field=words.word(words.FIELDS, str(held.get("field", ""))),
                left=str(held.get("left") or "–"),
                right=str(held.get("right") or "–"),
                agreement=str(held.get("agreement") or ""),
            )


def _name(user: User | None) -> str:
    return (user.get_full_name() or user.get_username()) if user is not None else ""


def when(at: datetime) -> str:
    """Return a day as staff read it."""
    return date_format(timezone.localtime(at), "DATE_FORMAT")

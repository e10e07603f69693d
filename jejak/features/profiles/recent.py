"""Who was seen of late: the list of people, in pieces that cost the same however many people there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from jejak.people.models import Handle, Person
from jejak.people.whole import Whole, wholes
from jejak.staff import scope

KNOWN, ANONYMOUS = "known", "anonymous"
REAL, SAMPLE = "real", "sample"

Position = tuple[datetime, int]
"""When somebody was last seen, and on which trail: where a piece of the list ends."""

_LOOKED_AT = 10_000


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A person with their handles, strongest first."""

    person: Whole
    handles: list[Handle]

    @property
    def recognised_by(self) -> list[Handle]:
        """The handles that staff know people by; browsers and devices where there is nothing else."""
        return [handle for handle in self.handles if handle.kind != "anonymous_id"] or self.handles

    @property
    def devices(self) -> list[Handle]:
        """Browsers and devices."""
        return [handle for handle in self.handles if handle.kind == "anonymous_id"]

    @property
    def is_known(self) -> bool:
        """Whether more is known of them than the browsers and devices they used."""
        said = self.person.name or self.person.email or self.person.phone
        return bool(said) or any(handle.kind != "anonymous_id" for handle in self.handles)

    def fits(self, who: str, made: str) -> bool:
        """Tell whether a person passes the filters of the list."""
        right_who = not who or self.is_known == (who == KNOWN)
        return right_who and (not made or self.person.is_sample == (made == SAMPLE))


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some people, and where this piece ends; None where it is the last."""

    people: list[Listed]
    end: Position | None


def recent(
    *, who: str = "", made: str = "", after: Position | None = None, limit: int = 50, by: Any = None
) -> Piece:
    """Return who was seen last, one entry for each person, however many trails they have.

    by: who asks, where only those in their reach are shown.
    who: KNOWN, ANONYMOUS or "". made: REAL, SAMPLE or "". A filter looks at some thousand trails at a time,
    so that a piece may be short, or empty, and yet not be the last.
    """
    trails = Person.objects.order_by("-last_seen_at", "-pk")
    if by is not None and scope.limited(by):
        stands = scope.reach(by, team="root__team_key", owner="root__owner")
        trails = trails.filter(scope.reach(by) | stands)
    if after is not None:
        # An OR of the two would not be read from the index.
        trails = trails.filter(last_seen_at__lte=after[0]).exclude(last_seen_at=after[0], pk__gte=after[1])
    end = None
    if who or made:
        end = trails.values_list("last_seen_at", "pk")[_LOOKED_AT - 1 : _LOOKED_AT].first()
        if end is not None:
            trails = trails.filter(last_seen_at__gte=end[0]).exclude(last_seen_at=end[0], pk__lt=end[1])
        trails = _fitting(trails, who, made)
    rows = list(trails.values_list("last_seen_at", "pk", "root_id")[: limit + 1])
    if len(rows) > limit:
        rows.pop()
        end = rows[-1][:2]
    roots = {pk: root or pk for _seen, pk, root in rows}
    people = wholes(set(roots.values()))
    # Who has several trails stands where the latest of them does, and nowhere else.
    shown = [people[root] for pk, root in roots.items() if root in people and _latest(people[root]) == pk]
    return Piece(people=[one for one in listed(shown) if one.fits(who, made)], end=end)


def listed(people: Iterable[Whole]) -> list[Listed]:
    """Return people with their handles, in one query."""
    shown = list(people)
    trails = [trail for person in shown for trail in person.trail_ids]
    handles_of: dict[int, list[Handle]] = {}
    for handle in Handle.objects.filter(person__in=trails).order_by("first_seen_at", "pk"):
        handles_of.setdefault(handle.person_id, []).append(handle)
    return [
        Listed(
            person=person,
            handles=by_strength(handle for trail in person.trail_ids for handle in handles_of.get(trail, [])),
        )
        for person in shown
    ]


def by_strength(handles: Iterable[Handle]) -> list[Handle]:
    """Return handles with those first that staff know people by."""
    order = {"user_id": 1, "email": 2, "phone": 3, "whatsapp": 4, "telegram": 5, "anonymous_id": 9}
    return sorted(handles, key=lambda handle: order.get(handle.kind, 6))


def _fitting(trails: QuerySet[Person], who: str, made: str) -> QuerySet[Person]:
    recognised = Handle.objects.filter(person=OuterRef("pk")).exclude(kind="anonymous_id")
    known = ~Q(name="", email="", phone="") | Exists(recognised)
    if who == KNOWN:  # What is known of a merged person may be known of another trail.
        merged = Q(root__isnull=False) | Exists(Person.objects.filter(root=OuterRef("pk")))
        trails = trails.filter(known | merged)
    elif who == ANONYMOUS:
        trails = trails.filter(~known)
    return trails.filter(is_sample=made == SAMPLE) if made else trails


def _latest(person: Whole) -> int:
    return max(person.trails, key=lambda trail: (trail.last_seen_at, trail.pk)).pk

"""Who somebody claims to be without proof: a suggestion for staff at most, and never many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from jejak.people import bulk
from jejak.people.evidence import HandleKey
from jejak.people.models import Suggestion
from jejak.people.resolving import roots_of

MOST_OPEN = 20
"""So many claims to be one person wait for staff at a time. Whoever makes up browsers cannot fill the list."""
_MOST_AT_ONCE = 200
_MOST_REMEMBERED = 100_000
_noted: set[tuple[int, HandleKey]] = set()


@dataclass(frozen=True, slots=True)
class Claim:
    """A message on this trail says to be whoever has this handle, and does not prove it."""

    trail_id: int
    handle: HandleKey
    at: datetime
    source: str


def note(claims: Sequence[Claim]) -> None:
    """Suggest to staff those who claim to be somebody we know. To be called inside a transaction."""
    if len(_noted) > _MOST_REMEMBERED:
        _noted.clear()
    fresh: dict[tuple[int, HandleKey], Claim] = {}
    for claim in claims:
        if (claim.trail_id, claim.handle) not in _noted:
            fresh.setdefault((claim.trail_id, claim.handle), claim)
    if not fresh:
        return
    _noted.update(fresh)
    values: dict[str, set[str]] = {}
    for claim in fresh.values():
        values.setdefault(claim.handle[0], set()).add(claim.handle[1])
    trail_of = {
        (kind, value): trail
        for kind, held in values.items()
        for value, trail in bulk.pairs_where_in(_TRAILS, sorted(held), kind)
    }
    claimed = [claim for claim in fresh.values() if claim.handle in trail_of]
    roots = roots_of({one.trail_id for one in claimed} | {trail_of[one.handle] for one in claimed})
    pairs: dict[tuple[int, int], Claim] = {}
    for claim in claimed[:_MOST_AT_ONCE]:
        mine, theirs = roots[claim.trail_id], roots[trail_of[claim.handle]]
        if mine != theirs:
            pairs.setdefault((mine, theirs), claim)
    _keep(pairs)


_TRAILS = "SELECT value, person_id FROM people_handle WHERE value IN ({values}) AND kind = %s"


def forget() -> None:
    """Drop what is remembered of claims: the transaction that kept them did not hold."""
    _noted.clear()


def _keep(pairs: dict[tuple[int, int], Claim]) -> None:
    waiting: dict[int, int] = {}
    theirs = {their for _mine, their in pairs}
    open_ones = Suggestion.objects.filter(rule="claimed", decided_at=None)
    for side in ("person", "other"):
        for person, count in (
            open_ones.filter(Q(**{f"{side}__in": theirs})).values_list(side).annotate(Count("pk"))
        ):
            waiting[person] = waiting.get(person, 0) + count
    made = []
    for (mine, their), claim in pairs.items():
        waiting[their] = waiting.get(their, 0) + 1
        if waiting[their] <= MOST_OPEN:
            made.append(
                Suggestion(
                    person_id=min(mine, their),
                    other_id=max(mine, their),
                    rule="claimed",
                    evidence={"shared": list(claim.handle), "claimed_by": mine, "source": claim.source},
                    suggested_at=claim.at,
                )
            )
    Suggestion.objects.bulk_create(made, ignore_conflicts=True)

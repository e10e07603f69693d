"""What each of two people brings, and what they are together: shown before anything is changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from jejak import eventlog
from jejak.people import merging, saying
from jejak.people.models import Handle, Membership, Merge, Person
from jejak.people.settling import STRENGTH
from jejak.people.whole import Trait, Whole, whole

_MOST_TRAITS = 60
_LONGEST = 300


@dataclass(frozen=True, kw_only=True)
class Side:
    """A person with what hangs on them. touchpoints: None where the log is away."""

    person: Whole
    handles: list[Handle]
    companies: list[str]
    touchpoints: int | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """A trait of two people. wins: 0 or 1, whose value both have together; None where they say the same."""

    key: str
    values: list[str]
    wins: int | None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Two people beside each other. rows: their traits."""

    sides: list[Side]
    rows: list[Row] = field(default_factory=list)
    stands: str = ""


def side(person: Whole, counts: dict[int, int] | None) -> Side:
    """Return a person with what hangs on their trails. counts: touchpoints by trail."""
    trails = person.trail_ids
    companies = Membership.objects.filter(person__in=trails).select_related("company").order_by("since")
    return Side(
        person=person,
        handles=by_strength(Handle.objects.filter(person__in=trails)),
        companies=list(dict.fromkeys(str(one.company) for one in companies)),
        touchpoints=None if counts is None else sum(counts.get(trail, 0) for trail in trails),
    )


def by_strength(handles: Iterable[Handle]) -> list[Handle]:
    """Return handles with those first that say most surely who somebody is."""
    return sorted(handles, key=lambda one: (STRENGTH.get(one.kind, 1), one.kind, one.pk))


def merged(one: Whole, other: Whole) -> Preview:
    """Return what two people would be as one."""
    counts = counted([*one.trail_ids, *other.trail_ids])
    rows = []
    for key in sorted(one.traits.keys() | other.traits.keys())[:_MOST_TRAITS]:
        held = [one.traits.get(key), other.traits.get(key)]
        rows.append(Row(key=key, values=[_text(key, trait) for trait in held], wins=_winner(*held)))
    return Preview(sides=[side(one, counts), side(other, counts)], rows=rows)


def unmerged(edge: Merge) -> Preview:
    """Return the people that there would be without an edge. It is tried, and taken back: nothing is guessed."""
    trails = merging.trail_ids(edge.person_id)
    counts = counted(trails)
    with transaction.atomic():
        merging.unmerge(merge=edge, by=None, now=edge.merged_at)
        roots = dict.fromkeys(
            root or pk for pk, root in Person.objects.filter(pk__in=trails).values_list("pk", "root_id")
        )
        parted = [person for root in roots if (person := whole(root)) is not None]
        shown = [side(person, counts) for person in parted]
        transaction.set_rollback(True)
    return Preview(sides=shown)


def counted(trails: Sequence[int]) -> dict[int, int] | None:
    """Return how many touchpoints the log has of each trail; None where it is away."""
    try:
        return dict(eventlog.ask(_COUNTS, trails=list(trails)).rows)
    except eventlog.Away:
        return None


_COUNTS = (
    "SELECT trail_id, count() FROM touchpoints WHERE trail_id IN {trails:Array(UInt64)} GROUP BY trail_id"
)


def _winner(one: Trait | None, other: Trait | None) -> int | None:
    if one is None or other is None:
        return 0 if other is None else 1
    if one.value == other.value:
        return None
    return 0 if (one.at, one.trail_id) > (other.at, other.trail_id) else 1


def _text(key: str, trait: Trait | None) -> str:
    return "" if trait is None else saying.trait(key, trait.value)[:_LONGEST]

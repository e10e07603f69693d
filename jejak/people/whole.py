"""One person as staff see them: all the trails that are one person, put together on reading."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from jejak.people.models import Handle, Person
from jejak.people.normalising import name_from
from jejak.people.resolving import strength
from jejak.people.trails import of_roots
from jejak.staff.models import User

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trait:
    """The newest value of one trait, who said so and when, and the trail it was said of."""

    key: str
    value: Any
    at: datetime
    source: str
    trail_id: int


@dataclass(frozen=True)
class Whole:
    """A person with all their trails, oldest first. root: who stands for them, one of the trails."""

    root: Person
    trails: list[Person]

    @cached_property
    def trail_ids(self) -> list[int]:
        return [trail.pk for trail in self.trails]

    @cached_property
    def traits(self) -> dict[str, Trait]:
        """The newest of each trait, by its key."""
        newest: dict[str, Trait] = {}
        for trail in self.trails:
            for key, held in trail.traits.items():
                trait = Trait(
                    key=key,
                    value=held.get("value"),
                    at=_moment(held.get("at")),
                    source=held.get("source", ""),
                    trail_id=trail.pk,
                )
                if key not in newest or newest[key].at <= trait.at:
                    newest[key] = trait
        return dict(sorted(newest.items()))

    @cached_property
    def name(self) -> str:
        """Their name as last said, or ""."""
        said = name_from({key: trait.value for key, trait in self.traits.items()})
        return said or self._first("name")

    @property
    def email(self) -> str:
        return self._first("email")

    @property
    def phone(self) -> str:
        return self._first("phone")

    @property
    def title(self) -> str:
        """What to call them, also where no name is known."""
        return self.name or self.email or self.phone or str(self.root)

    @property
    def first_seen_at(self) -> datetime:
        return min(trail.first_seen_at for trail in self.trails)

    @property
    def last_seen_at(self) -> datetime:
        return max(trail.last_seen_at for trail in self.trails)

    @property
    def is_sample(self) -> bool:
        return all(trail.is_sample for trail in self.trails)

    @property
    def team_key(self) -> str:
        """The team that looks after them."""
        return self._first("team_key")

    @property
    def owner(self) -> User | None:
        """Who of the staff looks after them."""
        return next((trail.owner for trail in (self.root, *self.trails) if trail.owner_id), None)

    @property
    def tags(self) -> list[str]:
        """Every tag, of whichever trail."""
        return sorted({tag for trail in self.trails for tag in trail.tags}, key=str.casefold)

    def _first(self, column: str) -> str:
        said = (getattr(trail, column) for trail in (self.root, *self.trails))
        return next((text for text in said if text), "")


def whole(person_id: int) -> Whole | None:
    """Return the person that a trail belongs to, or None where there is none."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        return None
    if person.root_id:
        return wholes([person.root_id]).get(person.root_id)
    others = Person.objects.filter(root=person)
    return Whole(root=person, trails=sorted([person, *others], key=lambda trail: trail.pk))


def wholes(root_ids: Iterable[int]) -> dict[int, Whole]:
    """Return several people by the id of who stands for each, in two queries."""
    roots = list(root_ids)
    trails_of: dict[int, list[Person]] = {}
    for trail in Person.objects.filter(pk__in=of_roots(roots)).order_by("pk"):
        trails_of.setdefault(trail.root_id or trail.pk, []).append(trail)
    return {
        root: Whole(root=stands, trails=trails)
        for root, trails in trails_of.items()
        if (stands := next((trail for trail in trails if trail.pk == root), None))
    }


def _moment(text: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return _LONG_AGO
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def recognised_by(trail_ids: Iterable[int]) -> dict[str, str]:
    """Return the strongest handle of a person, as touchpoints.recording wants it; {} where there is none."""
    handles = Handle.objects.filter(person__in=list(trail_ids)).order_by("pk").values_list("kind", "value")
    strongest = min(handles, key=strength, default=None)
    return dict([strongest]) if strongest else {}

"""People with what they are recognised by."""

from collections.abc import Iterable
from dataclasses import dataclass

from jejak.people.models import Handle
from jejak.people.whole import Whole


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

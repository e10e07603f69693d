"""Which people somebody of the staff may look at: those of whom one trail at least is in their reach."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from jejak.people.models import Person
from jejak.people.whole import Whole, whole, wholes
from jejak.staff import scope


def sees(user: Any, person: Whole) -> bool:
    """Tell whether somebody sees a person."""
    return any(scope.sees(user, trail) for trail in person.trails)


def seen(user: Any, path: str) -> Q:
    """Return the condition that the person at the end of a path is seen: by their trail, or by who stands for them."""
    own = scope.reach(user, team=f"{path}__team_key", owner=f"{path}__owner")
    return own | scope.reach(user, team=f"{path}__root__team_key", owner=f"{path}__root__owner")


def called(user: Any, trail: Person) -> str:
    """Return what to call somebody before a member of staff: no name where they are out of reach; None is a program."""
    person = whole(trail.pk)
    if person is None or user is None or sees(user, person):
        return str(trail)
    return nameless()


def called_many(user: Any, trail_ids: Iterable[int]) -> dict[int, str]:
    """Return what to call each of several people, as called() does."""
    trails = Person.objects.in_bulk(list(trail_ids))
    people = wholes({trail.root_id or pk for pk, trail in trails.items()}) if user is not None else {}
    return {
        pk: str(trail)
        if (person := people.get(trail.root_id or pk)) is None or sees(user, person)
        else nameless()
        for pk, trail in trails.items()
    }


def nameless() -> str:
    """Return what to call somebody out of reach."""
    return gettext("Somebody of another team")

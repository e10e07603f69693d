"""Which people somebody of the staff may look at: those of whom one trail at least is in their reach."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from jejak.people.models import Person
from jejak.people.whole import Whole, whole
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
    return gettext("Somebody of another team")

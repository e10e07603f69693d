"""Whose records somebody sees: all of them, or those of their teams and those they own.

    people = scope.limit(Person.objects.all(), request.user)
    person = get_object_or_404(scope.limit(Person.objects.all(), request.user), pk=person_id)  # 404, not 403
    tasks = scope.limit(Task.objects.all(), request.user, team="person__team_key", owner="owner")

A record out of reach is not there (404): that it exists is already something to know. Roles say what may be
done; the scope says with whom.
"""

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from jejak.staff.models import User

Row = TypeVar("Row", bound=Model)


def limited(user: Any) -> bool:
    """Tell whether somebody sees less than everybody. Administrators always see everybody."""
    return not user.is_superuser and user.sees != User.Sees.EVERYBODY


def reach(user: Any, *, team: str = "team_key", owner: str = "owner") -> Q:
    """Return the condition of the records that somebody sees; an empty one where that is everybody.

    team, owner: the fields, or paths of them, that hold the team's key and the owner; "" where there is none.
    """
    if not limited(user):
        return Q()
    seen = Q(pk__in=[])
    if team and user.team_keys:
        seen |= Q(**{f"{team}__in": user.team_keys})
    if owner:
        seen |= Q(**{owner: user.pk})
    return seen


def limit(
    records: "QuerySet[Row]", user: Any, *, team: str = "team_key", owner: str = "owner"
) -> "QuerySet[Row]":
    """Return only the records that somebody sees."""
    return records.filter(reach(user, team=team, owner=owner)) if limited(user) else records


def sees(user: Any, record: Any, *, team: str = "team_key", owner: str = "owner_id") -> bool:
    """Tell whether somebody sees one record that is at hand. owner: the attribute with the owner's id."""
    if not limited(user):
        return True
    return (getattr(record, team, "") or None) in user.team_keys or getattr(record, owner, None) == user.pk

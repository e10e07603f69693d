"""Makers of staff for tests."""

from typing import Any

from jejak.staff import roles
from jejak.staff.models import Team, User


def make_staff(name: str = "ayu", *held: str, **more: Any) -> User:
    """Return one of the staff with these roles."""
    roles.apply()
    teams = more.pop("teams", ())
    user = User.objects.create_user(username=name, email=f"{name}@example.com", password="secret", **more)
    roles.give(user, *held)
    user.teams.set([Team.objects.get_or_create(key=key, defaults={"name": key.title()})[0] for key in teams])
    return User.objects.get(pk=user.pk)

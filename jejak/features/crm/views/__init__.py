"""The pages of companies, deals and products."""

from typing import cast

from django.http import HttpRequest

from jejak.staff.models import User


def staff(request: HttpRequest) -> User:
    """Return who asks: every page of ours is for those who logged in."""
    return cast(User, request.user)

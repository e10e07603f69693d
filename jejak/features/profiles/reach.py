"""Whom somebody of the staff may look at: a person out of their reach is not there."""

from typing import cast

from django.http import Http404, HttpRequest

from jejak.people import reach
from jejak.people.whole import Whole, whole
from jejak.staff.models import User


def me(request: HttpRequest) -> User:
    """Return who asks; pages of the back office let nobody else in."""
    return cast(User, request.user)


def person_or_404(request: HttpRequest, person_id: int) -> Whole:
    """Return a person whom this request may see: one trail in reach is enough. Raises Http404."""
    person = whole(person_id) if person_id < 2**63 else None
    if person is None or not reach.sees(request.user, person):
        raise Http404
    return person

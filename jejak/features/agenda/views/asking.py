"""Who asks, and where a deed leads back to."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from jejak.staff.models import User


def me(request: HttpRequest) -> User:
    """Return who is logged in; pages of the back office let in nobody else."""
    return cast(User, request.user)


def back(request: HttpRequest, otherwise: str = "agenda:tasks") -> HttpResponse:
    """Return to the page that the form names, as long as it is one of ours."""
    address = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(address if ours and address else reverse(otherwise))

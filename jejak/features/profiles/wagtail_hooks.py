"""Hang the people into the back office: their place in the menu, their pages, a panel of a person."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLResolver, include, path
from wagtail import hooks

from jejak.backoffice import slots
from jejak.features.profiles import panels
from jejak.people.whole import Whole


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    return [path("people/", include("jejak.features.profiles.urls"))]


@slots.register("person.panels", order=10)
def numbers(request: HttpRequest, *, person: Whole) -> str:
    """How much happened, what it was worth, what they answered last."""
    return render_to_string("profiles/numbers.html", panels.numbers(request, person), request)

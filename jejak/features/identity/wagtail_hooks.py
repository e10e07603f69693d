"""Hang who is who into the back office: pages under People, and cards and buttons of a person."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu, slots
from jejak.features.identity import telling
from jejak.people.whole import Whole

menu.entry(
    "people",
    "suggestions",
    _("Suggestions"),
    url_name="identity:suggestions",
    icon="arrows-merge",
    order=60,
    permission="people.view_person",
)
menu.entry(
    "people",
    "shared",
    _("Shared handles"),
    url_name="identity:shared",
    icon="share-network",
    order=70,
    permission="people.view_person",
)


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    return [path("people/", include("jejak.features.identity.urls"))]


@slots.register("person.panels", order=20)
def same_person(request: HttpRequest, *, person: Whole) -> str:
    """Who else they may be."""
    suggested = telling.suggested_of(person, by=request.user)
    if not suggested:
        return ""
    context = {
        "suggested": suggested,
        "person": person,
        "may_merge": request.user.has_perm("people.merge_people"),
    }
    return render_to_string("identity/same_person.html", context, request)


@slots.register("person.panels", order=90)
def also_known_by(request: HttpRequest, *, person: Whole) -> str:
    """Why several trails are this person."""
    told = telling.joined(person)
    return render_to_string("identity/also_known_by.html", told | {"person": person}, request) if told else ""


@slots.register("person.actions", order=80, permission="people.merge_people")
def merge(request: HttpRequest, *, person: Whole) -> str:
    """Say that somebody else is the same person."""
    return render_to_string("identity/merge_button.html", {"person": person}, request)

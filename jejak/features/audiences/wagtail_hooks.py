"""Hang audiences into the back office: their place in the menu, their pages, a card beside a person."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak import eventlog
from jejak.audiences.models import Audience
from jejak.backoffice import menu, slots
from jejak.features.audiences import asking
from jejak.people.whole import Whole

menu.place(
    "reach",
    _("Audiences"),
    icon="users-four",
    url_name="audiences:audiences",
    order=menu.REACH,
    permission="audiences.view_audience",
)


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Put our addresses into the frame."""
    return [path("audiences/", include("jejak.features.audiences.urls"))]


@slots.register("person.panels", order=70, permission="audiences.see_members")
def of_person(request: HttpRequest, *, person: Whole) -> str:
    """The audiences that a person is in."""
    try:
        held = asking.audiences_of(person.root.pk)
    except eventlog.Away:
        return ""
    audiences = [
        (audience, held[audience.pk])
        for audience in Audience.objects.filter(pk__in=held, archived_at=None).order_by("name")
    ]
    if not audiences:
        return ""
    return render_to_string("audiences/panel.html", {"person": person, "audiences": audiences}, request)

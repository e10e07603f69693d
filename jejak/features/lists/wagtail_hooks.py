"""Hang the lists of records into the back office: people in the menu, and own records beside a person and a company."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu, slots
from jejak.features.lists import beside
from jejak.people.whole import Whole

menu.place(
    "people",
    _("People"),
    icon="users-three",
    url_name="lists:people",
    order=menu.PEOPLE,
    permission="people.view_person",
    also=["people/", "records/"],
)
menu.entry(
    "settings",
    "fields",
    _("Fields and objects"),
    icon="table",
    url_name="lists_fields:objects",
    order=60,
    permission="records.view_ownfield",
    description=_(
        "Own fields and own objects, without code: there at once in forms, lists, files and the API."
    ),
)


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    return [
        path("records/", include("jejak.features.lists.urls")),
        path("settings/fields/", include("jejak.features.lists.field_urls")),
    ]


@slots.register("person.panels", order=60)
def own_records_of_person(request: HttpRequest, *, person: Whole) -> str:
    """The own records that belong to a person, whatever trail of theirs."""
    return _panel(request, "person", [person.root.pk, *person.trail_ids])


@slots.register("company.panels", order=60)
def own_records_of_company(request: HttpRequest, *, company: Any) -> str:
    """The own records that belong to a company."""
    return _panel(request, "company", [company.pk])


def _panel(request: HttpRequest, kind_key: str, ids: list[int]) -> str:
    groups = beside.own_records(request.user, kind_key, ids)
    return render_to_string("lists/beside.html", {"groups": groups}, request) if groups else ""

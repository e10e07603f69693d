"""Hang tasks, notes and meetings into the back office: the menu, a bell, cards on Home and beside records."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu, slots
from jejak.features.agenda import about, panels
from jejak.features.agenda.about import About

menu.entry(
    "home",
    "tasks",
    _("Tasks"),
    icon="list-checks",
    url_name="agenda:tasks",
    order=20,
    permission="agenda.view_task",
)
menu.entry(
    "home", "calendar", _("Calendar"), icon="calendar", url_name="agenda:calendar", order=30,
    permission="agenda.view_meeting",
)  # fmt: skip


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    return [path("", include("jejak.features.agenda.urls"))]


@slots.register("frame.notices", order=10)
def bell(request: HttpRequest) -> str:
    """How many notices are new."""
    return render_to_string("agenda/bell.html", {"new": panels.unseen(request)}, request)


@slots.register("home.cards", order=15, permission="agenda.view_task")
def today(request: HttpRequest) -> str:
    """My tasks and meetings of today."""
    told = panels.today(request)
    return render_to_string("agenda/today.html", told, request) if told else ""


def _fill(slot: str, kind: str, named: str) -> None:
    """Put tasks, notes and meetings beside the records of a kind; the slot names the record `named`."""

    def whose(context: dict[str, Any]) -> About | None:
        key = kind or getattr(context["kind"], "key", context["kind"])
        return None if key in _OWN else about.at_hand(key, context[named])

    @slots.register(slot, order=30, permission="agenda.view_task")
    def tasks(request: HttpRequest, **context: Any) -> str:
        on = whose(context)
        return _panel("agenda/tasks_panel.html", panels.tasks(request, on), request) if on else ""

    @slots.register(slot, order=31, permission="agenda.view_meeting")
    def meetings(request: HttpRequest, **context: Any) -> str:
        on = whose(context)
        return _panel("agenda/meetings_panel.html", panels.meetings(request, on), request) if on else ""

    @slots.register(slot, order=32, permission="agenda.view_note")
    def notes(request: HttpRequest, **context: Any) -> str:
        on = whose(context)
        return _panel("agenda/notes_panel.html", panels.notes(request, on), request) if on else ""


def _panel(template: str, told: dict[str, Any], request: HttpRequest) -> str:
    return render_to_string(template, told, request)


_OWN = {"task", "meeting"}
"""What has a page of ours."""
for _slot, _kind in (("person.panels", "person"), ("company.panels", "company"), ("deal.panels", "deal")):
    _fill(_slot, _kind, _kind)
_fill("record.panels", "", "record")  # Own objects: the slot names their kind, too.

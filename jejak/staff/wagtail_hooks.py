"""Hang staff into the back office: teams, tokens, the audit log; and what the roles screen offers."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu
from jejak.staff import audit, roles
from jejak.staff.models import User

menu.entry(
    "settings",
    "teams",
    _("Teams"),
    icon="users-three",
    url_name="staff:teams",
    order=30,
    permission="staff.view_team",
    description=_("Who owns people and touchpoints together."),
)
menu.entry(
    "settings",
    "tokens",
    _("API tokens"),
    icon="key",
    url_name="staff:tokens",
    order=40,
    permission="staff.view_token",
    description=_("Keys for programs, and how to call."),
)
menu.entry(
    "settings",
    "audit",
    _("Audit log"),
    icon="detective",
    url_name="staff:audit",
    order=50,
    permission="staff.view_auditentry",
    description=_("Who saw and changed what."),
)


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    return [path("settings/", include("jejak.staff.urls"))]


@hooks.register("after_bulk_action")
def note_bulk_action(request: HttpRequest, action_type: str, objects: list[Any], action: Any) -> None:
    """Write into the audit log what was done with several staff at once."""
    if action.model is not User:
        return
    verb = {
        "delete": audit.DELETED,
        "assign_role": audit.ROLE_CHANGED,
        "set_active_state": audit.ROLE_CHANGED,
    }
    for member in objects:
        detail = {"roles": _roles_of(member)} if action_type == "assign_role" else {"action": action_type}
        audit.note(
            request,
            verb.get(action_type, audit.CHANGED),
            kind="staff",
            record_id=member.pk or "",
            title=member.get_username(),
            detail=detail,
        )


def _roles_of(member: User) -> list[str]:
    return sorted(member.groups.values_list("name", flat=True))


@hooks.register("register_permissions")
def permissions() -> "QuerySet[Permission]":
    """Offer every permission that a feature declared, so that administrators can give and take it."""
    wanted = Q(pk__in=[])
    for name in roles.declared():
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return Permission.objects.filter(wanted)

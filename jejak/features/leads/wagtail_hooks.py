"""Hang leads into the back office."""

from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu, slots
from jejak.features.leads import panels

menu.entry(
    "people",
    "leads",
    _("Leads"),
    icon="user-circle-plus",
    url_name="leads:leads",
    order=50,
    permission="leads.view_lead",
)
menu.entry(
    "settings",
    "leads",
    _("Lead forms"),
    icon="clipboard-text",
    url_name="leads:forms",
    order=40,
    permission="leads.change_leadform",
    description=_("Forms, what makes a lead worth more, and who gets it."),
)
slots.register("person.panels", order=60, permission="leads.view_lead")(panels.person)


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Put our addresses into the frame."""
    return [path("leads/", include("jejak.features.leads.urls"))]

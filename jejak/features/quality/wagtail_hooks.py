"""Hang the quality of records into the back office."""

from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu, slots
from jejak.features.quality import panels

menu.entry(
    "people",
    "quality",
    _("Data quality"),
    icon="seal-check",
    url_name="quality:overview",
    order=80,
    permission="quality.view_finding",
)
slots.register("person.panels", order=90, permission="quality.view_finding")(panels.person)


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Put our addresses into the frame."""
    return [path("quality/", include("jejak.features.quality.urls"))]

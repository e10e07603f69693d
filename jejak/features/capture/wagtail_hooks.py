"""Hang capturing into the back office: its place in the menu and its pages."""

from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu

menu.place(
    "capture",
    _("Capture"),
    icon="plugs-connected",
    url_name="capture:live",
    order=menu.CAPTURE,
    permission="capture.view_source",
)
menu.entry(
    "capture",
    "live",
    _("Live"),
    icon="pulse",
    url_name="capture:live",
    order=10,
    permission="capture.view_source",
)
menu.entry(
    "capture",
    "sources",
    _("Sources"),
    icon="plugs",
    url_name="capture:sources",
    order=20,
    permission="capture.view_source",
)
menu.entry(
    "capture",
    "touchpoints",
    _("Touchpoints"),
    icon="footprints",
    url_name="capture:touchpoints",
    order=30,
    permission="touchpoints.view_definition",
)


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    return [path("capture/", include("jejak.features.capture.urls"))]

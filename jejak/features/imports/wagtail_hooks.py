"""Hang the imports into the back office: an entry of capturing, and their pages."""

from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu

menu.entry(
    "capture",
    "imports",
    _("Import"),
    icon="cloud-arrow-up",
    url_name="imports:list",
    order=40,
    permission="imports.view_import",
)


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    return [path("imports/", include("jejak.features.imports.urls"))]

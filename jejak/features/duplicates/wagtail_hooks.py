"""Where duplicates stand in the back office: an entry of people."""

from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu
from jejak.features.duplicates.views import VIEW

menu.entry(
    "people",
    "duplicates",
    _("Duplicates"),
    icon="users-three",
    url_name="duplicates:duplicates",
    order=65,
    permission=VIEW,
)


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Put our addresses into the frame."""
    return [path("people/duplicates/", include("jejak.features.duplicates.urls"))]

"""Where operations stands in the back office."""

from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu

menu.entry(
    "settings",
    "operations",
    _("Operations"),
    icon="heartbeat",
    url_name="operations:operations",
    order=90,
    permission="staff.view_operations",
    description=_("How the log, the pipeline and the disk are."),
)


@hooks.register("register_admin_urls")
def urls() -> list[URLResolver]:
    """Put our addresses into the frame."""
    return [path("operations/", include("jejak.features.operations.urls"))]

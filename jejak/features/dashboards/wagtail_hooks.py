"""Hang dashboards into the back office: their place in the menu, and their pages."""

from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu, slots
from jejak.features.dashboards import alert_views

menu.entry(
    "insights",
    "dashboards",
    _("Dashboards"),
    icon="squares-four",
    url_name="dashboards:dashboards",
    permission="dashboards.view_dashboard",
    order=5,
)


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Put our addresses into the frame."""
    return [path("dashboards/", include("jejak.features.dashboards.urls"))]


menu.entry(
    "insights",
    "alerts",
    _("Alerts"),
    icon="bell",
    url_name="dashboards:alerts",
    permission="dashboards.view_alert",
    order=7,
)
slots.register("home.cards", order=5, permission="dashboards.view_alert")(alert_views.home_card)

"""Hang dashboards into the back office: their place in the menu, and their pages."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu, slots
from jejak.features.dashboards import alert_views
from jejak.questions.models import Question

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
menu.entry(
    "insights",
    "mine",
    _("My touchpoints"),
    icon="target",
    url_name="dashboards:mine",
    permission="dashboards.view_alert",
    order=8,
)
menu.entry(
    "insights",
    "telling",
    _("Telling"),
    icon="paper-plane-tilt",
    url_name="dashboards:telling",
    permission="dashboards.view_alert",
    order=9,
)
slots.register("home.cards", order=5, permission="dashboards.view_alert")(alert_views.home_card)


@slots.register("question.actions", order=20, permission="dashboards.add_dashboard")
def put(request: HttpRequest, *, question: Question) -> str:
    """The way from a kept question to a dashboard."""
    if question.is_sql:
        return ""
    return render_to_string("dashboards/put_button.html", {"question": question}, request)

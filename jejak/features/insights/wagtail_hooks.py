"""Hang the insights into the back office: their place in the menu, their pages, the first card of Home."""

from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu, slots
from jejak.features.insights import home

menu.place("insights", _("Insights"), icon="chart-line-up", url_name="insights:insights", order=menu.INSIGHTS)
menu.entry(
    "insights",
    "explorer",
    _("Explorer"),
    icon="binoculars",
    url_name="insights:explore",
    permission="questions.view_question",
    order=10,
)
menu.entry(
    "insights",
    "questions",
    _("Kept questions"),
    icon="star",
    url_name="insights:questions",
    permission="questions.view_question",
    order=20,
)
menu.entry(
    "insights",
    "sql",
    _("SQL"),
    icon="code",
    url_name="insights:sql",
    permission="questions.ask_sql",
    order=30,
)
menu.entry(
    "insights",
    "annotations",
    _("Annotations"),
    icon="flag",
    url_name="insights:annotations",
    permission="questions.view_annotation",
    order=25,
)


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Put our addresses into the frame."""
    return [path("insights/", include("jejak.features.insights.urls"))]


slots.register("home.cards", order=10)(home.card)

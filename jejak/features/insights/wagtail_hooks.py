"""Hang the insights into the back office: their place in the menu, their pages, the first card of Home."""

from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu, slots
from jejak.features.insights import home

menu.place("insights", _("Insights"), icon="chart-line-up", url_name="insights:insights", order=menu.INSIGHTS)


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Put our addresses into the frame."""
    return [path("insights/", include("jejak.features.insights.urls"))]


slots.register("home.cards", order=10)(home.card)

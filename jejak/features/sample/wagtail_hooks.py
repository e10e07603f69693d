"""Hang the sample into the back office: its banner on Home and on Operations."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLResolver, include, path
from wagtail import hooks

from jejak import eventlog
from jejak.backoffice import slots
from jejak.features.sample import actions


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Put our addresses into the frame."""
    return [path("sample/", include("jejak.features.sample.urls"))]


@slots.register("home.cards", order=5)
def banner(request: HttpRequest) -> str:
    """Say that there is a sample; where there is nothing at all, offer one below the first steps."""
    if actions.is_there():
        return render_to_string("sample/banner.html", request=request)
    try:
        rows = eventlog.status().rows
    except eventlog.Away:
        return ""
    return "" if rows else render_to_string("sample/offer.html", request=request)


@slots.register("operations.cards", order=50)
def operations_card(request: HttpRequest) -> str:
    """Let whoever runs the install take the sample away."""
    return render_to_string("sample/operations.html", request=request) if actions.is_there() else ""

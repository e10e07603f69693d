"""Hang the demo into the back office: its banner on Home and on Operations."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLResolver, include, path
from wagtail import hooks

from jejak import eventlog
from jejak.backoffice import slots
from jejak.features.demo import actions, progress


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Put our addresses into the frame."""
    return [path("demo/", include("jejak.features.demo.urls"))]


@slots.register("home.cards", order=5)
def banner(request: HttpRequest) -> str:
    """Say that there is a demo, or how far it is; where there is nothing at all, offer one below the first steps."""
    if actions.is_there():
        shown = progress.shown(actions.current())
        return render_to_string("demo/banner.html", {"shown": shown}, request)
    try:
        rows = eventlog.status().rows
    except eventlog.Away:
        return ""
    return "" if rows else render_to_string("demo/offer.html", request=request)


@slots.register("operations.cards", order=50)
def operations_card(request: HttpRequest) -> str:
    """Let whoever runs the install take the demo away."""
    return render_to_string("demo/operations.html", request=request) if actions.is_there() else ""

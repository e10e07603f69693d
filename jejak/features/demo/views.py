"""Make the demo company and take it away, from the back office."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jejak import eventlog
from jejak.backoffice.frame import AdminPage
from jejak.features.demo import actions, background, progress
from jejak.staff import audit


class Make(AdminPage):
    """Has the demo made in the background, and goes home."""

    http_method_names = ["post"]
    permission = "demo.make_demo"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            actions.begin(now=datetime.now(UTC))
        except actions.AlreadyThere:
            messages.warning(request, _("There is a demo already."))
        else:
            background.wake()
            audit.note(request, audit.ADDED, kind="demo")
            messages.success(request, _("The demo company is being made. It takes about a minute."))
        return redirect("wagtailadmin_home")


class State(AdminPage):
    """Tells how far the demo is; the banner on Home asks for it while it is being made."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        made = actions.current()
        answer = render(request, "demo/state.html", {"shown": progress.shown(made)})
        if made is None or made.state == made.State.READY:
            answer["HX-Refresh"] = "true"
        return answer


class Remove(AdminPage):
    """Takes the demo away, and goes home."""

    http_method_names = ["post"]
    permission = "demo.make_demo"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            gone = actions.remove(now=datetime.now(UTC))
        except actions.StillArriving:
            messages.warning(request, _("The demo is still being made. Try again in a moment."))
        except eventlog.Away:
            messages.error(request, _("The log does not answer. Try again when it does."))
        else:
            audit.note(request, audit.DELETED, kind="demo", detail={"people": gone})
            told = ngettext(
                "%(count)s made-up person and all their touchpoints are gone.",
                "%(count)s made-up people and all their touchpoints are gone.",
                gone,
            )
            messages.success(request, told % {"count": gone})
        return redirect("wagtailadmin_home")

"""Make the sample and take it away, from the back office."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jejak import eventlog
from jejak.backoffice.frame import AdminPage
from jejak.features.sample import actions
from jejak.touchpoints import inlet


class Make(AdminPage):
    """Makes the sample, and goes home."""

    http_method_names = ["post"]
    permission = "people.add_person"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            actions.load(now=datetime.now(UTC))
        except inlet.Overloaded:
            messages.error(request, _("Too much waits for the log at the moment. Try again later."))
        else:
            messages.success(request, _("The sample is being made. Its numbers appear in a moment."))
        return redirect("wagtailadmin_home")


class Remove(AdminPage):
    """Takes the sample away, and goes home."""

    http_method_names = ["post"]
    permission = "people.delete_person"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            gone = actions.remove(now=datetime.now(UTC))
        except actions.StillArriving:
            messages.warning(request, _("Part of the sample waits for the log. Try again in a moment."))
        except eventlog.Away:
            messages.error(request, _("The log does not answer. Try again when it does."))
        else:
            told = ngettext(
                "%(count)s made-up person and all their touchpoints are gone.",
                "%(count)s made-up people and all their touchpoints are gone.",
                gone,
            )
            messages.success(request, told % {"count": gone})
        return redirect("wagtailadmin_home")

"""The page from which staff look for duplicates. The pairs themselves are in the list of suggestions."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from jejak.backoffice.frame import AdminPage
from jejak.features.duplicates import actions, process
from jejak.features.duplicates.models import Look
from jejak.people.models import Suggestion

VIEW = "people.view_person"
_CHANGE = "people.change_person"


class Duplicates(AdminPage):
    """When was looked for duplicates, what came of it, and a button to look again."""

    title = _("Duplicates")
    subtitle = _("People who may be one, found by likeness.")
    icon = "users-three"
    permission = VIEW
    template_name = "duplicates/duplicates.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the last look and the state of this install."""
        last = Look.objects.order_by("-started_at", "-pk").first()
        own = {
            "is_installed": actions.is_installed(),
            "command": actions.how_to_install(),
            "last": last,
            "seconds": (last.ended_at - last.started_at).total_seconds() if last and last.ended_at else None,
            "is_running": last is not None and last.state == Look.State.RUNNING,
            "open": Suggestion.objects.filter(rule=actions.RULE, decided_at=None).count(),
            "may_look": self.request.user.has_perm(_CHANGE),
            "threshold_percent": round(100 * (last.threshold if last else actions.THRESHOLD)),
        }
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin to look."""
        if not request.user.has_perm(_CHANGE):
            raise PermissionDenied
        now = datetime.now(UTC)
        try:
            look = actions.begin(threshold=actions.THRESHOLD, started_by_id=request.user.pk, now=now)
        except actions.AlreadyLooking:
            messages.info(request, _t("Somebody is looking already."))
        except actions.NotInstalled:
            messages.error(request, _t("What is needed for this is not installed."))
        else:
            process.start(look.pk)
        return redirect("duplicates:duplicates")

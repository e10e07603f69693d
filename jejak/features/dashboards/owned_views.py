"""The page of what somebody owns."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from jejak import eventlog
from jejak.backoffice.frame import AdminPage
from jejak.common import numbers
from jejak.features.dashboards import alert_words, owned
from jejak.measures import Change, Measure, saying
from jejak.staff import scope


class Mine(AdminPage):
    """What changed for customers on the touchpoints that somebody owns."""

    title = gettext_lazy("My touchpoints")
    subtitle = gettext_lazy("The last seven days against the seven before, on what you own.")
    icon = "target"
    permission = "dashboards.view_alert"
    template_name = "dashboards/mine.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        owned.follow(user=user, names=request.POST.getlist("name"))
        return HttpResponseRedirect(reverse("dashboards:mine"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        # Words are of people: who sees no people, or only some, reads the numbers.
        with_words = user.has_perm("people.view_person") and not scope.limited(user)
        own: dict[str, Any] = {"all": owned.all_names(), "chosen": owned.names_of(user)}
        try:
            found = owned.told(user, now=datetime.now(UTC), with_words=with_words)
            own["owned"] = [
                {
                    "one": one,
                    "volume": _line(None, one.volume),
                    "lines": [_line(measure, change) for measure, change in one.changes],
                    "alerts": [alert_words.said(alert) for alert in one.alerts],
                }
                for one in found
            ]
        except (eventlog.Away, eventlog.TooExpensive):
            own["away"] = True
        return super().get_context_data(**(own | kwargs))


def _line(measure: Measure | None, change: Change) -> dict[str, Any]:
    told, before = change.now.estimate, change.before.estimate
    unit = saying.unit(measure) if measure else None

    def text(value: float | None) -> str:
        return "–" if value is None else unit.text(value) if unit else numbers.number(value)

    rises = (change.difference.value or 0) > 0
    good = measure is not None and {"more is better": rises, "less is better": not rises}.get(
        measure.polarity
    )
    return {
        "title": str(measure.title) if measure else "",
        "value": text(told.value),
        "low": text(told.low) if told.low is not None else "",
        "high": text(told.high) if told.high is not None else "",
        "n": told.n,
        "before": text(before.value),
        "is_clear": change.is_clear,
        "tone": ("good" if good else "bad") if change.is_clear else "",
    }

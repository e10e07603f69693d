"""The pages of alerts: what left its usual band, and where it changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import View

from jejak import eventlog
from jejak.backoffice.charts import Unit
from jejak.backoffice.frame import AdminPage, require_admin_access
from jejak.features.dashboards import alert_words, alerting
from jejak.features.dashboards.models import Alert, Mute, Watch
from jejak.measures import NoSuchMeasure, underneath
from jejak.measures.underneath import Group
from jejak.measures.watching import Watched
from jejak.questions.answering import once

_A_PAGE = 30
_VIEW, _CHANGE = "dashboards.view_alert", "dashboards.change_alert"


class Alerts(AdminPage):
    """What is out of its usual band now, and what was."""

    title = gettext_lazy("Alerts")
    subtitle = gettext_lazy("What left its usual band, found without being asked.")
    icon = "bell"
    permission = _VIEW
    template_name = "dashboards/alerts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        muted = set(Mute.objects.filter(until_at__gt=now).values_list("subject", flat=True))
        opened = list(Alert.objects.filter(ended_on=None).select_related("rule", "seen_by"))
        over = Paginator(Alert.objects.exclude(ended_on=None).select_related("rule", "seen_by"), _A_PAGE)
        page = over.get_page(self.request.GET.get("page"))
        own = {
            "open": [alert_words.said(one) for one in opened if one.subject not in muted],
            "muted": [alert_words.said(one) for one in opened if one.subject in muted],
            "over": [alert_words.said(one) for one in page.object_list],
            "page": page,
            "watch": Watch.objects.defer("history").filter(pk=1).first(),
        }
        return super().get_context_data(**(own | kwargs))


class One(AdminPage):
    """One alert: its line with the usual band, where it changed, and what we do about it."""

    icon = "bell"
    permission = _VIEW
    template_name = "dashboards/alert.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            self.alert = get_object_or_404(
                Alert.objects.select_related("rule", "seen_by"), pk=kwargs["alert_id"]
            )
            self.said = alert_words.said(self.alert)
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> Any:
        return self.said.title

    def get_subtitle(self) -> Any:
        return " · ".join(part for part in (self.said.where, self.said.when) if part)

    def get_back(self) -> Any:
        return reverse("dashboards:alerts"), _("Alerts")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        alert = self.alert
        watched = Watched.from_json(alert.watched)
        lines = [Watched.from_json(line["watched"]) for line in alert.lines[1:13]]
        own = {
            "alert": alert,
            "said": self.said,
            "chart": alert_words.picture(alert),
            "also": [(alert_words.title(line), alert_words.where(line)) for line in lines],
            "groups": _groups(alert, watched),
            "people": _people(alert, watched, self.request),
            "explore": _explore(alert, watched, self.request),
            "mute": Mute.objects.filter(subject=alert.subject, until_at__gt=datetime.now(UTC)).first(),
            "may_change": self.request.user.has_perm(_CHANGE),
        }
        return super().get_context_data(**(own | kwargs))


class Answer(View):
    """Say that an alert was seen, why it is, or that it should be quiet for some time."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        shown: HttpResponseBase = require_admin_access(super().dispatch)(request, *args, **kwargs)
        return shown

    def post(self, request: HttpRequest, alert_id: int) -> HttpResponse:
        user: Any = request.user
        if not user.has_perm(_CHANGE):
            return HttpResponse(status=403)
        alert = get_object_or_404(Alert, pk=alert_id)
        now = datetime.now(UTC)
        days = request.POST.get("mute", "")
        if days.isdecimal() and int(days) <= 366:
            why = request.POST.get("reason", "")
            alerting.mute(subject=alert.subject, days=int(days), by=user, why=why, now=now)
        else:
            alerting.see(alert=alert, by=user, reason=request.POST.get("reason", ""), now=now)
        return HttpResponseRedirect(reverse("dashboards:alert", args=[alert.pk]))


def home_card(request: HttpRequest) -> str:
    """Return the card of what is open now, or nothing."""
    now = datetime.now(UTC)
    muted = Mute.objects.filter(until_at__gt=now).values("subject")
    opened = Alert.objects.filter(ended_on=None).exclude(subject__in=muted).select_related("rule", "seen_by")
    said = [alert_words.said(one) for one in opened[:5]]
    return render_to_string("dashboards/home_alerts.html", {"said": said}, request) if said else ""


def _groups(alert: Alert, watched: Watched) -> list[tuple[str, str, Group, str, str]] | None:
    """Return where it changed; None where the log cannot say. Of the whole, so that its own narrowing shows, too."""
    whole = replace(watched, where=())
    until_on = min(alert.last_on, datetime.now(UTC).date()) + timedelta(days=1)

    def ask() -> list[Group]:
        return underneath.groups(whole, from_on=alert.began_on, until_on=until_on, zone=settings.TIME_ZONE)

    if watched.kind not in ("volume", "part", "share", "score", "step"):
        return []
    try:
        found = once(f"dashboards:underneath:{alert.pk}:{until_on}:{alert.began_on}", ask)
    except (eventlog.Away, eventlog.TooExpensive, NoSuchMeasure):
        return None
    # Of a part, each group tells how many people it had; only the whole line is a share.
    written = Unit() if watched.kind == "part" else alert_words.unit(watched)
    return [
        (
            alert_words.column(one.column),
            alert_words.value(one.column, one.value),
            one,
            _written(written, one.now),
            _written(written, one.usual),
        )
        for one in found
    ]


def _written(unit: Any, told: Any) -> str:
    if told.low is None:
        return str(unit.text(told.value))
    return _("%(value)s (%(low)s to %(high)s, n = %(n)s)") % {
        "value": unit.text(told.value),
        "low": unit.text(told.low),
        "high": unit.text(told.high),
        "n": told.n,
    }


def _days(alert: Alert) -> dict[str, str]:
    return {"window": "custom", "from": alert.began_on.isoformat(), "to": alert.last_on.isoformat()}


def _words(watched: Watched) -> dict[str, str]:
    return {column: word for column, word in watched.where if column in ("channel", "place")}


def _people(alert: Alert, watched: Watched, request: HttpRequest) -> str:
    """Return the address of the people behind it, which another feature keeps; "" where there is none."""
    if not request.user.has_perm("people.view_person"):
        return ""
    measure = watched.measure or "people"
    said = {**_days(alert), **_words(watched), "measure": measure}
    if watched.name:
        said["name"] = watched.name
    return f"{_address('insights:people')}?{urlencode(said)}"


def _explore(alert: Alert, watched: Watched, request: HttpRequest) -> str:
    said = {**_days(alert), **_words(watched)} | ({"name": watched.name} if watched.name else {})
    return f"{_address('insights:insights')}?{urlencode(said)}"


def _address(name: str) -> str:
    return reverse(name)

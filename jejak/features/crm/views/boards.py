"""The board of a pipeline, moving what stands on it, and what it may bring."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from jejak.backoffice.charts import Bar, BarChart, Unit
from jejak.backoffice.frame import AdminPage
from jejak.features.crm import boards, forecasts
from jejak.features.crm.actions import deals as verbs
from jejak.features.crm.actions import pipelines
from jejak.features.crm.models import LOST, WON, Deal, DealReason, DealStage, Pipeline
from jejak.features.crm.views import staff
from jejak.records import changing, filtering, kinds, listing
from jejak.records.changing import BadValues, ChangedMeanwhile
from jejak.records.filtering import BadCondition
from jejak.records.listing import Asked
from jejak.staff import audit, scope
from jejak.staff.models import Team, User

_CLOSES = {
    "overdue": _("Overdue"),
    "next-30": _("In the next 30 days"),
    "next-90": _("In the next 90 days"),
    "none": _("Without a date"),
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a board shows, as its address says it."""

    q: str
    owner: str
    team: str
    closes: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Filters":
        given = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "owner", "team", "closes")}
        return cls(**given)

    def conditions(self, today: date) -> list[str]:
        """Return them as every list of records takes them."""
        where = []
        if self.owner:
            where.append("owner~empty" if self.owner == "nobody" else f"owner~any_of~{self.owner}")
        if self.team:
            where.append(f"team~is~{self.team}")
        where += {
            "overdue": [f"close_on~before~{today.isoformat()}"],
            "next-30": ["close_on~next_days~30"],
            "next-90": ["close_on~next_days~90"],
            "none": ["close_on~empty"],
        }.get(self.closes, [])
        return where

    def query(self) -> dict[str, str]:
        given = {"q": self.q, "owner": self.owner, "team": self.team, "closes": self.closes}
        return {name: value for name, value in given.items() if value}


class _OfPipeline(AdminPage):
    """What the pages over a whole pipeline share: which one, and which of its deals."""

    permission = "crm.view_deal"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.filters = Filters.of(request)
        self.today = timezone.localdate()

    def pipelines(self) -> list[Pipeline]:
        return list(Pipeline.objects.filter(archived_at=None)) or [pipelines.first()]

    def chosen(self, among: list[Pipeline]) -> Pipeline:
        key = self.request.GET.get("pipeline", "")
        return next((one for one in among if one.key == key), among[0])

    def found(self) -> Any:
        """The deals that the filters and the scope leave; none where the filters make no sense."""
        kind = kinds.kind("deal")
        rows = scope.limit(Deal.objects.filter(archived_at=None), self.request.user)
        try:
            asked = Asked(where=tuple(filtering.parse(self.filters.conditions(self.today))), q=self.filters.q)
            return listing.matching(kind, asked, rows=rows, me=self.request.user.pk, now=timezone.now())
        except BadCondition:
            return rows.none()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        colleagues = User.objects.filter(is_active=True).order_by("first_name", "username")
        own = {
            "filters": self.filters,
            "owners": [(str(one.pk), one.get_full_name() or one.get_username()) for one in colleagues],
            "teams": list(Team.objects.values_list("key", "name")),
            "closes": _CLOSES.items(),
            "list_url": _list_url(self.filters.conditions(self.today), self.filters.q),
        }
        return super().get_context_data(**(own | kwargs))


class Board(_OfPipeline):
    """The deals of a pipeline, in the columns of its stages."""

    title = _("Deals")
    icon = "handshake"
    template_name = "crm/board.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "HX-Request" in request.headers and "after" in request.GET:
            stage = get_object_or_404(DealStage, key=request.GET.get("stage", ""))
            column = boards.column(
                stage, self.found(), after=request.GET["after"], now=timezone.now(), today=self.today
            )
            context = {"column": column, "may_move": self.may_move, "base": self.base(stage.pipeline)}
            return render(request, "crm/cards.html", context)
        return self.render_to_response(self.get_context_data())

    @property
    def may_move(self) -> bool:
        return bool(self.request.user.has_perm("crm.change_deal"))

    def base(self, pipeline: Pipeline) -> str:
        return urlencode({"pipeline": pipeline.key, **self.filters.query()})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        among = self.pipelines()
        pipeline = self.chosen(among)
        columns = boards.board(pipeline, self.found(), now=timezone.now(), today=self.today)
        own = {
            "pipeline": pipeline,
            "pipelines": among,
            "columns": columns,
            "is_empty": not any(column.count for column in columns),
            "is_filtered": bool(self.filters.query()),
            "may_move": self.may_move,
            "closed_days": boards.CLOSED_DAYS,
            "reasons": _reasons(),
            "base": self.base(pipeline),
        }
        return super().get_context_data(**(own | kwargs))


class Move(Board):
    """Move a deal: from the board, which comes back as it stands now, or from the page of the deal."""

    permission = "crm.change_deal"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, deal_id: int) -> HttpResponse:
        rows = scope.limit(
            Deal.objects.filter(archived_at=None).select_related("stage", "reason"), request.user
        )
        deal = get_object_or_404(rows, pk=deal_id)
        refusal = self._moved(request, deal)
        if "HX-Request" in request.headers:
            answer = render(request, "crm/columns.html", self.get_context_data())
            if refusal:
                answer["HX-Trigger"] = json.dumps({"jk:toast": {"text": refusal, "tone": "error"}})
            return answer
        if refusal:
            messages.error(request, refusal)
        else:
            messages.success(request, _now("Moved."))
        back = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        return redirect(back if is_ours else reverse("crm:deal", args=[deal.pk]))

    def _moved(self, request: HttpRequest, deal: Deal) -> str:
        """Move it, and put it where it was dropped. Returns why that did not work, or ""."""
        stage, given = request.POST.get("stage", ""), request.POST
        try:
            with transaction.atomic():
                values = {"stage": stage, "reason": given.get("reason", "")}
                if stage != deal.stage_id:
                    seen: dict[str, Any] = {"stage": given["seen"]} if given.get("seen") else {}
                    changing.change(
                        kind=kinds.kind("deal"),
                        record=deal,
                        values=values,
                        by=staff(request),
                        now=timezone.now(),
                        seen=seen,
                    )
                    detail = {"fields": ["stage"]}
                    audit.note(
                        request,
                        audit.CHANGED,
                        kind="deal",
                        record_id=deal.pk,
                        title=deal.title,
                        detail=detail,
                    )
                elif given.get("seen") not in (None, "", stage):
                    raise ChangedMeanwhile
                if "before" in given:
                    before = given["before"]
                    beside = Deal.objects.filter(pk=before).first() if before.isdecimal() else None
                    if beside is None or beside.pk != deal.pk:
                        verbs.place(deal=deal, before=beside)
        except BadValues as error:
            return "; ".join(error.errors.values())
        except ChangedMeanwhile:  # Also where two were equally quick: actions.MovedMeanwhile.
            text = _now("Somebody else moved “%(deal)s” meanwhile. This is how it stands now.")
            return text % {"deal": deal.title}
        return ""


class Forecast(_OfPipeline):
    """What deals may bring, by month and currency, and how often each stage ended in a win."""

    title = _("Forecast")
    subtitle = _("What was won, and what open deals may bring, by the month they are to close in.")
    icon = "chart-line-up"
    template_name = "crm/forecast.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("crm:deals"), _("Deals")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        among = self.pipelines()
        pipeline = self.chosen(among)
        found = self.found().filter(pipeline=pipeline.key)
        months = forecasts.months(found, today=self.today)
        by_currency: dict[str, list[forecasts.Month]] = {}
        for month in months:
            if month.currency:
                by_currency.setdefault(month.currency, []).append(month)
        own = {
            "pipeline": pipeline,
            "pipelines": among,
            "months": [
                (currency, listed, _chart(currency, listed)) for currency, listed in by_currency.items()
            ],
            "rates": forecasts.rates(pipeline, found),
            "reasons": [
                (_("Why deals were won"), forecasts.reasons(found, WON)),
                (_("Why deals were lost"), forecasts.reasons(found, LOST)),
            ],
        }
        return super().get_context_data(**(own | kwargs))


def _chart(currency: str, months: list[forecasts.Month]) -> BarChart | None:
    dated = [(one.month, one) for one in months if one.month is not None]
    if len(dated) < 2:
        return None
    bars = []
    for month, one in dated:
        label = date_format(month, "M Y")
        bars.append(Bar(label=label, value=float(one.won), series=_now("Won")))
        bars.append(Bar(label=label, value=float(one.weighted), series=_now("Open, weighted")))
    return BarChart(
        bars=bars,
        unit=Unit(kind="money", currency=currency),
        x_label=_now("Month"),
        upright=True,
        stacked=True,
    )


def _reasons() -> list[dict[str, Any]]:
    listed = DealReason.objects.filter(archived_at=None)
    return [dict(one) for one in listed.values("key", "name", "outcome")]


def _list_url(where: list[str], q: str) -> str:
    """Return where the same deals stand as a list, or "" while there is no such page."""
    try:
        address = reverse("lists:list", args=["deal"])
    except NoReverseMatch:
        return ""
    query = [("where", one) for one in where] + ([("q", q)] if q else [])
    return f"{address}?{urlencode(query)}" if query else address

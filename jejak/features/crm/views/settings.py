"""Settings of deals: pipelines, their stages, and the reasons why deals are won and lost."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jejak.backoffice.frame import AdminPage
from jejak.features.crm.actions import pipelines as verbs
from jejak.features.crm.models import LOST, OPEN, OUTCOMES, WON, Deal, DealReason, DealStage, Pipeline

_MODELS: dict[str, type[Pipeline] | type[DealStage] | type[DealReason]] = {
    "pipeline": Pipeline,
    "stage": DealStage,
    "reason": DealReason,
}


class Settings(AdminPage):
    """Pipelines with their stages, and reasons."""

    title = _("Deals")
    subtitle = _("The pipelines that deals go through, stage by stage, and why they end.")
    icon = "handshake"
    permission = "crm.change_pipeline"
    template_name = "crm/settings.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("backoffice:settings"), _("Settings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        verbs.first()
        is_open = Q(won_at=None, lost_at=None, archived_at=None)
        counts = dict(Deal.objects.filter(is_open).order_by().values_list("stage_id").annotate(n=Count("pk")))
        listed = []
        for pipeline in Pipeline.objects.filter(archived_at=None).prefetch_related("stages"):
            stages = sorted(pipeline.stages.all(), key=lambda one: (one.order, one.pk))
            listed.append(
                {
                    "pipeline": pipeline,
                    "stages": [(one, counts.get(one.key, 0)) for one in stages if one.archived_at is None],
                    "away": [one for one in stages if one.archived_at is not None],
                }
            )
        reasons = list(DealReason.objects.all())
        own = {
            "listed": listed,
            "away": Pipeline.objects.exclude(archived_at=None),
            "outcomes": OUTCOMES,
            "reasons": [
                (
                    outcome,
                    title,
                    [one for one in reasons if one.outcome == outcome and one.archived_at is None],
                    [one for one in reasons if one.outcome == outcome and one.archived_at is not None],
                )
                for outcome, title in ((WON, _("Why deals are won")), (LOST, _("Why deals are lost")))
            ],
        }
        return super().get_context_data(**(own | kwargs))


class Change(AdminPage):
    """One change of the settings: what is done with which."""

    http_method_names = ["post"]
    permission = "crm.change_pipeline"

    def post(self, request: HttpRequest) -> HttpResponse:
        what, do = request.POST.get("what", ""), request.POST.get("do", "")
        if what not in _MODELS:
            raise Http404
        anchor = ""
        try:
            if do == "add":
                anchor = self._add(what)
            else:
                one: Any = get_object_or_404(_MODELS[what], pk=_whole(request.POST.get("id", "")))
                anchor = f"{what}-{one.pk}"
                self._change(one, do)
        except verbs.NotPossible as error:
            messages.error(request, str(error))
        return redirect(reverse("crm:settings") + (f"#{anchor}" if anchor else ""))

    def _add(self, what: str) -> str:
        given = self.request.POST
        name, outcome = given.get("name", ""), given.get("outcome", OPEN)
        if what == "pipeline":
            return f"pipeline-{verbs.add_pipeline(name=name).pk}"
        if what == "reason":
            return f"reason-{verbs.add_reason(outcome=outcome, name=name).pk}"
        pipeline = get_object_or_404(Pipeline, pk=_whole(given.get("pipeline", "")))
        stage = verbs.add_stage(
            pipeline=pipeline,
            name=name,
            probability=_whole(given.get("probability", "")),
            outcome=outcome,
            asks_reason=bool(given.get("asks_reason")),
        )
        return f"stage-{stage.pk}"

    def _change(self, one: Pipeline | DealStage | DealReason, do: str) -> None:
        given = self.request.POST
        if do in {"up", "down"}:
            verbs.shift(one=one, by=-1 if do == "up" else 1)
        elif do == "archive":
            verbs.archive(one=one, now=timezone.now())
        elif do == "restore":
            verbs.restore(one=one)
        elif do == "save" and isinstance(one, DealStage):
            verbs.change_stage(
                stage=one,
                name=given.get("name", ""),
                probability=_whole(given.get("probability", "")),
                outcome=given.get("outcome", one.outcome),
                asks_reason=bool(given.get("asks_reason")),
            )
        elif do == "save" and isinstance(one, Pipeline):
            verbs.rename_pipeline(pipeline=one, name=given.get("name", ""))
        elif do == "save" and isinstance(one, DealReason):
            verbs.rename_reason(reason=one, name=given.get("name", ""))
        else:
            raise Http404


def _whole(text: str) -> int:
    """A whole number that may stand in a column; -1 for anything else, which fits nothing."""
    return int(text) if text.isdecimal() and len(text) < 10 else -1

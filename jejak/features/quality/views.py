"""The pages of quality: how good the records are, and what to put right first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from jejak.backoffice.frame import AdminPage
from jejak.common.statistics import Estimate, counted, share_percent
from jejak.features.quality import actions
from jejak.features.quality.models import Check, Finding, Standing
from jejak.records import kinds, listing, quality
from jejak.records.kinds import Kind
from jejak.records.quality import Rule
from jejak.staff import scope

_A_PIECE = 50


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A rule, how many records it finds wrong, and which share that is."""

    rule: Rule
    count: int
    share: Estimate


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """One record of the work list. findings: (finding, rule, what exactly)."""

    pk: int
    title: str
    link: str
    score: int
    findings: list[tuple[Finding, Rule, str]]


class _OfKind(AdminPage):
    """The base: a kind of records that this member of staff may see."""

    permission = "quality.view_finding"
    icon = "seal-check"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            self.kind = kinds.kind(kwargs.get("kind") or "person")
        except kinds.NoSuchKind:
            raise Http404 from None
        if request.user.is_authenticated and not self.kind.allows(request.user, "view"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class Overview(_OfKind):
    """How good the records of a kind are."""

    title = _("Data quality")
    subtitle = _("What is missing, out of date or contradictory, and whom nothing reaches.")
    template_name = "quality/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        newest = Check.objects.filter(kind=self.kind.key).order_by("-begun_at")
        check = newest.exclude(ended_at=None).first()
        own = {
            "kind": self.kind,
            "kinds": [kinds.kind(key) for key in quality.checked_kinds()],
            "check": check,
            "under_way": newest.filter(ended_at=None).first(),
            "score": 100 - check.lost / check.records if check and check.records else None,
            "counted": self._counted(check) if check else [],
            "concerns": quality.CONCERNS,
        }
        return super().get_context_data(**(kwargs | own))

    def _counted(self, check: Check) -> list[Counted]:
        told = [
            Counted(
                rule=rule,
                count=count,
                share=share_percent(counted(count, check.records)),
            )
            for rule in quality.rules(self.kind.key)
            if (count := check.counts.get(rule.key, 0))
        ]
        return sorted(told, key=lambda one: -one.count * one.rule.points)


class WorkList(_OfKind):
    """What to put right, the worst first."""

    template_name = "quality/work.html"

    def get_title(self) -> Any:
        rule = self._rule()
        return rule.title if rule else _("Worst first")

    def get_subtitle(self) -> Any:
        rule = self._rule()
        return rule.advice if rule else ""

    def get_back(self) -> tuple[str, Any]:
        return reverse("quality:kind", args=[self.kind.key]), _("Data quality")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        try:
            after = int(self.request.GET.get("after", "0"))
        except ValueError:
            after = 0
        ids = list(self._ids()[after : after + _A_PIECE + 1])
        own = {
            "kind": self.kind,
            "rule": self._rule(),
            "wrong": self._wrong(ids[:_A_PIECE]),
            "more": f"?rule={self.request.GET.get('rule', '')}&after={after + _A_PIECE}"
            if len(ids) > _A_PIECE
            else "",
        }
        return super().get_context_data(**(kwargs | own))

    def _rule(self) -> Rule | None:
        wanted = self.request.GET.get("rule", "")
        return next((one for one in quality.rules(self.kind.key) if one.key == wanted), None)

    def _ids(self) -> "QuerySet[Any, int]":
        rule = self._rule()
        if rule:
            rows: QuerySet[Any] = Finding.objects.filter(
                kind=self.kind.key, rule=rule.key, dismissed_at=None
            ).order_by("record_id")
        else:
            rows = Standing.objects.filter(kind=self.kind.key).order_by("score", "record_id")
        if scope.limited(self.request.user):
            mine = scope.limit(self.kind.rows(), self.request.user).values("pk")
            rows = rows.filter(record_id__in=mine)
        return rows.values_list("record_id", flat=True)

    def _wrong(self, ids: list[int]) -> list[Wrong]:
        now = datetime.now(UTC)
        records = {record.pk: record for record in self.kind.rows().filter(pk__in=ids)}
        details = {
            (pk, rule.key): detail
            for pk, those in quality.wrong(self.kind.key, list(records.values()), now=now).items()
            for rule, detail in those
        }
        rules = {rule.key: rule for rule in quality.rules(self.kind.key)}
        findings: dict[int, list[tuple[Finding, Rule, str]]] = {}
        held = Finding.objects.filter(kind=self.kind.key, record_id__in=ids, dismissed_at=None)
        for finding in held.order_by("-points", "rule"):
            if finding.rule in rules:
                detail = details.get((finding.record_id, finding.rule), "")
                findings.setdefault(finding.record_id, []).append((finding, rules[finding.rule], detail))
        titles = listing.titles(self.kind, records)
        return [
            Wrong(
                pk=pk,
                title=titles.get(pk, str(pk)),
                link=_link(self.kind, pk),
                score=quality.score(sum(finding.points for finding, _rule, _detail in findings.get(pk, []))),
                findings=findings.get(pk, []),
            )
            for pk in ids
            if pk in records
        ]


class CheckNow(_OfKind):
    """Has the records of a kind checked again."""

    permission = "quality.run_check"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actions.want(kind=self.kind.key, now=datetime.now(UTC))
        return redirect("quality:kind", self.kind.key)


class Aside(AdminPage):
    """Takes a finding that is right as it is out of the list, or back in."""

    permission = "quality.change_finding"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        finding = get_object_or_404(Finding, pk=kwargs["finding_id"])
        kind = kinds.kind(finding.kind)
        if not scope.limit(kind.rows(), request.user).filter(pk=finding.record_id).exists():
            raise Http404
        if "back" in request.POST:
            actions.take_up(finding=finding)
        else:
            actions.dismiss(finding=finding, by=request.user, now=datetime.now(UTC))  # type: ignore[arg-type]
        return redirect(f"{reverse('quality:work', args=[kind.key])}?rule={request.POST.get('rule', '')}")


def _link(kind: Kind, pk: int) -> str:
    address = kind.link(pk) if kind.link else ""
    try:
        return address or reverse("lists:record", args=[kind.key, pk])
    except NoReverseMatch:
        return ""

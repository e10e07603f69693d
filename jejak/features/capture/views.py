"""The capture pages: what arrives, what was refused, who sends, and what each touchpoint means."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jejak import eventlog
from jejak.backoffice.charts import Bar, BarChart
from jejak.backoffice.frame import AdminPage
from jejak.common.numbers import number
from jejak.features.capture import actions, counting, recent
from jejak.features.capture.forms import DefinitionForm, SourceForm
from jejak.features.capture.models import Source
from jejak.people import signing
from jejak.people.models import Suggestion
from jejak.staff import audit, scope
from jejak.touchpoints import definitions, inlet, refusals, words
from jejak.touchpoints.models import Definition, Refusal

_MOST_REPLAYED = 2000
_MANY = 50
_DAYS = 30


class Live(AdminPage):
    """What arrives, as it arrives."""

    title = _("Live")
    subtitle = _("What arrives, as it arrives.")
    icon = "pulse"
    permission = "capture.view_source"
    template_name = "capture/live.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        _everybody_only(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("HX-Target") == "cp-today":
            return render(request, "capture/today.html", _today())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = {name: self.request.GET.get(name, "").strip()[:200] for name in ("source", "name", "person")}
        given = {name: value for name, value in asked.items() if value}
        rows, away = _latest(asked)
        return super().get_context_data(
            **kwargs,
            asked=asked,
            filtered=bool(given),
            rows=rows,
            channels={key: str(word) for key, word in words.CHANNELS.items()},
            today_text=f"{timezone.localdate():%Y-%m-%d}",
            away=away,
            sources=_source_names(),
            stream=f"/live/touchpoints?{urlencode(given)}",
            refused=_few(Refusal.objects.filter(replayed_at=None)),
            **_today(),
        )


class Refused(AdminPage):
    """What was refused and why, to look at and to replay."""

    title = _("Refused")
    subtitle = _("What could not become a touchpoint, and why. Nothing of it is lost.")
    icon = "prohibit"
    permission = "touchpoints.view_refusal"
    template_name = "capture/refused.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        _everybody_only(request)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = {name: self.request.GET.get(name, "").strip()[:200] for name in ("source", "reason", "state")}
        listed = _refused(asked["source"], asked["reason"], replayed=asked["state"] == "replayed")
        beginning = Substr("message", 1, recent.LONGEST_MESSAGE)
        listed = listed.defer("message").annotate(beginning=beginning)
        page = Paginator(listed, _MANY).get_page(self.request.GET.get("page"))
        reasons = counting.refused_by_reason(asked["source"])
        return super().get_context_data(
            **kwargs,
            asked=asked,
            filtered=any(asked.values()),
            page=page,
            rows=[_ShownRefusal(refusal) for refusal in page],
            reasons=[(reason, refusals.REASONS.get(reason, reason), n) for reason, n in reasons],
            reason_words=refusals.REASONS,
            stream=f"/live/touchpoints?{urlencode({'refused': '1', 'source': asked['source']})}",
            sources=_source_names(),
            may_replay=self.request.user.has_perm("touchpoints.change_refusal"),
        )


class Replay(AdminPage):
    """Send refused messages through the pipeline again: one, or all that the filters show."""

    http_method_names = ["post"]
    permission = "touchpoints.change_refusal"

    def post(self, request: HttpRequest) -> HttpResponse:
        source, reason = request.POST.get("source", ""), request.POST.get("reason", "")
        chosen = _refused(source, reason, replayed=False)
        if one := request.POST.get("refusal", ""):
            chosen = chosen.filter(pk=int(one)) if one.isdecimal() else chosen.none()
        back = f"{reverse('capture:refused')}?{urlencode({'source': source, 'reason': reason})}"
        try:
            ids = list(chosen.order_by("pk").values_list("pk", flat=True)[:_MOST_REPLAYED])
            # One at a time: a message may have megabytes.
            sent = refusals.replay(refusals=(Refusal.objects.get(pk=pk) for pk in ids), now=_utc_now())
        except inlet.Overloaded:
            messages.error(request, _("Too much waits for the log at the moment. Try again in a minute."))
            return redirect(back)
        text = ngettext("%(n)s message is on its way again.", "%(n)s messages are on their way again.", sent)
        messages.success(request, text % {"n": number(sent)})
        return redirect(back)


class Sources(AdminPage):
    """Who sends touchpoints."""

    title = _("Sources")
    subtitle = _("The sites, apps and systems that send touchpoints, each with a write key of its own.")
    icon = "plugs"
    permission = "capture.view_source"
    template_name = "capture/sources.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counts = counting.today_by_source(timezone.localdate())
        sources = Source.objects.order_by(F("revoked_at").asc(nulls_first=True), "name")
        return super().get_context_data(
            **kwargs,
            sources=[(source, counts.get(source.pk, counting.Today())) for source in sources],
            may_change=self.request.user.has_perm("capture.add_source"),
        )


class AddSource(AdminPage):
    """Make a source and show its key, once."""

    title = _("Add a source")
    icon = "plugs"
    permission = "capture.add_source"
    template_name = "capture/add_source.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("capture:sources"), _("Sources")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = SourceForm(initial={"identity": Source.Identity.SIGNED})
        return super().get_context_data(**({"form": form} | kwargs))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SourceForm(request.POST)
        if form.is_valid():
            try:
                source, key = actions.add_source(**form.cleaned_data, now=_utc_now())
            except (actions.NameTaken, actions.BadName) as error:
                _say(form, error)
            else:
                audit.note(request, audit.TOKEN_MADE, kind="source", record_id=source.pk, title=source.name)
                self.template_name = "capture/key.html"
                context = self.get_context_data(
                    title=source.name, source=source, key=key, host=_host(request)
                )
                return self.render_to_response(context)  # Wagtail has its pages kept nowhere.
        return self.render_to_response(self.get_context_data(form=form))


class EditSource(AdminPage):
    """One source: how it is doing, how to connect it, its name."""

    icon = "plugs"
    permission = "capture.view_source"
    template_name = "capture/source.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.source = get_object_or_404(Source, pk=kwargs["source_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.source.name

    def get_back(self) -> tuple[str, Any]:
        return reverse("capture:sources"), _("Sources")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        source = self.source
        days = counting.by_day(source.pk, until=timezone.localdate(), days=_DAYS)
        held = {"name": source.name, "channel": source.channel, "identity": source.identity}
        form = SourceForm(initial=held)
        may_change = self.request.user.has_perm("capture.change_source")
        is_signed = source.identity == Source.Identity.SIGNED
        own = {
            "form": form,
            "source": source,
            "today": days[-1][1],
            "chart": _days_chart(days),
            "key": f"{source.key_start}…",
            "host": _host(self.request),
            "refused": _few(Refusal.objects.filter(replayed_at=None, source=source.name)),
            "secret": signing.secret(source.pk, source.secret_number) if is_signed and may_change else "",
            "claims": _few(
                Suggestion.objects.filter(rule="claimed", decided_at=None, evidence__source=source.name)
            ),
            "may_change": may_change,
        }
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("capture.change_source"):
            return HttpResponse(status=403)
        form = SourceForm(request.POST, initial={"channel": self.source.channel})
        if form.is_valid():
            try:
                actions.rename_source(source=self.source, **form.cleaned_data)
            except (actions.NameTaken, actions.BadName) as error:
                self.source.refresh_from_db()
                _say(form, error)
            else:
                audit.note(
                    request,
                    audit.CHANGED,
                    kind="source",
                    record_id=self.source.pk,
                    title=self.source.name,
                    detail={"fields": sorted(form.changed_data), "identity": self.source.identity},
                )
                messages.success(request, _("Saved."))
                return redirect("capture:source", self.source.pk)
        return self.render_to_response(self.get_context_data(form=form))


class RevokeSource(AdminPage):
    """Stop taking what a source sends."""

    http_method_names = ["post"]
    permission = "capture.change_source"

    def post(self, request: HttpRequest, source_id: int) -> HttpResponse:
        source = get_object_or_404(Source, pk=source_id)
        actions.revoke_source(source=source, now=_utc_now())
        audit.note(request, audit.TOKEN_REVOKED, kind="source", record_id=source.pk, title=source.name)
        messages.success(
            request,
            _now("The key of “%(name)s” is revoked. It stops working within seconds.")
            % {"name": source.name},
        )
        return redirect("capture:source", source.pk)


class RenewSecret(AdminPage):
    """Give a source a new identity secret."""

    http_method_names = ["post"]
    permission = "capture.change_source"

    def post(self, request: HttpRequest, source_id: int) -> HttpResponse:
        source = get_object_or_404(Source, pk=source_id)
        actions.renew_secret(source=source)
        audit.note(
            request,
            audit.CHANGED,
            kind="source",
            record_id=source.pk,
            title=source.name,
            detail={"fields": ["secret"]},
        )
        messages.success(
            request,
            _("There is a new secret. What is signed with the old one stops counting within seconds."),
        )
        return redirect("capture:source", source.pk)


class Touchpoints(AdminPage):
    """Every kind of touchpoint that was seen, and what the company says of it."""

    title = _("Touchpoints")
    subtitle = _("What can happen, whose it is, and where in the journey it stands.")
    icon = "footprints"
    permission = "touchpoints.view_definition"
    template_name = "capture/touchpoints.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = {name: self.request.GET.get(name, "").strip()[:200] for name in ("name", "team", "stage")}
        defined = Definition.objects.all()
        if asked["name"]:
            defined = defined.filter(name__icontains=asked["name"])
        if asked["team"]:
            defined = defined.filter(team="" if asked["team"] == "-" else asked["team"])
        if asked["stage"]:
            defined = defined.filter(stage="" if asked["stage"] == "-" else asked["stage"])
        frequencies, away = counting.known_frequencies(), False
        counted = frequencies is not None or "counted" in self.request.GET
        try:
            # The page does not wait for a long log: it comes at once, and asks for the numbers then.
            frequencies = frequencies or (counting.frequencies() if counted else {})
        except (eventlog.Away, eventlog.TooExpensive):
            frequencies, away = {}, True
        ordered = sorted(defined, key=lambda one: (-_often(frequencies, one.name), one.name))
        page = Paginator(ordered, _MANY).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            **kwargs,
            asked=asked,
            filtered=any(asked.values()),
            page=page,
            rows=[(one, frequencies.get(one.name)) for one in page],
            counted=counted and not away,
            away=away,
            teams=_teams(),
            stages=Definition.Stage.choices,
            may_change=self.request.user.has_perm("touchpoints.change_definition"),
        )


class Define(AdminPage):
    """Say what a touchpoint means, whose it is and where it stands."""

    icon = "footprints"
    permission = "touchpoints.change_definition"
    template_name = "capture/define.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.definition = get_object_or_404(Definition, pk=kwargs["definition_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.definition.name

    def get_back(self) -> tuple[str, Any]:
        return reverse("capture:touchpoints"), _("Touchpoints")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {"form": DefinitionForm(instance=self.definition), "teams": _teams()}
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = DefinitionForm(request.POST, instance=self.definition)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        definitions.define(name=self.definition.name, **form.cleaned_data)
        messages.success(request, _("Saved. What arrives from now on carries it."))
        return redirect("capture:touchpoints")


def _everybody_only(request: HttpRequest) -> None:
    """Let nobody in who sees the people of some teams only: what arrives is of everybody, and sorted later."""
    if request.user.is_authenticated and scope.limited(request.user):
        raise PermissionDenied


class _ShownRefusal:
    """A refusal with its words and the beginning of its message laid out for reading."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        self.says = refusals.REASONS.get(refusal.reason, refusal.reason)
        self.message = recent.laid_out(bytes(refusal.beginning).decode(errors="replace"))  # type: ignore[attr-defined]


def _today() -> dict[str, Any]:
    return {"today": counting.today(timezone.localdate()), "waiting": inlet.waiting()}


def _latest(asked: dict[str, str]) -> tuple[Sequence[recent.Row], bool]:
    """Return the newest rows, and whether the log is away."""
    try:
        rows = recent.latest(
            now=_utc_now(), source=asked["source"], name=asked["name"], person=asked["person"]
        )
    except (eventlog.Away, eventlog.TooExpensive):
        return [], True
    return rows, False


def _refused(source: str, reason: str, *, replayed: bool) -> Any:
    chosen = Refusal.objects.filter(replayed_at__isnull=not replayed).order_by("-received_at", "-pk")
    if source:
        chosen = chosen.filter(source=source)
    if reason:
        chosen = chosen.filter(reason=reason)
    return chosen


def _source_names() -> list[str]:
    return list(Source.objects.order_by("name").values_list("name", flat=True))


def _teams() -> list[str]:
    named = Definition.objects.exclude(team="").order_by("team")
    return list(named.values_list("team", flat=True).distinct())


def _often(frequencies: dict[str, counting.Frequency], name: str) -> int:
    frequency = frequencies.get(name)
    return frequency.n if frequency else 0


def _few(rows: Any) -> int:
    """Count up to a thousand: more need not be told exactly."""
    return int(rows.order_by().values("pk")[:1000].count())


def _days_chart(days: Sequence[tuple[Any, counting.Today]]) -> BarChart:
    kinds = [(_("accepted"), "kept"), (_("refused"), "refused"), (_("opted out"), "opted_out")]
    told = [
        (word, field) for word, field in kinds if field == "kept" or any(getattr(t, field) for _d, t in days)
    ]
    return BarChart(
        bars=[
            Bar(label=date_format(day, "j M"), value=getattr(counts, field), series=str(word))
            for word, field in told
            for day, counts in days
        ],
        upright=True,
        stacked=True,
    )


def _say(form: SourceForm, error: Exception) -> None:
    if isinstance(error, actions.NameTaken):
        form.add_error("name", _("There is a source of this name already."))
    else:
        form.add_error("name", _("This name cannot be used."))


def _host(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _utc_now() -> datetime:
    return datetime.now(UTC)

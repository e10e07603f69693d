"""Teams, tokens and the audit log, for those who look after staff."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from jejak.backoffice.frame import AdminPage
from jejak.staff import audit, tokens
from jejak.staff.forms import TeamForm, TokenForm
from jejak.staff.models import AuditEntry, Team, Token, User

_A_PAGE = 100
_MOST_EXPORTED = 100_000
_COLUMNS = ["at", "by", "token", "verb", "kind", "record", "title", "detail", "address"]


class Teams(AdminPage):
    """The teams, and how many staff each has."""

    title = _("Teams")
    subtitle = _("Who owns people, companies and touchpoints together: a shop, a region, a desk.")
    icon = "users-three"
    permission = "staff.view_team"
    template_name = "staff/teams.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("backoffice:settings"), _("Settings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        teams = Team.objects.annotate(
            members_count=Count("members", filter=Q(members__is_active=True))
        ).order_by("name")
        may_change = self.request.user.has_perm("staff.change_team")
        return super().get_context_data(**kwargs, teams=teams, may_change=may_change)


class _OfTeams(AdminPage):
    """A page with a form for one team."""

    icon = "users-three"
    template_name = "staff/form.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("staff:teams"), _("Teams")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "form": TeamForm(instance=self._team()),
            "cancel": reverse("staff:teams"),
            "team": self._team(),
        }
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        team = self._team()
        form = TeamForm(request.POST, instance=team)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        with transaction.atomic():
            saved = form.save()
            audit.note(
                request,
                audit.CHANGED if team else audit.ADDED,
                kind="team",
                record_id=saved.pk,
                title=saved.name,
                detail={"fields": form.changed_data},
            )
        messages.success(request, _("Saved."))
        return redirect("staff:teams")

    def _team(self) -> Team | None:
        return None


class AddTeam(_OfTeams):
    """Make a team."""

    title = _("Add a team")
    permission = "staff.add_team"


class EditTeam(_OfTeams):
    """Give a team another name."""

    permission = "staff.change_team"

    def get_title(self) -> str:
        return str(self._team())

    def _team(self) -> Team:
        return get_object_or_404(Team, pk=self.kwargs["team_id"])


class DeleteTeam(AdminPage):
    """Take a team away. What carries its key keeps it."""

    http_method_names = ["post"]
    permission = "staff.delete_team"

    def post(self, request: HttpRequest, team_id: int) -> HttpResponse:
        team = get_object_or_404(Team, pk=team_id)
        with transaction.atomic():
            audit.note(request, audit.DELETED, kind="team", record_id=team.pk, title=team.name)
            team.delete()
        messages.success(request, _now("The team “%(name)s” is deleted.") % {"name": team.name})
        return redirect("staff:teams")


class Tokens(AdminPage):
    """The keys of programs: one's own, and for administrators everybody's."""

    title = _("API tokens")
    subtitle = _("Each lets a program act for one of the staff, within their role and its scopes.")
    icon = "key"
    permission = "staff.view_token"
    template_name = "staff/tokens.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("backoffice:settings"), _("Settings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs, tokens=_tokens_of(self.request).select_related("user"), now=datetime.now(UTC)
        )


class AddToken(AdminPage):
    """Make a token and show its secret, once."""

    title = _("Make a token")
    icon = "key"
    permission = "staff.add_token"
    template_name = "staff/form.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("staff:tokens"), _("API tokens")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "form": TokenForm(by=cast(User, self.request.user)),
            "cancel": reverse("staff:tokens"),
            "submit": _("Make the token"),
        }
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest) -> HttpResponse:
        by = cast(User, request.user)
        form = TokenForm(request.POST, by=by)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        now, given = datetime.now(UTC), form.cleaned_data
        with transaction.atomic():
            token, secret = tokens.make(
                name=given["name"],
                user=given["user"],
                scopes=given["scopes"],
                made_by=by,
                now=now,
                expires_at=form.expires_at(now),
            )
            detail = {"for": token.user.get_username(), "scopes": token.scopes}
            audit.note(
                request, audit.TOKEN_MADE, kind="token", record_id=token.pk, title=token.name, detail=detail
            )
        self.template_name = "staff/secret.html"
        context = self.get_context_data(
            title=token.name, secret=secret, address=request.build_absolute_uri("/api/v1/me")
        )
        return self.render_to_response(context)  # Wagtail has its pages kept nowhere.


class RevokeToken(AdminPage):
    """Let a token open nothing any more."""

    http_method_names = ["post"]
    permission = "staff.view_token"

    def post(self, request: HttpRequest, token_id: int) -> HttpResponse:
        token = get_object_or_404(_tokens_of(request), pk=token_id)
        try:
            with transaction.atomic():
                tokens.revoke(token=token, now=datetime.now(UTC))
                audit.note(request, audit.TOKEN_REVOKED, kind="token", record_id=token.pk, title=token.name)
        except tokens.AlreadyRevoked:
            pass  # It is as they want it.
        messages.success(request, _now("The token “%(name)s” opens nothing any more.") % {"name": token.name})
        return redirect("staff:tokens")


class Audit(AdminPage):
    """Who saw and changed what."""

    title = _("Audit log")
    subtitle = _("Who saw and changed personal data, who logged in, and who may do what since when.")
    icon = "detective"
    permission = "staff.view_auditentry"
    template_name = "staff/audit.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("backoffice:settings"), _("Settings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        audit.flush()  # What was seen a moment ago stands in it, too.
        asked = _asked(self.request)
        entries = _before(_found(asked), self.request.GET.get("before", ""))
        rows = list(entries[: _A_PAGE + 1])
        more = rows[_A_PAGE - 1] if len(rows) > _A_PAGE else None
        return super().get_context_data(
            **kwargs,
            asked=asked,
            filtered=any(asked.values()),
            rows=[_Line(entry) for entry in rows[:_A_PAGE]],
            before=f"{more.at.isoformat()} {more.pk}" if more else "",
            verbs=audit.VERBS,
            kinds=audit.KINDS
            if asked["kind"] in ("", *audit.KINDS)
            else {**audit.KINDS, asked["kind"]: asked["kind"]},
            staff=User.objects.order_by("username").values_list("username", flat=True),
            later="before" in self.request.GET,
        )


class ExportAudit(AdminPage):
    """The lines that the filters show, as CSV."""

    permission = "staff.view_auditentry"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        audit.flush()
        asked = _asked(request)
        audit.note(
            request, audit.EXPORTED, kind="audit log", detail={"filters": sorted(filter(asked.get, asked))}
        )
        name = f"audit-log-{timezone.localdate():%Y-%m-%d}.csv"
        response = StreamingHttpResponse(
            _csv(_found(asked)[:_MOST_EXPORTED]),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
        return cast(HttpResponse, response)


class _Line:
    """An entry with its words."""

    def __init__(self, entry: AuditEntry) -> None:
        self.entry = entry
        self.verb = audit.VERBS.get(entry.verb, entry.verb)
        self.kind = audit.KINDS.get(entry.kind, entry.kind)
        self.told = [(audit.DETAILS.get(name, name), _told(value)) for name, value in entry.detail.items()]


class _Echo:
    """Gives back what is written to it: csv's writer wants a file."""

    def write(self, text: str) -> str:
        return text


def _told(value: Any) -> str:
    match value:
        case [before, after] if not isinstance(before, str) or not isinstance(after, str):
            return f"{_told(before)} → {_told(after)}"
        case list():
            return ", ".join(_told(one) for one in value) or "–"
        case bool():
            return str(_("yes") if value else _("no"))
    return str(value)


def _tokens_of(request: HttpRequest) -> "QuerySet[Token]":
    everything = Token.objects.order_by("revoked_at", "-made_at")
    return everything if request.user.is_superuser else everything.filter(user=cast(User, request.user))


def _asked(request: HttpRequest) -> dict[str, str]:
    return {
        name: request.GET.get(name, "").strip()[:150]
        for name in ("by", "verb", "kind", "record", "from", "to")
    }


def _found(asked: dict[str, str]) -> "QuerySet[AuditEntry]":
    exactly = {
        "by_name": asked["by"],
        "verb": asked["verb"],
        "kind": asked["kind"],
        "record_id": asked["record"],
    }
    entries = AuditEntry.objects.filter(**{name: held for name, held in exactly.items() if held})
    if since := _day(asked["from"]):
        entries = entries.filter(at__gte=timezone.make_aware(datetime.combine(since, time.min)))
    if until := _day(asked["to"]):
        entries = entries.filter(at__lte=timezone.make_aware(datetime.combine(until, time.max)))
    return entries.order_by("-at", "-id")


def _before(entries: "QuerySet[AuditEntry]", cursor: str) -> "QuerySet[AuditEntry]":
    at, _space, number = cursor.partition(" ")
    try:
        moment = parse_datetime(at)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment) or not number.isdecimal():
        return entries
    return entries.filter(Q(at__lt=moment) | Q(at=moment, pk__lt=int(number)))


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _csv(entries: "QuerySet[AuditEntry]") -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(_COLUMNS)
    for entry in entries.iterator(chunk_size=2000):
        yield writer.writerow(
            [
                entry.at.isoformat(),
                _harmless(entry.by_name),
                _harmless(entry.by_token),
                entry.verb,
                entry.kind,
                entry.record_id,
                _harmless(entry.title),
                "; ".join(f"{name}: {_told(value)}" for name, value in entry.detail.items()),
                entry.address,
            ]
        )


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text

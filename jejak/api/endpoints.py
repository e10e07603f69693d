"""The frame's own endpoints: who am I, which tokens are mine, and the audit log."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Schema, Status

from jejak.api.callers import needs
from jejak.api.catalogue import router
from jejak.api.paging import Page, Paging, page
from jejak.api.problems import Problem
from jejak.api.values import Time
from jejak.staff import audit, roles, tokens
from jejak.staff.models import AuditEntry, Token

READ_AUDIT = tokens.scope("audit:read", _("Read the audit log"))
READ_TOKENS = tokens.scope("tokens:read", _("See one's own API tokens"))
WRITE_TOKENS = tokens.scope("tokens:write", _("Revoke one's own API tokens"))

me = router("me", "Me")
own_tokens = router("tokens", "Tokens")
log = router("audit", "Audit log")


class TokenOut(Schema):
    """A token, without its secret."""

    id: int
    name: str
    secret_start: str = Field(description="How its secret begins.")
    scopes: list[str]
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class Me(Schema):
    """Who a call acts for."""

    id: int
    username: str
    first_name: str
    last_name: str
    email: str
    roles: list[str] = Field(description="administrator, lead, support, marketing, analyst, viewer.")
    teams: list[str] = Field(description="The keys of their teams.")
    sees: str = Field(description="“everybody”, or “own teams”.")
    permissions: list[str] = Field(description="“app.codename”. Administrators have every one.")
    token: TokenOut | None = Field(description="The token that was sent; null in a browser's session.")


class EntryOut(Schema):
    """A line of the audit log."""

    id: int
    at: datetime
    by: int | None = Field(None, alias="by_id", description="The id of the member of staff.")
    by_name: str
    by_token: str
    verb: str
    kind: str
    record_id: str
    title: str
    detail: dict[str, Any]
    address: str


class Which(Schema):
    """Which lines of the audit log."""

    by: str = Field("", max_length=150, description="A user name.")
    verb: str = Field("", max_length=30)
    kind: str = Field("", max_length=60)
    record_id: str = Field("", max_length=64)
    since: Time | None = Field(None, description="Not before.")
    until: Time | None = Field(None, description="Before.")


@me.get("", response=Me, auth=needs())
def who_am_i(request: HttpRequest) -> dict[str, Any]:
    """Return who this call acts for, and what they may."""
    user: Any = request.user
    return {
        "id": user.pk,
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "roles": roles.of(user),
        "teams": user.team_keys,
        "sees": user.sees,
        "permissions": sorted(user.get_all_permissions()),
        "token": request.token,  # type: ignore[attr-defined]
    }


@own_tokens.get("", response=Page[TokenOut], auth=needs(READ_TOKENS))
def list_tokens(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Return the tokens that act for you, the newest first."""
    return page(request, Token.objects.filter(user=request.user.pk), order="-made_at", paging=paging)


@own_tokens.delete("/{int:token_id}", response={204: None}, auth=needs(WRITE_TOKENS))
def revoke_token(request: HttpRequest, token_id: int) -> Status[None]:
    """Revoke one of your tokens, at once. 409 where it was revoked before."""
    token = get_object_or_404(Token, pk=token_id, user_id=request.user.pk)
    try:
        tokens.revoke(token=token, now=datetime.now(UTC))
    except tokens.AlreadyRevoked as error:
        raise Problem(409, "This token was revoked before.", code="revoked") from error
    audit.note(request, audit.TOKEN_REVOKED, kind="token", record_id=token.pk, title=token.name)
    return Status(204, None)


@log.get("", response=Page[EntryOut], by_alias=False, auth=needs(READ_AUDIT, "staff.view_auditentry"))
def list_audit_log(request: HttpRequest, which: Query[Which], paging: Query[Paging]) -> dict[str, Any]:
    """Return lines of the audit log, the newest first."""
    entries = AuditEntry.objects.all()
    exactly = {"by_name": which.by, "verb": which.verb, "kind": which.kind, "record_id": which.record_id}
    entries = entries.filter(**{name: held for name, held in exactly.items() if held})
    if which.since:
        entries = entries.filter(at__gte=which.since)
    if which.until:
        entries = entries.filter(at__lt=which.until)
    return page(request, entries, order="-at", paging=paging)

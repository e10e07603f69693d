"""Who calls: a program with a token, or one of the staff in their browser; and what they may."""

import math
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from jejak.api.limits import calls
from jejak.api.problems import Problem
from jejak.staff import tokens
from jejak.staff.models import Token, User

_STAFF = "wagtailadmin.access_admin"


class Request(HttpRequest):
    """A request of whom we know who calls; for annotations."""

    user: User
    token: Token | None
    """The token it came with, or None in a browser's session."""
    next_cursor: str | None
    """Set by paging, and sent as a Link header."""


class TokenAuth(AuthBase):
    """What an endpoint asks of its caller; made by `needs()`."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = (
        "A token of Settings → API tokens, as “Authorization: Bearer jjk_…”. It acts within the rights of whoever "
        "it belongs to, and within its scopes. Browsers may use the session of the back office instead."
    )

    def __init__(self, scope: str, permissions: tuple[str, ...]) -> None:
        super().__init__()
        self.scope = scope
        self.permissions = permissions

    def __call__(self, request: HttpRequest) -> Any:
        user, token = identify(request)
        if token is not None and self.scope and not tokens.has(token, self.scope):
            raise Problem(
                403, f"This token lacks the scope {self.scope}.", code="scope_missing", scope=self.scope
            )
        for permission in self.permissions:
            if not user.has_perm(permission):
                raise Problem(
                    403,
                    f"The role of {user.get_username()} lacks the permission {permission}.",
                    code="not_allowed",
                    permission=permission,
                )
        return user


def needs(scope: str = "", *permissions: str) -> TokenAuth:
    """Ask of whoever calls that their token has a scope, and that they have these permissions ("app.codename")."""
    return TokenAuth(scope, permissions)


def identify(request: HttpRequest) -> tuple[User, Token | None]:
    """Return who calls, and by which token, and remember both in the request.

    Raises Problem: 401 where that is nobody, 403 where they may not call, 429 where they call too often.
    """
    if hasattr(request, "token"):
        return request.user, request.token  # type: ignore[return-value]
    token = _token(request)
    user: Any = token.user if token else request.user
    if not token and not (user.is_authenticated and user.is_active):
        raise _nobody("Send a token: “Authorization: Bearer jjk_…”. Settings → API tokens makes one.")
    if not token and check_csrf(request):
        raise Problem(403, "A call from a browser carries the CSRF token.", code="csrf")
    waits = calls.wait_seconds(
        f"token {token.pk}" if token else f"user {user.pk}", per_minute=settings.API_PER_MINUTE
    )
    if waits:
        raise Problem(
            429,
            f"More than {settings.API_PER_MINUTE} calls a minute.",
            code="too_often",
            headers={"Retry-After": str(math.ceil(waits))},
        )
    if not user.has_perm(_STAFF):
        raise Problem(403, "Only staff may call.", code="not_allowed", permission=_STAFF)
    request.user = user
    request.token = token  # type: ignore[attr-defined]
    return user, token


def _token(request: HttpRequest) -> Token | None:
    given = request.headers.get("Authorization", "")
    if not given:
        return None
    kind, _space, secret = given.strip().partition(" ")
    if kind.lower() != "bearer":
        raise _nobody("Of the kinds of Authorization, only Bearer is known here.")
    token = tokens.find(secret.strip(), now=datetime.now(UTC))
    if token is None:
        raise _nobody("This token is unknown, expired or revoked.", error="invalid_token")
    return token


def _nobody(detail: str, *, error: str = "") -> Problem:
    asked = 'Bearer realm="Jejak"' + (f', error="{error}"' if error else "")
    return Problem(401, detail, code="not_authenticated", headers={"WWW-Authenticate": asked})

"""Tokens: the keys of programs. Each acts for one of the staff, within their rights and within its scopes.

A feature that has an API says which scopes there are: `tokens.scope("deals:read", _("Read deals"))`.
A token with `*:read` has every scope that ends in `:read`; `*` has all.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jejak.staff.models import Token, User

PREFIX = "jjk_"
READ_ALL = "*:read"
ALL = "*"
_USED_EACH = timedelta(minutes=1)
_SHOWN = len(PREFIX) + 6


class BadScope(Exception):
    """There is no such scope; the message names it."""


class AlreadyRevoked(Exception):
    """It was revoked before."""


_scopes: dict[str, str | Promise] = {
    ALL: _("Everything that whoever it acts for may do"),
    READ_ALL: _("Read everything"),
}


def scope(key: str, sentence: str | Promise) -> str:
    """Declare a scope, "<what>:read" or "<what>:write", and return its key. Raises ValueError."""
    what, _colon, right = key.partition(":")
    if not what or right not in {"read", "write"}:
        raise ValueError(f"A scope is called what:read or what:write, not {key!r}.")
    _scopes[key] = sentence
    return key


def scopes() -> dict[str, str | Promise]:
    """Return every scope that was declared, with its sentence. See api.listed(), which has them declared."""
    return dict(sorted(_scopes.items()))


@transaction.atomic
def make(
    *,
    name: str,
    user: User,
    scopes: Iterable[str],
    made_by: User | None,
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[Token, str]:
    """Make a token and return it with its secret, which is shown once and kept nowhere. Raises BadScope."""
    chosen = sorted(set(scopes))
    if unknown := [key for key in chosen if key not in _scopes]:
        raise BadScope(", ".join(unknown))
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        name=name,
        user=user,
        made_by=made_by,
        secret_start=secret[:_SHOWN],
        secret_hash=_hash(secret),
        scopes=chosen,
        made_at=now,
        expires_at=expires_at,
    )
    return token, secret


def find(secret: str, *, now: datetime) -> Token | None:
    """Return the token of a secret with its user, or None where it is nobody's, revoked, expired, or theirs who left.

    When it was last used is written at most once a minute.
    """
    if not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    token = (
        Token.objects.select_related("user")
        .filter(secret_hash=_hash(secret), revoked_at=None, user__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )
    if token is not None and (token.last_used_at is None or now - token.last_used_at > _USED_EACH):
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def revoke(*, token: Token, now: datetime) -> None:
    """Let a token open nothing from now on. Raises AlreadyRevoked."""
    if not Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        raise AlreadyRevoked
    token.revoked_at = now


def has(token: Token, scope: str) -> bool:
    """Tell whether a token has a scope: by its name, by *:read, or by *."""
    held = set(token.scopes)
    return scope in held or ALL in held or (scope.endswith(":read") and READ_ALL in held)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

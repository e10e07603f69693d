"""The secret address of a calendar."""

import hashlib
import secrets
from datetime import datetime

from jejak.features.agenda.models import Feed
from jejak.staff.models import User


def reset(*, user: User, now: datetime) -> str:
    """Return a new secret for somebody's calendar, shown this once; the old address stops at once."""
    token = secrets.token_urlsafe(32)
    Feed.objects.update_or_create(
        user=user, defaults={"token_hash": hashed(token), "made_at": now, "read_at": None}
    )
    return token


def stop(*, user: User) -> None:
    """Let nobody read somebody's calendar from outside any more."""
    Feed.objects.filter(user=user).delete()


def owner_of(token: str, *, now: datetime) -> User | None:
    """Return whose calendar a secret opens, as long as they may log in."""
    feed = Feed.objects.select_related("user").filter(token_hash=hashed(token)).first()
    if feed is None or not feed.user.is_active or not feed.user.has_perm("agenda.view_meeting"):
        return None
    Feed.objects.filter(pk=feed.pk).update(read_at=now)
    return feed.user


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

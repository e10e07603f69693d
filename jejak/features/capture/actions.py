"""Adding, naming and revoking sources."""

import hashlib
import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from jejak.features.capture.models import Source

_LONGEST_NAME = 100


class NameTaken(Exception):
    """Another source has this name."""


class BadName(ValueError):
    """A source's name is empty, too long, or one that Jejak uses itself."""


def add_source(*, name: str, channel: str = "", now: datetime) -> tuple[Source, str]:
    """Return a new source and its write key, which is never to be had again. Raises NameTaken, BadName."""
    key = f"jk_{secrets.token_hex(20)}"
    try:
        with transaction.atomic():
            source = Source.objects.create(
                name=_usable(name),
                channel=channel.strip(),
                created_at=now,
                key_hash=hash_key(key),
                key_start=key[:9],
            )
    except IntegrityError as error:
        raise NameTaken(f"There is a source called {name!r} already.") from error
    return source, key


def rename_source(*, source: Source, name: str, channel: str) -> None:
    """Name a source anew. What it sent before keeps the old name in the log. Raises NameTaken, BadName."""
    source.name, source.channel = _usable(name), channel.strip()
    try:
        with transaction.atomic():
            source.save(update_fields=["name", "channel"])
    except IntegrityError as error:
        raise NameTaken(f"There is a source called {name!r} already.") from error


def revoke_source(*, source: Source, now: datetime) -> None:
    """Stop taking what a source sends, for good. Whoever revokes second changes nothing."""
    Source.objects.filter(pk=source.pk, revoked_at=None).update(revoked_at=now)


def hash_key(key: str) -> str:
    """Return what is kept of a write key."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


def _usable(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME:
        raise BadName(f"A source's name has 1 to {_LONGEST_NAME} characters; this one has {len(name)}.")
    if name == "jejak":
        raise BadName("'jejak' is what Jejak itself is called in the log; choose another name.")
    return name

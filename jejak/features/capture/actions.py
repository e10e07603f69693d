"""Adding, naming and revoking sources."""

import hashlib
import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from jejak.features.capture.models import Source

_LONGEST_NAME = 100


class NameTaken(Exception):
    """Another source has this name."""


class BadName(ValueError):
    """A source's name is empty, too long, or one that Jejak uses itself."""


def add_source(*, name: str, channel: str = "", identity: str = "", now: datetime) -> tuple[Source, str]:
    """Return a new source and its write key, which is never to be had again. Raises NameTaken, BadName.

    identity: of Source.Identity. Where it is not said, a site or an app counts only with signatures.
    """
    key = f"jk_{secrets.token_hex(20)}"
    try:
        with transaction.atomic():
            source = Source.objects.create(
                name=_usable(name),
                channel=channel.strip(),
                identity=identity or _usual_identity(channel),
                created_at=now,
                key_hash=hash_key(key),
                key_start=key[:9],
            )
    except IntegrityError as error:
        raise NameTaken(f"There is a source called {name!r} already.") from error
    return source, key


def rename_source(*, source: Source, name: str, channel: str, identity: str = "") -> None:
    """Name a source anew, and say what it counts for from now on. Raises NameTaken, BadName.

    What it sent before keeps the old name in the log.
    """
    source.name, source.channel = _usable(name), channel.strip()
    source.identity = identity or source.identity
    try:
        with transaction.atomic():
            source.save(update_fields=["name", "channel", "identity"])
    except IntegrityError as error:
        raise NameTaken(f"There is a source called {name!r} already.") from error


def revoke_source(*, source: Source, now: datetime) -> None:
    """Stop taking what a source sends, for good. Whoever revokes second changes nothing."""
    Source.objects.filter(pk=source.pk, revoked_at=None).update(revoked_at=now)


def renew_secret(*, source: Source) -> None:
    """Give a source a new identity secret. What is signed with the old one counts for nothing within seconds."""
    Source.objects.filter(pk=source.pk).update(secret_number=F("secret_number") + 1)


def hash_key(key: str) -> str:
    """Return what is kept of a write key."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


def _usual_identity(channel: str) -> str:
    """Anybody can read the key of a page or an app, and send with it whatever they like."""
    return Source.Identity.SIGNED if channel.strip() in ("web", "app") else Source.Identity.TRUSTED


def _usable(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME:
        raise BadName(f"A source's name has 1 to {_LONGEST_NAME} characters; this one has {len(name)}.")
    if name == "jejak":
        raise BadName("'jejak' is what Jejak itself is called in the log; choose another name.")
    return name

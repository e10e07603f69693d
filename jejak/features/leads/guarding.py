"""Keep machines out of public forms: what people never fill, how long they take, and how often an address may send."""

import secrets
import time

from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest

from jejak.common.addresses import house_of

TRAP = "company_fax"
"""A field that people do not see; whoever fills it is a machine."""
_SALT = "jejak.leads"
_LEAST_SECONDS = 2
_MOST_SECONDS = 24 * 3600
_MOST_AN_HOUR = 20


class TooFast(Exception):
    """Filled in faster than anybody types."""


class TooOld(Exception):
    """The form was opened too long ago, or was not ours."""


class TooMany(Exception):
    """Too many forms from one address."""


def token() -> str:
    """Return what a form carries: when it was opened, signed, and once only."""
    return signing.TimestampSigner(salt=_SALT).sign(secrets.token_urlsafe(12))


def check(request: HttpRequest, given: str) -> str:
    """Return the id of the filled form. Raises TooFast, TooOld, TooMany."""
    try:
        own = signing.TimestampSigner(salt=_SALT).unsign(given, max_age=_MOST_SECONDS)
    except signing.BadSignature:
        raise TooOld from None
    opened = signing.b62_decode(given.rsplit(":", 2)[1])
    if time.time() - opened < _LEAST_SECONDS:
        raise TooFast
    key = f"leads:{house_of(request)}:{int(time.time() // 3600)}"
    cache.add(key, 0, timeout=3600)
    if cache.incr(key) > _MOST_AN_HOUR:
        raise TooMany
    return own

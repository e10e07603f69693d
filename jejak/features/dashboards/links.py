"""Links by which a dashboard is read without a login: signed, with an end, and withdrawn at any time."""

from datetime import datetime

from django.core import signing

from jejak.features.dashboards.models import Link

_SALT = "jejak.dashboards.link"


class LeadsNowhere(Exception):
    """There is no such link, it ended, or it was withdrawn."""


def token(link: Link) -> str:
    """Return what stands in the address of a link."""
    return signing.Signer(salt=_SALT).sign(str(link.pk))


def opened(token: str, *, now: datetime) -> Link:
    """Return the link of an address. Raises LeadsNowhere."""
    try:
        pk = int(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        raise LeadsNowhere from None
    link = Link.objects.select_related("dashboard").filter(pk=pk, revoked_at=None, expires_at__gt=now).first()
    if link is None:
        raise LeadsNowhere
    return link

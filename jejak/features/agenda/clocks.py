"""The time zone and the language that each of the staff chose."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from wagtail.users.models import UserProfile

from jejak.staff.models import User


def zone_of(user: User | None) -> ZoneInfo:
    """Return the time zone of somebody's days; that of the install where they chose none."""
    profile = _profile(user)
    chosen = profile.current_time_zone if profile else ""
    try:
        return ZoneInfo(chosen or settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)


def language_of(user: User) -> str:
    """Return the language somebody reads."""
    profile = _profile(user)
    return (profile.preferred_language if profile else "") or settings.LANGUAGE_CODE


def _profile(user: User | None) -> UserProfile | None:
    return getattr(user, "wagtail_userprofile", None) if user else None

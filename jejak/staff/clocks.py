"""When and in which language one of the staff reads: time zone, language, hours in which they want peace."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from jejak.staff.models import User


def zone_of(user: User | None) -> ZoneInfo:
    """Return the time zone of somebody's days; that of the install where they chose none."""
    profile = getattr(user, "wagtail_userprofile", None)
    try:
        return ZoneInfo((profile.current_time_zone if profile else "") or settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)


def language_of(user: User) -> str:
    """Return the language somebody reads."""
    profile = getattr(user, "wagtail_userprofile", None)
    return (profile.preferred_language if profile else "") or settings.LANGUAGE_CODE


def may_tell_at(
    now: datetime, *, quiet_from: time | None, quiet_until: time | None, zone: ZoneInfo
) -> datetime:
    """Return now, or, in somebody's quiet hours, the moment at which they end. Over midnight they go on."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return now
    here = now.astimezone(zone)
    at = here.time()
    if quiet_from < quiet_until:
        is_quiet, ends_on = quiet_from <= at < quiet_until, here.date()
    else:
        is_quiet = at >= quiet_from or at < quiet_until
        ends_on = here.date() + timedelta(days=1) if at >= quiet_from else here.date()
    if not is_quiet:
        return now
    return datetime.combine(ends_on, quiet_until, zone).astimezone(UTC)

"""Time zones as calendars name them: by IANA, by Windows (Outlook), by the paths of others, or by an offset alone."""

import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_BY_WINDOWS = {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?(?::\d{2})?", re.IGNORECASE)


def named(name: str, declared: dict[str, timedelta]) -> tzinfo | None:
    """Return the time zone that a calendar names, or None where nobody knows it.

    declared: what the calendar says itself of zones of its own, as the offset of their standard time.
    """
    name = name.strip().strip('"')
    if name.casefold() in {"utc", "z", "gmt", "etc/utc"}:
        return ZoneInfo("UTC")
    if zone := _known(_BY_WINDOWS.get(name.casefold(), name)):
        return zone
    # Some programs write a path before it: /freeassociation.sourceforge.net/Tzfile/Asia/Jakarta
    parts = name.strip("/").split("/")
    for begin in range(1, len(parts)):
        if "/" in (tail := "/".join(parts[begin:])) and (zone := _known(tail)):
            return zone
    if name in declared:
        return timezone(declared[name])
    if found := _OFFSET.search(name):
        return _fixed(found)
    return None


def offset(text: str) -> timedelta | None:
    """Return an offset as iCalendar writes it: +0700."""
    found = _OFFSET.fullmatch(text.strip())
    if found is None:
        return None
    return _fixed(found).utcoffset(None)


def _fixed(found: "re.Match[str]") -> timezone:
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    if minutes >= 24 * 60:
        return timezone(timedelta())
    return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))


def _known(name: str) -> ZoneInfo | None:
    # A name comes from a file of anybody: only what looks like a zone is looked up on the disk.
    if not re.fullmatch(r"[A-Za-z]+(?:/[A-Za-z0-9_+-]+){1,2}", name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None

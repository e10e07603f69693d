"""Calendars of others, read into plain events, however dirty they are. Nothing here touches the database."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django.utils.translation import gettext as _
from icalendar import Calendar, Component
from icalendar.error import BrokenCalendarProperty

from jejak.features.agenda.ics import recurring, zones

MOST_BYTES = 2 * 2**20
MOST_EVENTS = 2_000
MOST_TIMES = 5_000
"""How many meetings one file can become, its series laid out."""
MOST_GUESTS = 200
_WINDOW_BEFORE, _WINDOW_AFTER = timedelta(days=366), timedelta(days=366)
_LONGEST_LINE = 200_000


class NotACalendar(ValueError):
    """A file that cannot be read at all; its text says why, in the reader's language."""


@dataclass(frozen=True, kw_only=True)
class ReadGuest:
    """Somebody whom an event names. answer: of models.Attendee."""

    email: str
    name: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class ReadEvent:
    """One event at one time. recurrence_id: which one of a series, in UTC; "" for one that stands alone."""

    uid: str
    recurrence_id: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool
    is_cancelled: bool
    place: str
    link: str
    text: str
    organizer: str
    guests: tuple[ReadGuest, ...]


@dataclass(kw_only=True)
class Reading:
    """What a file holds. method: PUBLISH, REQUEST, REPLY, CANCEL … left_out: (title, why)."""

    method: str = ""
    events: list[ReadEvent] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


@dataclass(kw_only=True)
class _Series:
    """An event with its rule, and those of its times that were changed."""

    master: Component | None = None
    changed: dict[str, Component] = field(default_factory=dict)


def read(data: bytes, *, zone: tzinfo, now: datetime) -> Reading:
    """Return the events of a calendar, series laid out from a year ago to a year ahead. Raises NotACalendar.

    zone: in which times without one ("floating") and whole days are.
    """
    if len(data) > MOST_BYTES:
        raise NotACalendar(_("The file is larger than 2 MB."))
    text, declared = _without_zones(decoded(data))
    try:
        # As bytes: a single line of text would be taken for the path of a file on our disk.
        calendars = Calendar.from_ical(text.encode(), multiple=True)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotACalendar(_("This is no iCalendar file.")) from error
    found = Reading()
    window = (now - _WINDOW_BEFORE, now + _WINDOW_AFTER)
    reader = _Reader(zone=zone, declared=declared, now=now)
    series: dict[str, _Series] = {}
    for calendar in calendars:
        if calendar.name != "VCALENDAR":
            continue
        found.method = found.method or str(calendar.get("METHOD", "")).upper()
        for component in calendar.subcomponents:
            if component.name == "VEVENT":
                _sort(component, series, reader, found)
    if not series and not found.left_out:
        raise NotACalendar(_("There are no events in this file."))
    if len(series) > MOST_EVENTS:
        raise NotACalendar(_("At most %(most)s events are taken at once.") % {"most": MOST_EVENTS})
    for uid, one in series.items():
        for event in _laid_out(uid, one, reader, window, found):
            found.events.append(event)
            if len(found.events) > MOST_TIMES:
                raise NotACalendar(
                    _("Laid out, the series in this file are more than %(most)s meetings.")
                    % {"most": MOST_TIMES}
                )
    found.events.sort(key=lambda event: (event.starts_at, event.uid))
    return found


def _sort(component: Component, series: dict[str, _Series], reader: "_Reader", found: Reading) -> None:
    uid = str(component.get("UID", "")).strip()[:255]
    if not uid:
        found.left_out.append((_title(component), _("It has no UID.")))
        return
    one = series.setdefault(uid, _Series())
    if "RECURRENCE-ID" not in component:
        if one.master is None or _sequence(component) >= _sequence(one.master):
            one.master = component
        return
    at = reader.moment(component, "RECURRENCE-ID")
    if at is None:
        found.left_out.append((_title(component), _("Its RECURRENCE-ID cannot be read.")))
        return
    key = _stamp(at[0])
    if key not in one.changed or _sequence(component) >= _sequence(one.changed[key]):
        one.changed[key] = component


def _laid_out(
    uid: str, series: _Series, reader: "_Reader", window: tuple[datetime, datetime], found: Reading
) -> Iterator[ReadEvent]:
    changed = dict(series.changed)
    if series.master is not None:
        master = series.master
        times = _times(master, reader, window, found)
        is_series = any(key in master for key in ("RRULE", "RDATE"))
        for at in times:
            key = _stamp(at) if is_series else ""
            component = changed.pop(key, master) if is_series else master
            start = at if component is master else None
            if event := _event(uid, key, component, reader, found, start=start):
                yield event
    for key, component in changed.items():
        # Changed ones whose series is not in the file, or lies outside of the window.
        event = _event(uid, key, component, reader, found)
        if event and window[0] <= event.starts_at < window[1]:
            yield event


def _times(
    master: Component, reader: "_Reader", window: tuple[datetime, datetime], found: Reading
) -> list[datetime]:
    begin = reader.moment(master, "DTSTART")
    if begin is None:
        found.left_out.append((_title(master), _("It does not say when it begins.")))
        return []
    start, zone, _all_day = begin
    if not any(key in master for key in ("RRULE", "RDATE")):
        return [start]
    times = {start} if window[0] <= start < window[1] else set()
    rules = master.get("RRULE", [])
    try:
        for said in rules if isinstance(rules, list) else [rules]:
            times |= set(recurring.times(recurring.rule(said), start=start, window=window, zone=zone))
    except (recurring.UnusableRule, BrokenCalendarProperty, OverflowError) as error:
        found.left_out.append(
            (
                _title(master),
                _("Its rule is not followed (%(part)s); only its first time is taken.") % {"part": error},
            )
        )
        times = {start}
    for at in reader.moments(master, "RDATE"):
        if window[0] <= at < window[1]:
            times.add(at)
    times -= set(reader.moments(master, "EXDATE"))
    return sorted(times)[: recurring.MOST_TIMES]


def _event(
    uid: str,
    recurrence_id: str,
    component: Component,
    reader: "_Reader",
    found: Reading,
    *,
    start: datetime | None = None,
) -> ReadEvent | None:
    begin = reader.moment(component, "DTSTART")
    if begin is None:
        found.left_out.append((_title(component), _("It does not say when it begins.")))
        return None
    own_start, zone, is_all_day = begin
    length = _length(component, reader, own_start, zone, is_all_day)
    starts_at = start or own_start
    if is_all_day:
        # Days are added on the calendar, so that a day of 23 hours is one day.
        days = max(1, round(length / timedelta(days=1)))
        midnight = datetime.combine((starts_at.astimezone(zone)).date() + timedelta(days=days), time(), zone)
        ends_at = midnight
    else:
        ends_at = starts_at + length
    return ReadEvent(
        uid=uid,
        recurrence_id=recurrence_id,
        sequence=_sequence(component),
        title=_title(component),
        starts_at=starts_at.astimezone(UTC),
        ends_at=ends_at.astimezone(UTC),
        is_all_day=is_all_day,
        is_cancelled=str(component.get("STATUS", "")).upper() == "CANCELLED",
        place=_line(component, "LOCATION", 400),
        link=_link(component),
        text=_text(component, "DESCRIPTION"),
        organizer=_email(component.get("ORGANIZER")),
        guests=_guests(component),
    )


def _length(
    component: Component, reader: "_Reader", start: datetime, zone: tzinfo, is_all_day: bool
) -> timedelta:
    """Return how long an event is: by its end, its duration, or as the standard says where it has neither."""
    end = reader.moment(component, "DTEND")
    if end is not None:
        if is_all_day:
            days = (end[0].astimezone(zone).date() - start.astimezone(zone).date()).days
            length = timedelta(days=days)
        else:
            length = end[0] - start
        # Programs that write an end before the beginning mean none.
        return min(length, timedelta(days=366)) if length > timedelta() else timedelta(days=is_all_day)
    said = component.get("DURATION")
    duration = _part(said, "dt")
    if isinstance(duration, timedelta) and timedelta() < duration <= timedelta(days=366):
        return duration
    return timedelta(days=1) if is_all_day else timedelta()


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """Reads times: of a zone, of UTC, of none, or whole days."""

    zone: tzinfo
    declared: dict[str, timedelta]
    now: datetime

    def moment(self, component: Component, key: str) -> tuple[datetime, tzinfo, bool] | None:
        """Return a time with its zone, and whether it is a whole day; None where there is none that makes sense."""
        said = component.get(key)
        if isinstance(said, list):
            said = said[0]
        return self._moment(_part(said, "dt"), _part(said, "params") or {})

    def moments(self, component: Component, key: str) -> list[datetime]:
        """Return the times of a list of them: EXDATE, RDATE."""
        said = component.get(key, [])
        found = []
        for one in said if isinstance(said, list) else [said]:
            for each in (_part(one, "dts") or [])[:1_000]:
                read = self._moment(_part(each, "dt"), _part(one, "params") or {})
                if read is not None:
                    found.append(read[0])
        return found

    def _moment(self, at: Any, params: Any) -> tuple[datetime, tzinfo, bool] | None:
        if isinstance(at, tuple):
            at = at[0]  # A period: its beginning.
        if not isinstance(at, date) or not 1970 <= at.year <= 2200:
            return None
        if not isinstance(at, datetime):
            return datetime.combine(at, time(), self.zone), self.zone, True
        name = str(params.get("X-TZID", ""))
        zone = zones.named(name, self.declared) if name else None
        if zone is None:
            zone = UTC if at.tzinfo is not None and at.utcoffset() == timedelta() else self.zone
        return at.replace(tzinfo=zone), zone, False


def decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        text = data.decode("utf-8", "replace")
    text = re.sub(r"\r\n?|\n", "\n", text.replace("\0", ""))
    text = re.sub(r"\n[ \t]", "", text)  # Unfolded: one line for each property.
    if "BEGIN:VCALENDAR" not in text[:100_000].upper():
        raise NotACalendar(_("This is no iCalendar file."))
    if text.upper().count("BEGIN:") > 4 * MOST_EVENTS:
        raise NotACalendar(_("At most %(most)s events are taken at once.") % {"most": MOST_EVENTS})
    return text


def _without_zones(text: str) -> tuple[str, dict[str, timedelta]]:
    """Return a calendar without its time zones, and what they say of themselves.

    The rules of a zone are rules like any other, and the library would lay them out, whatever they cost, and keep
    them for the next file. We know the zones there are; of others we take the offset.
    """
    kept: list[str] = []
    declared: dict[str, timedelta] = {}
    inside, name, kind = False, "", ""
    for line in text.split("\n"):
        if len(line) > _LONGEST_LINE:
            raise NotACalendar(_("A line of this file is too long."))
        mark = line.strip().upper()
        if mark == "BEGIN:VTIMEZONE":
            inside, name, kind = True, "", ""
        elif mark == "END:VTIMEZONE" and inside:
            inside = False
        elif not inside:
            kept.append(_own_zone(line))
        elif mark.startswith("TZID"):
            name = line.partition(":")[2].strip().strip('"')
        elif mark.startswith("BEGIN:"):
            kind = mark[6:]
        elif mark.startswith("TZOFFSETTO") and name and (kind == "STANDARD" or name not in declared):
            held = zones.offset(line.partition(":")[2])
            declared |= {name: held} if held is not None else {}
    return "\n".join(kept), declared


_TIMES = re.compile(r"(DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE)[;:]", re.IGNORECASE)
_ZONE = re.compile(r';TZID=("[^"]*"|[^;]*)', re.IGNORECASE)


def _own_zone(line: str) -> str:
    """Return a line whose zone the library does not look up: we know more names, also unquoted ones with a colon."""
    if not _TIMES.match(line):
        return line
    head, _colon, value = line.rpartition(":")
    return f"{_ZONE.sub(_renamed, head, count=1)}:{value}"


def _renamed(found: "re.Match[str]") -> str:
    name = found[1].strip('"')
    return f';X-TZID="{name}"'


def _part(said: Any, name: str) -> Any:
    """Return a part of a property, or None where the property is broken or has no such part."""
    try:
        return getattr(said, name, None)
    except BrokenCalendarProperty:
        return None


def _guests(component: Component) -> tuple[ReadGuest, ...]:
    said = component.get("ATTENDEE", [])
    found: dict[str, ReadGuest] = {}
    for one in (said if isinstance(said, list) else [said])[:MOST_GUESTS]:
        if not (email := _email(one)):
            continue
        params = _part(one, "params") or {}
        name = " ".join(str(params.get("CN", "")).split())[:200]
        answer = _ANSWERS.get(str(params.get("PARTSTAT", "")).upper(), "none")
        found[email] = ReadGuest(email=email, name="" if name.casefold() == email else name, answer=answer)
    return tuple(found.values())


_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


def _email(address: Any) -> str:
    if isinstance(address, list):
        address = address[0] if address else ""
    text = str(address or "").strip()
    text = text[7:] if text[:7].lower() == "mailto:" else text
    return text.casefold() if re.fullmatch(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,189}", text) else ""


def _title(component: Component) -> str:
    return _line(component, "SUMMARY", 200) or _("Without a title")


def _line(component: Component, key: str, longest: int) -> str:
    return " ".join(_text(component, key).split())[:longest]


def _link(component: Component) -> str:
    link = _line(component, "URL", 1000)
    return link if re.match(r"https?://[^\s]+$", link, re.IGNORECASE) else ""


def _text(component: Component, key: str) -> str:
    said = component.get(key, "")
    if isinstance(said, list):
        said = said[0]
    return str(said).replace("\r\n", "\n").strip()[:20_000]


def _sequence(component: Component) -> int:
    try:
        return max(0, min(int(component.get("SEQUENCE", 0)), 2**31 - 1))
    except (ValueError, TypeError):
        return 0


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")

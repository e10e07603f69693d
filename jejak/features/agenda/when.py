"""When something is due, in the words people write: "besok 9:00", "tomorrow at 2pm", "Jumaat depan", "in 3 days".

English, Indonesian and Malay are read at once, because a team writes in all three. A day without a time is
that day at the end of work. Nothing is guessed: what is not understood stays a part of the text.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

END_OF_WORK = time(17)
_MORNING, _NOON, _AFTERNOON, _NIGHT = time(9), time(12), time(15), time(19)


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a line says: the rest of it, and the time it names, if any."""

    text: str
    at: datetime | None


def read(line: str, *, now: datetime, zone: tzinfo) -> Read:
    """Take the time off the end of a line, or off its beginning: "Call Siti besok 9:00" is "Call Siti"."""
    line = " ".join(line.split())
    plain = line.replace("’", "'")
    for found in (*_AT_END.finditer(plain), *_AT_BEGINNING.finditer(plain)):
        at = _moment(found["when"], now=now, zone=zone)
        rest = (line[: found.start()] + line[found.end() :]).strip(" ,;:-–")
        if at is not None and rest:
            return Read(text=rest, at=at)
    return Read(text=line, at=None)


def moment(words: str, *, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the time that words name and nothing else, or None. ISO times are read too, in that zone."""
    words = " ".join(words.split())
    try:
        at = datetime.fromisoformat(words)
    except ValueError:
        return _moment(words, now=now, zone=zone)
    if len(words) == 10:
        at = datetime.combine(at.date(), END_OF_WORK)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _moment(words: str, *, now: datetime, zone: tzinfo) -> datetime | None:
    words = words.casefold().replace("’", "'")
    here = now.astimezone(zone)
    if after := _AFTER.fullmatch(words):
        return _after(int(after["number"] or after["number2"]), after["unit"] or after["unit2"], here)
    found = _WHEN.fullmatch(words)
    if found is None:
        return None
    day = _day(found["day"] or found["day2"] or "", here.date())
    at = _time(found["time"] or found["time2"] or "", found["part"] or found["part2"] or "")
    if day is _WRONG or at is _WRONG or (day is None and at is None):
        return None
    assert not isinstance(day, str)
    assert not isinstance(at, str)
    if (found["day"] or found["day2"] or "") in _TONIGHT and at is None:
        at = _NIGHT
    moment = datetime.combine(day or here.date(), at or END_OF_WORK, zone)
    if day is None and moment <= here:
        return moment + timedelta(days=1)  # "at 9" in the afternoon is tomorrow's.
    return moment


def _after(number: int, unit: str, here: datetime) -> datetime | None:
    key = _UNITS[unit]
    if number > _MOST[key]:
        return None
    if key in {"minute", "hour"}:
        # Through UTC, so that three hours are three hours on the night the clocks change.
        utc = here.astimezone(UTC) + timedelta(**{f"{key}s": number})
        return utc.astimezone(here.tzinfo).replace(second=0, microsecond=0)
    if key == "month":
        day = months_later(here.date(), number)
    else:
        day = here.date() + timedelta(days=number * (7 if key == "week" else 1))
    return datetime.combine(day, END_OF_WORK, here.tzinfo)


def months_later(day: date, months: int, *, on: int | None = None) -> date:
    """Return the same day of a later month, its last day where it has fewer. on: the day of the month to keep to."""
    count = day.year * 12 + day.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    following = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
    return first.replace(day=min(on or day.day, (following - first).days))


_WRONG = "wrong"


def _day(words: str, today: date) -> date | str | None:
    if not words:
        return None
    if words in _DAYS_AHEAD:
        return today + timedelta(days=_DAYS_AHEAD[words])
    if words in _NEXT_WEEK:
        return today + timedelta(days=7 - today.weekday())  # Its Monday.
    if words in _NEXT_MONTH:
        return months_later(today.replace(day=1), 1)
    name = re.sub(r"^(?:on|next|hari|pada)\s+|\s+(?:depan|hadapan|ini|nanti)$", "", words)
    name = re.sub(r"^hari\s+", "", name)
    if name in _WEEKDAYS:
        ahead = (_WEEKDAYS[name] - today.weekday()) % 7 or 7
        is_next = words.startswith("next ") or words.endswith((" depan", " hadapan"))
        # "Next Friday" said on a Monday is the Friday of next week.
        if is_next and today.weekday() + ahead < 7:
            ahead += 7
        return today + timedelta(days=ahead)
    return _date(name, today)


def _date(words: str, today: date) -> date | str:
    if found := _ISO.fullmatch(words):
        year, month, day = (int(part) for part in found.groups())
    elif found := _NUMERIC.fullmatch(words):
        day, month, year = int(found[1]), int(found[2]), _year(found[3])
    elif found := _NAMED.fullmatch(words):
        day, month, year = int(found[1]), _MONTHS[found[2]], _year(found[3])
    else:
        return _WRONG
    try:
        said = date(year or today.year, month, day)
        return said if year or said >= today else said.replace(year=today.year + 1)
    except ValueError:
        return _WRONG


def _year(text: str | None) -> int:
    return 0 if not text else int(text) if len(text) == 4 else 2000 + int(text)


def _time(words: str, part: str) -> time | str | None:
    if not words:
        return _PARTS.get(part)
    found = _CLOCK.fullmatch(words)
    if found is None:
        return _WRONG
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3] or ""
    later = half.startswith("p") or (part in _LATER and hour < 12)
    if half and not 1 <= hour <= 12:
        return _WRONG
    if (later and hour < 12) and not (part in {"siang", "tengah hari"} and hour >= 10):
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else _WRONG


_DAYS_AHEAD = {
    "today": 0, "hari ini": 0, "tonight": 0, "malam ini": 0, "nanti malam": 0, "this evening": 0,
    "tomorrow": 1, "tmr": 1, "besok": 1, "esok": 1, "bsk": 1,
    "day after tomorrow": 2, "lusa": 2, "tulat": 3,
}  # fmt: skip
_TONIGHT = {"tonight", "malam ini", "nanti malam", "this evening"}
_NEXT_WEEK = {"next week", "minggu depan", "pekan depan", "minggu hadapan"}
_NEXT_MONTH = {"next month", "bulan depan", "bulan hadapan"}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon senin isnin sen",
            "tuesday tue tues selasa sel",
            "wednesday wed rabu rab",
            "thursday thu thur thurs kamis khamis kam",
            "friday fri jumat jum'at jumaat jum",
            "saturday sat sabtu sab",
            "sunday sun minggu ahad",
        )
    )
    for name in names.split()
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januari",
            "february feb februari pebruari",
            "march mar maret mac",
            "april apr",
            "may mei",
            "june jun juni",
            "july jul juli julai",
            "august aug agustus agu ogos ogo",
            "september sep sept",
            "october oct oktober okt",
            "november nov",
            "december dec desember des disember dis",
        ),
        start=1,
    )
    for name in names.split()
}
_UNITS = {
    **dict.fromkeys(("minute", "minutes", "min", "mins", "menit", "minit"), "minute"),
    **dict.fromkeys(("hour", "hours", "jam"), "hour"),
    **dict.fromkeys(("day", "days", "hari"), "day"),
    **dict.fromkeys(("week", "weeks", "minggu", "pekan"), "week"),
    **dict.fromkeys(("month", "months", "bulan"), "month"),
}
_MOST = {"minute": 10_000, "hour": 2_000, "day": 3_650, "week": 520, "month": 120}
_PARTS = {
    "pagi": _MORNING, "morning": _MORNING, "in the morning": _MORNING,
    "siang": _NOON, "tengah hari": _NOON, "noon": _NOON, "at noon": _NOON,
    "sore": _AFTERNOON, "petang": _AFTERNOON, "afternoon": _AFTERNOON, "in the afternoon": _AFTERNOON,
    "malam": _NIGHT, "evening": _NIGHT, "in the evening": _NIGHT, "night": _NIGHT,
}  # fmt: skip
_LATER = {
    "sore", "petang", "malam", "siang", "tengah hari", "afternoon", "in the afternoon", "evening",
    "in the evening", "night",
}  # fmt: skip


def _any_of(words: "list[str] | dict[str, int] | dict[str, str] | dict[str, time] | set[str]") -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?")
_NAMED = re.compile(rf"(\d{{1,2}})\s+({_any_of(_MONTHS)})\.?(?:\s+(\d{{4}}))?")
_CLOCK = re.compile(
    r"(?:at\s+|jam\s+|pukul\s+|pkl\.?\s*|@\s*)?(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?"
)
_UNIT = _any_of(_UNITS)
_AFTER_TEXT = (
    rf"(?:(?:in|dalam)\s+(?P<number>\d{{1,5}})\s+(?P<unit>{_UNIT})"
    rf"|(?P<number2>\d{{1,5}})\s+(?P<unit2>{_UNIT})\s+(?:lagi|from now))"
)
_DAY = (
    rf"(?:(?:on\s+|pada\s+)?(?:{_any_of(_DAYS_AHEAD)}|{_any_of(_NEXT_WEEK)}|{_any_of(_NEXT_MONTH)}"
    rf"|(?:next\s+|hari\s+)?(?:{_any_of(_WEEKDAYS)})(?:\s+(?:depan|hadapan|ini|nanti))?"
    rf"|\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?"
    rf"|\d{{1,2}}\s+(?:{_any_of(_MONTHS)})\.?(?:\s+\d{{4}})?))"
)
# A bare number is no time ("buy 12"): it has minutes, am or pm, or a word before it.
_TIME = (
    r"(?:(?:at|jam|pukul|pkl\.?|@)\s*\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm|a\.m\.|p\.m\.)?"
    r"|\d{1,2}[:.]\d{2}\s*(?:am|pm)?|\d{1,2}\s*(?:am|pm))"
)
_PART = rf"(?:{_any_of(_PARTS)})"
_WHEN_TEXT = (
    rf"(?:(?P<day>{_DAY})(?:,?\s+(?P<time>{_TIME}))?(?:\s+(?P<part>{_PART}))?"
    rf"|(?P<time2>{_TIME})(?:\s+(?P<part2>{_PART}))?(?:,?\s+(?P<day2>{_DAY}))?)"
)
_WHEN = re.compile(_WHEN_TEXT)
_AFTER = re.compile(_AFTER_TEXT)
_BARE = re.sub(r"\?P<\w+>", "?:", f"(?:{_AFTER_TEXT}|{_WHEN_TEXT})")
_AT_END = re.compile(rf"(?:^|(?<=\s))(?P<when>{_BARE})[.!]?$", re.IGNORECASE)
_AT_BEGINNING = re.compile(rf"^(?P<when>{_BARE})(?=[\s,:])", re.IGNORECASE)

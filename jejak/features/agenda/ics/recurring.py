"""Series: when a rule of iCalendar (RRULE) repeats, within a window, at a cost that no rule can raise.

dateutil would do it, but looks for the next time until the year 9999 where a rule fits no day (the 30th of February).
Here only the days of the window are looked at, or from the beginning where the rule counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

MOST_TIMES = 400
_MOST_COUNT = 2_000
_MOST_PERIODS = 40_000
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_KNOWN = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}
)


class UnusableRule(ValueError):
    """A rule that we do not follow: not of the standard, too fine, or beyond all bounds. The text names the part."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule, checked. by_day: (weekday, which of them; 0 for each)."""

    freq: str
    interval: int = 1
    count: int = 0
    until: datetime | date | None = None
    by_day: tuple[tuple[int, int], ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()
    week_start: int = 0


def rule(parts: Mapping[str, Sequence[Any]]) -> Rule:
    """Return a checked rule of what the file says: {"FREQ": ["WEEKLY"], …}. Raises UnusableRule."""
    said = {
        key.upper(): list(values) if isinstance(values, list | tuple) else [values]
        for key, values in parts.items()
    }
    freq = str(said.get("FREQ", [""])[0]).upper()
    if freq not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}:
        raise UnusableRule(f"FREQ={freq}")
    for key in said:
        # What stands for the hour is the beginning of the meeting; another one would be another rule.
        if key not in _KNOWN and not key.startswith("X-"):
            raise UnusableRule(key)
    try:
        until = said.get("UNTIL", [None])[0]
        if until is not None and not isinstance(until, date):
            raise UnusableRule("UNTIL")
        return Rule(
            freq=freq,
            interval=_whole(said, "INTERVAL", 1, 10_000),
            count=_whole(said, "COUNT", 0, _MOST_COUNT),
            until=until,
            by_day=tuple(_weekday(str(one)) for one in _few(said, "BYDAY")),
            by_month_day=tuple(_between(one, 31) for one in _few(said, "BYMONTHDAY")),
            by_month=tuple(abs(_between(one, 12)) for one in _few(said, "BYMONTH")),
            by_set_pos=tuple(_between(one, 366) for one in _few(said, "BYSETPOS")),
            week_start=_DAYS.index(str(said.get("WKST", ["MO"])[0]).upper()),
        )
    except (ValueError, TypeError) as error:
        raise UnusableRule(str(error)[:60]) from error


def times(
    of: Rule, *, start: datetime, window: tuple[datetime, datetime], zone: tzinfo
) -> Iterator[datetime]:
    """Yield when a series takes place within a window, at the same time of its zone's day. start: its first time."""
    local = start.astimezone(zone)
    clock, first = local.time(), local.date()
    until = _until(of, zone)
    done = yielded = 0
    for day in _days(of, first, window[1].astimezone(zone).date(), window[0].astimezone(zone).date()):
        at = datetime.combine(day, clock, zone)
        if day < first or (day == first and at < local):
            continue
        if (until and at > until) or at >= window[1] or (of.count and done >= of.count):
            return
        done += 1
        if at >= window[0]:
            yield at
            yielded += 1
            if yielded >= MOST_TIMES:
                return


def _days(of: Rule, first: date, last: date, begins: date) -> Iterator[date]:
    """Yield the days that fit, period by period, in order."""
    # Without a count nothing before the window matters, so that a series since 1970 costs a year, not all of them.
    skip = 0 if of.count else _periods_between(of, first, begins)
    for number in range(skip, skip + _MOST_PERIODS):
        period = _period(of, first, number * of.interval)
        if period is None or period[0] > last:
            return
        fitting = [day for day in period if _fits(of, day, first)]
        if of.by_set_pos:
            chosen = {
                fitting[at - 1 if at > 0 else at]
                for at in of.by_set_pos
                if (at > 0 and at <= len(fitting)) or (at < 0 and -at <= len(fitting))
            }
            fitting = sorted(chosen)
        yield from fitting


def _periods_between(of: Rule, first: date, begins: date) -> int:
    if begins <= first:
        return 0
    days = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}[of.freq]
    return max(0, (begins - first).days // (days * of.interval) - 1)


def _period(of: Rule, first: date, number: int) -> list[date] | None:
    """Return the days of the period so many after the first one."""
    try:
        if of.freq == "DAILY":
            return [first + timedelta(days=number)]
        if of.freq == "WEEKLY":
            start = first - timedelta(days=(first.weekday() - of.week_start) % 7) + timedelta(weeks=number)
            return [start + timedelta(days=day) for day in range(7)]
        if of.freq == "MONTHLY":
            months = first.year * 12 + first.month - 1 + number
            start = date(months // 12, months % 12 + 1, 1)
            following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
        else:
            start, following = date(first.year + number, 1, 1), date(first.year + number + 1, 1, 1)
    except (OverflowError, ValueError):
        return None
    return [start + timedelta(days=day) for day in range((following - start).days)]


def _fits(of: Rule, day: date, first: date) -> bool:
    if of.by_month and day.month not in of.by_month:
        return False
    if of.by_month_day:
        length = _month_length(day)
        if day.day not in of.by_month_day and day.day - length - 1 not in of.by_month_day:
            return False
    if of.by_day:
        return any(_is_weekday(of, day, weekday, which) for weekday, which in of.by_day)
    if of.by_month_day or of.freq == "DAILY":
        return True
    if of.freq == "WEEKLY":
        return day.weekday() == first.weekday()
    if of.freq == "MONTHLY":
        return day.day == first.day
    return day.day == first.day and (bool(of.by_month) or day.month == first.month)


def _is_weekday(of: Rule, day: date, weekday: int, which: int) -> bool:
    if day.weekday() != weekday:
        return False
    if not which or of.freq in {"DAILY", "WEEKLY"}:
        return True
    if of.freq == "MONTHLY" or of.by_month:
        number, length = day.day, _month_length(day)
    else:
        number = day.timetuple().tm_yday
        length = date(day.year, 12, 31).timetuple().tm_yday
    return which == ((number - 1) // 7 + 1 if which > 0 else -((length - number) // 7 + 1))


def _month_length(day: date) -> int:
    return ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day


def _until(of: Rule, zone: tzinfo) -> datetime | None:
    if of.until is None:
        return None
    if not isinstance(of.until, datetime):
        return datetime.combine(of.until, time(23, 59, 59), zone)
    return of.until if of.until.tzinfo else of.until.replace(tzinfo=zone if zone else UTC)


def _whole(said: Mapping[str, Sequence[Any]], key: str, otherwise: int, most: int) -> int:
    if key not in said:
        return otherwise
    number = int(said[key][0])
    if number < 1:
        raise UnusableRule(f"{key}={number}")
    return min(number, most)


def _few(said: Mapping[str, Sequence[Any]], key: str) -> Sequence[Any]:
    values = said.get(key, [])
    if len(values) > 400:
        raise UnusableRule(key)
    return values


def _between(value: Any, most: int) -> int:
    number = int(value)
    if not 1 <= abs(number) <= most:
        raise UnusableRule(str(number))
    return number


def _weekday(text: str) -> tuple[int, int]:
    text = text.upper()
    which = int(text[:-2] or 0)
    if abs(which) > 53:
        raise UnusableRule(text)
    return _DAYS.index(text[-2:]), which

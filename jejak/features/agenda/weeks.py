"""Meetings laid out as a calendar: days of a week with their hours, or of a month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from jejak.features.agenda.models import Meeting

FIRST_HOUR, LAST_HOUR = 8, 18
_SHORTEST = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A meeting in its day: minutes from the day's first hour, how many it takes, and which lane of how many."""

    meeting: Meeting
    top: int
    minutes: int
    lane: int
    lanes: int
    starts_at: datetime
    ends_at: datetime


@dataclass(kw_only=True)
class Day:
    """One day with what lies in it."""

    date: date
    is_today: bool
    is_outside: bool = False
    all_day: list[Meeting] = field(default_factory=list)
    timed: list[Placed] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.all_day and not self.timed


@dataclass(frozen=True, kw_only=True)
class Span:
    """Which hours a week shows."""

    first: int
    last: int

    @property
    def hours(self) -> range:
        return range(self.first, self.last)


def week_of(day: date) -> list[date]:
    """Return the seven days of a week, Monday first."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=number) for number in range(7)]


def month_of(day: date) -> list[date]:
    """Return the days of a month with those before and after it that fill its weeks."""
    first = day.replace(day=1)
    start = first - timedelta(days=first.weekday())
    following = (first + timedelta(days=32)).replace(day=1)
    days = -(-(following - start).days // 7) * 7
    return [start + timedelta(days=number) for number in range(days)]


def bounds(days: Sequence[date], zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the moments at which these days begin and end."""
    after = days[-1] + timedelta(days=1)
    return datetime.combine(days[0], time(), zone), datetime.combine(after, time(), zone)


def laid_out(
    days: Sequence[date], meetings: Iterable[Meeting], *, zone: tzinfo, today: date, month: int | None = None
) -> tuple[list[Day], Span]:
    """Return days with their meetings, and which hours to show. What spans several days stands in each."""
    held = list(meetings)
    found: list[Day] = []
    first, last = FIRST_HOUR, LAST_HOUR
    for one in days:
        day = Day(date=one, is_today=one == today, is_outside=month is not None and one.month != month)
        begins, ends = bounds([one], zone)
        pieces = []
        for meeting in held:
            if meeting.starts_at >= ends or (meeting.ends_at <= begins and meeting.starts_at < begins):
                continue
            if meeting.is_all_day or (meeting.starts_at <= begins and meeting.ends_at >= ends):
                day.all_day.append(meeting)
            else:
                start = max(meeting.starts_at, begins).astimezone(zone)
                pieces.append((start, min(meeting.ends_at, ends).astimezone(zone), meeting))
        for start, end, _meeting in pieces:
            first = min(first, start.hour)
            last = max(last, 24 if end.date() > one else end.hour + bool(end.minute))
        day.timed = _lanes(pieces)
        found.append(day)
    for day in found:
        day.timed = [Placed(**{**vars(placed), "top": placed.top - first * 60}) for placed in day.timed]
    return found, Span(first=first, last=last)


def _lanes(pieces: list[tuple[datetime, datetime, Meeting]]) -> list[Placed]:
    """Put meetings that overlap beside each other."""
    placed: list[Placed] = []
    cluster: list[tuple[datetime, datetime, Meeting, int]] = []
    free: list[datetime] = []

    def close() -> None:
        for start, end, meeting, lane in cluster:
            top = start.hour * 60 + start.minute
            minutes = max(round((end - start).total_seconds() / 60), int(_SHORTEST.total_seconds() // 60))
            placed.append(
                Placed(
                    meeting=meeting, top=top, minutes=min(minutes, 24 * 60 - top), lane=lane, lanes=len(free),
                    starts_at=start, ends_at=end,
                )
            )  # fmt: skip
        cluster.clear()
        free.clear()

    for start, end, meeting in sorted(pieces, key=lambda piece: (piece[0], piece[2].pk)):
        if cluster and start >= max(free):
            close()
        shown_until = max(end, start + _SHORTEST)
        lane = next((number for number, until in enumerate(free) if until <= start), len(free))
        if lane == len(free):
            free.append(shown_until)
        else:
            free[lane] = shown_until
        cluster.append((start, end, meeting, lane))
    close()
    return placed

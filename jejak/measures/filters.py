"""Which touchpoints a question is about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

Bucket = Literal["day", "week", "month"]
COLUMNS = ("channel", "name", "team", "stage", "place", "source", "kind")
"""The columns of the log that can be filtered and broken down by."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """Whole days in a time zone, from_on included and until_on not.

    cut_at: nothing from this moment on counts, although the day goes on; see before().
    """

    from_on: date
    until_on: date
    zone: str
    cut_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.until_on <= self.from_on:
            raise ValueError(f"A window from {self.from_on} cannot end before {self.until_on}.")

    @classmethod
    def last(cls, days: int, *, now: datetime, zone: str) -> "Window":
        """Return the last so many days, today included."""
        until_on = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
        return cls(from_on=until_on - timedelta(days=days), until_on=until_on, zone=zone)

    @property
    def days(self) -> int:
        """How many days it spans."""
        return (self.until_on - self.from_on).days

    @property
    def last_on(self) -> date:
        """The last day that it holds."""
        return self.until_on - timedelta(days=1)

    @property
    def from_at(self) -> datetime:
        """The moment it begins."""
        return _midnight(self.from_on, self.zone)

    @property
    def until_at(self) -> datetime:
        """The first moment after it."""
        end_at = _midnight(self.until_on, self.zone)
        return min(end_at, self.cut_at) if self.cut_at else end_at

    def before(self, *, now: datetime, days: int | None = None) -> "Window":
        """Return the window that many days earlier (its own length where left out), to compare with.

        Where this one is still going on, that one is cut at the same point, so that a day that has just
        begun is not compared with a whole one.
        """
        shift = timedelta(days=self.days if days is None else days)
        going_on = self.from_at <= now < self.until_at
        return Window(
            from_on=self.from_on - shift,
            until_on=self.until_on - shift,
            zone=self.zone,
            cut_at=now - shift if going_on else None,
        )

    def buckets(self, bucket: Bucket) -> Iterator[date]:
        """Yield the first day of every bucket that the window touches; a week begins on Monday."""
        start = bucket_of(self.from_on, bucket)
        while start < self.until_on:
            yield start
            start = next_bucket(start, bucket)

    def holds_all_of(self, start: date, bucket: Bucket, *, now: datetime) -> bool:
        """Tell whether the whole bucket lies in the window and is over."""
        end = next_bucket(start, bucket)
        return self.from_on <= start and end <= self.until_on and _midnight(end, self.zone) <= now


def bucket_of(day: date, bucket: Bucket) -> date:
    """Return the first day of the bucket that holds the day."""
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket == "month" else day


def next_bucket(start: date, bucket: Bucket) -> date:
    """Return the first day of the bucket after the one that starts on this day."""
    if bucket == "month":
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=7 if bucket == "week" else 1)


class Among(Protocol):
    """Some people, as audiences.compiling has them: a SELECT of their person_id, and the values it holds."""

    @property
    def sql(self) -> str: ...

    @property
    def values(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which touchpoints count: those in the window with these words. None takes all, "" those without any.

    sample: False leaves made-up touchpoints out, True keeps only those.
    among: only what these people had, an audience for instance.
    """

    window: Window
    channel: str | None = None
    name: str | None = None
    team: str | None = None
    stage: str | None = None
    place: str | None = None
    source: str | None = None
    kind: str | None = None
    sample: bool | None = None
    among: Among | None = None

    def within(self, window: Window) -> "Filters":
        """Return the same filters in another window."""
        return replace(self, window=window)

    def also(self, column: str, value: str) -> "Filters":
        """Return the filters narrowed to one value of one of COLUMNS. Raises ValueError for any other."""
        if column not in COLUMNS:
            raise ValueError(f"{column!r} is not one of {', '.join(COLUMNS)}.")
        word: dict[str, Any] = {column: value}
        return replace(self, **word)

    def sql(self) -> tuple[str, dict[str, Any]]:
        """Return the condition on `touchpoints`, and the values it holds as {name:Type}."""
        clauses = [
            "happened_at >= {from_at:DateTime64(3, 'UTC')}",
            "happened_at < {until_at:DateTime64(3, 'UTC')}",
        ]
        values: dict[str, Any] = {
            "from_at": self.window.from_at.astimezone(UTC),
            "until_at": self.window.until_at.astimezone(UTC),
        }
        for column in COLUMNS:
            if (word := getattr(self, column)) is not None:
                clauses.append(f"{column} = {{{column}:String}}")
                values[column] = word
        if self.sample is not None:
            clauses.append("sample = {sample:Bool}")
            values["sample"] = self.sample
        if self.among is not None:
            clauses.append(f"person_id IN ({self.among.sql})")
            values |= self.among.values
        return " AND ".join(clauses), values


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))

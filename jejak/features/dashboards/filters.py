"""What a whole dashboard is narrowed to: kept in its address, and filled into each tile that does not say otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings

from jejak.audiences.among import people_in
from jejak.measures import Filters, Window

DAYS = (7, 28, 90, 180, 365)
COMPARED = ("before", "year", "none")
WORDS = ("channel", "place", "team", "name")
NOT_SAID = "-"
"""Stands for "" in an address: what nobody said."""
_LONGEST_DAYS = 3660
_A_YEAR_OF_WEEKS_DAYS = 364


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """Filters of a dashboard or of a tile. days: the last so many, unless both ends are said; 0 leaves it to the other.

    The words: None takes all, "" those without any. audience: its key, "" for everybody.
    """

    days: int = 0
    from_on: date | None = None
    to_on: date | None = None
    channel: str | None = None
    place: str | None = None
    team: str | None = None
    name: str | None = None
    audience: str = ""
    compare: str = ""

    def over(self, wide: "Narrowed") -> "Narrowed":
        """Return these filters, and in the place of what they leave open those of the whole dashboard."""
        own = {one.name: getattr(self, one.name) for one in fields(self)}
        if self.days or self.from_on:
            own |= {"days": self.days, "from_on": self.from_on, "to_on": self.to_on}
        else:
            own |= {"days": wide.days, "from_on": wide.from_on, "to_on": wide.to_on}
        for word in WORDS:
            if own[word] is None:
                own[word] = getattr(wide, word)
        own["audience"] = self.audience or wide.audience
        own["compare"] = self.compare or wide.compare
        return Narrowed(**own)

    def window(self, *, now: datetime) -> Window:
        zone = settings.TIME_ZONE
        if self.from_on and self.to_on:
            until_on = date.fromordinal(self.to_on.toordinal() + 1)
            return Window(from_on=self.from_on, until_on=until_on, zone=zone)
        return Window.last(self.days or DAYS[1], now=now, zone=zone)

    def before(self, *, now: datetime) -> Window | None:
        """Return the window that it is compared with, if any."""
        if self.compare == "none":
            return None
        days = _A_YEAR_OF_WEEKS_DAYS if self.compare == "year" else None
        return self.window(now=now).before(now=now, days=days)

    def asked(self, *, now: datetime) -> Filters:
        """Return them as measures take them. Raises NoSuchAudience."""
        words: dict[str, Any] = {word: getattr(self, word) for word in WORDS}
        among = people_in(self.audience) if self.audience else None
        return Filters(window=self.window(now=now), among=among, **words)


def read(given: Mapping[str, Any]) -> Narrowed:
    """Return what an address or a kept dashboard says; what makes no sense there is left out."""
    from_on, to_on = _day(given.get("from")), _day(given.get("to"))
    if from_on is None or to_on is None or not 0 <= (to_on - from_on).days < _LONGEST_DAYS:
        from_on = to_on = None
    compare = str(given.get("compare") or "")
    return Narrowed(
        days=0 if from_on else _whole(given.get("days")),
        from_on=from_on,
        to_on=to_on,
        audience=str(given.get("audience") or "")[:80],
        compare=compare if compare in COMPARED else "",
        **{word: _word(given.get(word)) for word in WORDS},
    )


def write(narrowed: Narrowed) -> dict[str, str]:
    """Return them as an address or a kept dashboard says them: what read() reads."""
    said = {
        word: getattr(narrowed, word) or NOT_SAID for word in WORDS if getattr(narrowed, word) is not None
    }
    if narrowed.from_on and narrowed.to_on:
        said |= {"from": narrowed.from_on.isoformat(), "to": narrowed.to_on.isoformat()}
    elif narrowed.days:
        said["days"] = str(narrowed.days)
    for name in ("audience", "compare"):
        if value := getattr(narrowed, name):
            said[name] = value
    return said


def opened(kept: Mapping[str, Any], given: Mapping[str, Any]) -> Narrowed:
    """Return the filters of a dashboard: those of its address where it says any, else those it opens with."""
    said = {key: value for key, value in given.items() if key in _SAID}
    narrowed = read(said or kept)
    return narrowed if narrowed.days or narrowed.from_on else replace(narrowed, days=DAYS[1])


_SAID = {"days", "from", "to", "audience", "compare", *WORDS}


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text or ""))
    except ValueError:
        return None


def _whole(text: Any) -> int:
    said = str(text or "")
    return (
        int(said)
        if said.isascii() and said.isdecimal() and len(said) < 6 and 0 < int(said) <= _LONGEST_DAYS
        else 0
    )


def _word(text: Any) -> str | None:
    said = str(text or "")[:200]
    return None if not said else "" if said == NOT_SAID else said

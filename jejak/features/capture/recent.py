"""What arrived last, as the log tells it, for the live view's first look and for browsers without scripts."""

import contextlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jejak import eventlog
from jejak.people import merging, search
from jejak.people.resolving import roots_of
from jejak.people.whole import wholes
from jejak.touchpoints.words import channel as channel_word

_WINDOWS = (timedelta(minutes=15), timedelta(days=1), timedelta(days=30))
"""Tried one after the other: the log is not sorted by arrival, and most people watch a busy day."""
_MOST_PEOPLE = 20
LONGEST_MESSAGE = 20_000


@dataclass(frozen=True, kw_only=True)
class Row:
    """One touchpoint as the list shows it. message: JSON text, of a very long one the beginning."""

    message_id: str
    trail_id: int
    who: str
    kind: str
    name: str
    channel: str
    place: str
    source: str
    happened_at: datetime
    received_at: datetime
    sample: bool
    message: str

    @property
    def shown(self) -> str:
        """The message, laid out for reading."""
        return laid_out(self.message)

    @property
    def channel_word(self) -> str:
        return channel_word(self.channel) if self.channel else ""


def latest(
    *, now: datetime, source: str = "", name: str = "", person: str = "", limit: int = 50
) -> list[Row]:
    """Return what arrived last within thirty days, newest first; of one person without that limit.

    name: a part of it, in any case. person: a name or handle. Raises eventlog.Away, eventlog.TooExpensive.
    """
    wanted = ["true"]
    values: dict[str, Any] = {"limit": limit}
    if source:
        wanted.append("source = {source:String}")
        values["source"] = source
    if name:
        wanted.append("positionCaseInsensitiveUTF8(name, {name:String}) > 0")
        values["name"] = name
    windows: Sequence[timedelta | None] = _WINDOWS
    if person:
        trails = trails_of(person)
        if not trails:
            return []
        wanted.append("trail_id IN {trails:Array(UInt64)}")
        values["trails"] = trails
        windows = (None,)
    told: list[tuple[Any, ...]] = []
    for window in windows:
        since = "" if window is None else " AND received_at > {since:DateTime64(3, 'UTC')}"
        bound = values if window is None else {**values, "since": now - window}
        told = eventlog.ask(_LATEST.format(where=" AND ".join(wanted) + since), **bound).rows
        if len(told) >= limit:
            break
    who = names(row[1] for row in told)
    return [
        Row(
            message_id=row[0],
            trail_id=row[1],
            who=who.get(row[1], ""),
            kind=row[2],
            name=row[3],
            channel=row[4],
            place=row[5],
            source=row[6],
            happened_at=row[7],
            received_at=row[8],
            sample=bool(row[9]),
            message=row[10],
        )
        for row in told
    ]


_LATEST = f"""
    SELECT message_id, trail_id, toString(kind), toString(name), toString(channel), toString(place),
           toString(source), happened_at, received_at, sample, substringUTF8(message, 1, {LONGEST_MESSAGE})
    FROM touchpoints
    WHERE {{where}}
    ORDER BY received_at DESC, message_id
    LIMIT {{{{limit:UInt32}}}}
"""


def laid_out(message: str) -> str:
    """Return JSON text a field a line; text that is no JSON as it is."""
    with contextlib.suppress(ValueError, RecursionError):
        return json.dumps(json.loads(message), indent=2, ensure_ascii=False)
    return message


def trails_of(person: str) -> list[int]:
    """Return the trails of everybody whom a text may mean."""
    found = search.search(person, limit=_MOST_PEOPLE)
    return sorted({trail for one in found for trail in merging.trail_ids(one.person.pk)})


def names(trail_ids: Iterable[int]) -> dict[int, str]:
    """Return what to call the person of each trail."""
    roots = roots_of({trail for trail in trail_ids if trail})
    people = wholes(set(roots.values()))
    return {trail: people[root].title for trail, root in roots.items() if root in people}

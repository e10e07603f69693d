"""What there is to choose from: the words and scales that the log holds in a window."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from jejak import eventlog
from jejak.measures.filters import Filters
from jejak.measures.volume import HAPPENED
from jejak.touchpoints.scales import Scale, UnknownScale, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The channels, names and teams of what happened, most frequent first; "" stands for none said."""

    channels: tuple[str, ...]
    names: tuple[str, ...]
    teams: tuple[str, ...]
    touchpoints: int
    sample_touchpoints: int


def words(filters: Filters) -> Words:
    """Return which words the filters leave to choose from."""
    where, values = filters.sql()
    rows = eventlog.ask(_WORDS.format(where=where, happened=HAPPENED), **values).rows
    return Words(
        channels=_most_frequent((row[0], row[3]) for row in rows),
        names=_most_frequent((row[1], row[3]) for row in rows),
        teams=_most_frequent((row[2], row[3]) for row in rows),
        touchpoints=sum(row[3] for row in rows),
        sample_touchpoints=sum(row[4] for row in rows),
    )


def scales(filters: Filters) -> list[tuple[Scale, int]]:
    """Return the scales on which people answered, with the number of answers: NPS, CSAT, CES."""
    where, values = filters.sql()
    answered = []
    for key, n in eventlog.ask(_SCALES.format(where=where), **values).rows:
        try:
            answered.append((parse(key), n))
        except UnknownScale:  # A score from before scales were checked says nothing.
            continue
    return sorted(answered, key=lambda pair: (_KINDS.index(pair[0].kind), -pair[1], pair[0].key))


def extent() -> tuple[datetime, datetime] | None:
    """Return when the first and the last of all touchpoints happened; None while there are none."""
    n, first_at, last_at = eventlog.ask(_EXTENT).rows[0]
    return (first_at, last_at) if n else None


_EXTENT = f"SELECT count(), min(happened_at), max(happened_at) FROM touchpoints WHERE {HAPPENED}"
_KINDS = ("nps", "csat", "ces")
_WORDS = """
    SELECT toString(channel), toString(name), toString(team), count() AS n, countIf(sample)
    FROM touchpoints
    WHERE {where} AND {happened}
    GROUP BY channel, name, team
    ORDER BY n DESC
    LIMIT 5000
"""
_SCALES = """
    SELECT toString(scale), count()
    FROM touchpoints
    WHERE {where} AND isNotNull(score) AND scale != ''
    GROUP BY scale
"""


def _most_frequent(counted: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    totals: dict[str, int] = {}
    for word, n in counted:
        totals[word] = totals.get(word, 0) + n
    return tuple(sorted(totals, key=lambda word: (-totals[word], word)))

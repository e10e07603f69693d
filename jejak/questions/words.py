"""What there is to choose from: names and properties that the log holds."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from jejak import eventlog
from jejak.measures.volume import HAPPENED
from jejak.questions.answering import once
from jejak.questions.asked import Trends
from jejak.questions.ground import Ground

_MOST_NAMES, _MOST_PROPERTIES, _LOOKED_AT = 300, 200, 20_000


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Names of touchpoints, most frequent first, and properties as "properties.address.city"."""

    names: tuple[str, ...]
    properties: tuple[str, ...]


def choices(*, now: datetime) -> Choices:
    """Return what ever happened, and what some touchpoints say, those of the last year first. Kept for some seconds."""
    return once("questions:choices", lambda: _choices(now))


def unseen(
    fields: Iterable[str], names: Iterable[str], *, choices: Choices, since: datetime, now: datetime
) -> frozenset[str]:
    """Return those of these properties and names that no touchpoint since then has.

    What may be chosen is of some touchpoints only, so that what is not among it is looked for. Kept for some seconds.
    """
    wanted = {one for one in fields if one.startswith("properties.") and one not in choices.properties}
    named = {one for one in names if one not in choices.names}
    return frozenset(
        one for one in sorted(wanted | named) if not _is_seen(one, is_name=one in named, since=since, now=now)
    )


def _is_seen(word: str, *, is_name: bool, since: datetime, now: datetime) -> bool:
    said = f"{is_name}{since:%Y%m%d}{word}"
    key = f"questions:seen:{hashlib.sha256(said.encode()).hexdigest()}"
    return once(key, lambda: _looked_for(word, is_name=is_name, since=since, now=now)) == "seen"


def _looked_for(word: str, *, is_name: bool, since: datetime, now: datetime) -> str:
    ground = Ground(Trends(), now=now)
    said = f"name = {ground.value(word, 'String')}" if is_name else f"{ground.text(word)} != ''"
    begin = ground.value(since, "DateTime64(3, 'UTC')")
    told = ground.ask(f"SELECT 1 FROM touchpoints WHERE {said} AND happened_at >= {begin} LIMIT 1")
    return "seen" if told.rows else "unseen"


def _choices(now: datetime) -> Choices:
    names = eventlog.ask(
        f"""
        SELECT toString(name) FROM touchpoints WHERE {HAPPENED}
        GROUP BY name ORDER BY count() DESC, name LIMIT {_MOST_NAMES}
        """
    )
    some = f"SELECT properties FROM touchpoints WHERE {HAPPENED}"
    properties = eventlog.ask(
        f"""
        SELECT path FROM (
            SELECT arrayJoin(JSONAllPaths(properties)) AS path
            FROM (
                SELECT * FROM ({some} AND happened_at >= {{since:DateTime64(3, 'UTC')}} LIMIT {_LOOKED_AT})
                UNION ALL SELECT * FROM ({some} LIMIT {_LOOKED_AT})
            )
        )
        GROUP BY path ORDER BY count() DESC, path LIMIT {_MOST_PROPERTIES}
        """,
        since=now - timedelta(days=366),
    )
    return Choices(
        names=tuple(name for (name,) in names.rows),
        properties=tuple(f"properties.{path}" for (path,) in properties.rows),
    )

"""What there is to choose from: names and properties that the log holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from jejak import eventlog
from jejak.measures.volume import HAPPENED
from jejak.questions.answering import once

_MOST_NAMES, _MOST_PROPERTIES, _LOOKED_AT = 300, 200, 20_000


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Names of touchpoints, most frequent first, and properties as "properties.address.city"."""

    names: tuple[str, ...]
    properties: tuple[str, ...]


def choices(*, now: datetime) -> Choices:
    """Return what happened in the last year, and what its latest touchpoints say. Kept for some seconds."""
    return once("questions:choices", lambda: _choices(now))


def _choices(now: datetime) -> Choices:
    since = {"since": now - timedelta(days=366)}
    names = eventlog.ask(
        f"""
        SELECT toString(name) FROM touchpoints WHERE {HAPPENED} AND happened_at >= {{since:DateTime64(3, 'UTC')}}
        GROUP BY name ORDER BY count() DESC, name LIMIT {_MOST_NAMES}
        """,
        **since,
    )
    properties = eventlog.ask(
        f"""
        SELECT path FROM (
            SELECT arrayJoin(JSONAllPaths(properties)) AS path
            FROM (
                SELECT properties FROM touchpoints
                WHERE {HAPPENED} AND happened_at >= {{since:DateTime64(3, 'UTC')}} LIMIT {_LOOKED_AT}
            )
        )
        GROUP BY path ORDER BY count() DESC, path LIMIT {_MOST_PROPERTIES}
        """,
        **since,
    )
    return Choices(
        names=tuple(name for (name,) in names.rows),
        properties=tuple(f"properties.{path}" for (path,) in properties.rows),
    )

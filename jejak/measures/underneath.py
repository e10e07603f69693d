"""Where a number changed: the groups of people and touchpoints in which it differs from what was usual there.

Each group is held against itself: what was expected of it is its own usual share of its own number today. What lies
beyond that adds up to the change of the whole. It says where something changed, never why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from jejak import eventlog
from jejak.common.statistics import (
    Estimate,
    Moments,
    adjusted_for_many,
    chance_of_equal,
    counted,
    share_percent,
)
from jejak.measures import catalogue
from jejak.measures.filters import Filters, Window
from jejak.measures.volume import HAPPENED
from jejak.measures.watching import Watched, unscaled

USUAL_DAYS = 28
_MOST_VALUES, _MOST_GROUPS, _UNCLEAR, _LEAST = 25, 12, 5, 5
_COLUMNS = ("channel", "place", "country", "team", "stage", "source")
AUDIENCE = "audience"
"""Stands for the audiences that people are in now; the value is the id of one."""
_NO_WORDS = ("id", "_id", "_on", "_at", "url", "path", "email", "phone", "name", "title", "text", "comment")


@dataclass(frozen=True, kw_only=True)
class Group:
    """One group. column: what tells it apart; value: which one. more: hits beyond what was expected of it.

    is_new: it was not there before, so that it is held against everybody. is_clear: whether it changed, after correcting
    for the number of groups.
    """

    column: str
    value: str
    now: Estimate
    usual: Estimate
    more: float
    is_clear: bool
    is_new: bool = False


def groups(watched: Watched, *, from_on: date, until_on: date, zone: str) -> list[Group]:
    """Return the groups in which a line changed, those first that are clear and weigh most.

    from_on, until_on: the days when it was out; the 28 days before are what was usual.
    """
    now = Window(from_on=from_on, until_on=until_on, zone=zone)
    before = Window(from_on=from_on - timedelta(days=USUAL_DAYS), until_on=from_on, zone=zone)
    cells: dict[tuple[str, str], dict[bool, tuple[float, float]]] = {}
    for window in (now, before):
        for column, value, n, hits in _rows(watched, window):
            cells.setdefault((column, value), {})[window is now] = (float(n), float(hits))
    days = (now.days, before.days)
    everybody = [held[False] for (column, _), held in cells.items() if column == "source" and False in held]
    usual = (sum(n for n, _ in everybody), sum(hits for _, hits in everybody))
    found = [
        _group(watched, key, held, days, usual)
        for key, held in cells.items()
        if _is_group(key, cells, watched)
    ]
    kept = [one for one in found if one is not None]
    adjusted = adjusted_for_many([chance for _, chance in kept])
    told = [replace(group, is_clear=q < 0.05) for (group, _), q in zip(kept, adjusted, strict=True)]
    told.sort(key=lambda one: (not one.is_clear, -abs(one.more), one.column not in _COLUMNS))
    # A city in the properties is often the place once more.
    unlike = {(one.value, one.now.n, one.usual.n): one for one in reversed(told)}
    clear = sum(one.is_clear for one in unlike.values())
    return [one for one in told if unlike[one.value, one.now.n, one.usual.n] is one][
        : min(_MOST_GROUPS, clear + _UNCLEAR)
    ]


def _is_group(
    key: tuple[str, str], cells: dict[tuple[str, str], dict[bool, tuple[float, float]]], watched: Watched
) -> bool:
    column, value = key
    if not value or (column, value) in watched.where or column.endswith(_NO_WORDS):
        return False
    values = [other for other in cells if other[0] == column]
    fits = len(values) <= _MOST_VALUES if column == AUDIENCE else 1 < len(values) <= _MOST_VALUES
    return fits and True in cells[key]


def _group(
    watched: Watched,
    key: tuple[str, str],
    held: dict[bool, tuple[float, float]],
    days: tuple[int, int],
    everybody: tuple[float, float],
) -> tuple[Group, float] | None:
    n, hits = held[True]
    usual_n, usual_hits = held.get(False, (0.0, 0.0))
    if watched.kind in ("volume", "part"):
        # A count: what was usual is that of as many days.
        expected = usual_hits * days[0] / days[1]
        if max(hits, expected) < _LEAST:
            return None
        chance = chance_of_equal(
            counted(int(hits), int(hits + usual_hits)),
            counted(round(1e6 * days[0] / sum(days)), 1_000_000),
        )
        now, usual = Estimate(value=hits, n=int(hits)), Estimate(value=expected, n=int(usual_hits))
        return Group(
            column=key[0], value=key[1], now=now, usual=usual, more=hits - expected, is_clear=False
        ), chance
    is_new = False not in held
    if is_new:
        usual_n, usual_hits = everybody
    if n < _LEAST or usual_n < _LEAST:
        return None
    ours, theirs = _moments(hits, n), _moments(usual_hits, usual_n)
    group = Group(
        column=key[0],
        value=key[1],
        now=_read(watched, ours),
        usual=_read(watched, theirs),
        more=hits - n * usual_hits / usual_n,
        is_clear=False,
        is_new=is_new,
    )
    return group, chance_of_equal(ours, theirs)


def _moments(hits: float, n: float) -> Moments:
    return Moments(
        n=int(n), people=int(n), total=hits, squares=hits,
        own_totals_squared=hits, own_counts_squared=n, own_products=hits,
    )  # fmt: skip


def _read(watched: Watched, moments: Moments) -> Estimate:
    told = share_percent(moments)
    if watched.kind != "score" or told.value is None or told.low is None or told.high is None:
        return told
    value, low, high = (unscaled(watched, part / 100) for part in (told.value, told.low, told.high))
    return replace(told, value=value, low=low, high=high)


def _rows(watched: Watched, window: Window) -> Sequence[tuple[Any, ...]]:
    """Ask for (column, value, n, hits) of every group in a window."""
    where, values = Filters(window=window).sql()
    values["zone"] = window.zone
    narrowed = "1"
    for i, (column, value) in enumerate(watched.where):
        narrowed += f" AND {column} = {{in{i}:String}}"
        values[f"in{i}"] = value
    if watched.kind == "step":
        sql = _STEPS.format(where=f"{where} AND {HAPPENED}", narrowed=narrowed)
        values |= {"name": watched.name, "after": watched.after}
    else:
        counts, x = _row_of(watched, values)
        sql = _GROUPS.format(where=f"{where} AND {counts}", x=x, narrowed=narrowed)
    return eventlog.ask(sql, **values).rows


def _row_of(watched: Watched, values: dict[str, Any]) -> tuple[str, str]:
    if watched.kind in ("volume", "part"):
        values["name"] = watched.name
        return f"{HAPPENED} AND name = {{name:String}}", "1"
    measure = catalogue.get(watched.measure)
    values |= measure.values
    if watched.kind == "share":
        return measure.counted, measure.point
    values["name"] = watched.name
    low, high = (
        (-1, 1)
        if measure.unit == "points" or measure.scale is None
        else (measure.scale.low, measure.scale.high)
    )
    return f"{measure.counted} AND name = {{name:String}}", f"(({measure.point}) - ({low})) / {high - low}"


# The properties that hold a word, and what the row itself says.
_WORDS = "JSONExtractKeysAndValues(toString(properties), 'String')"
_OWN = """[('channel', toString(channel)), ('place', toString(place)), ('team', toString(team)),
    ('stage', toString(stage)), ('source', toString(source)), ('country', country)]"""
_COUNTRIES = """(
    SELECT person_id, max(country) AS country,
        arrayMap(a -> ('audience', a), arrayDistinct(groupArrayArray(held))) AS audiences
    FROM (
        SELECT person_id, texts['country'] AS country, emptyArrayString() AS held FROM people FINAL WHERE country != ''
        UNION ALL
        SELECT person_id, '' AS country, [toString(audience_id)] AS held FROM memberships FINAL WHERE isNull(left_at)
    )
    GROUP BY person_id
) AS known"""
_GROUPS = (
    """
    SELECT pair.1, pair.2, count(), sum(x)
    FROM (
        SELECT x, arrayJoin(arrayConcat("""
    + _OWN
    + """, words, audiences)) AS pair
        FROM (
            SELECT channel, place, team, stage, source, person_id, toFloat64({x}) AS x,
                arrayFilter(w -> length(w.2) BETWEEN 1 AND 60, """
    + _WORDS
    + """) AS words
            FROM touchpoints WHERE {where}
        ) AS happened
        LEFT ANY JOIN """
    + _COUNTRIES
    + """ USING (person_id)
        WHERE {narrowed}
    )
    GROUP BY pair ORDER BY count() DESC LIMIT 2000
"""
)
_STEPS = (
    """
    SELECT pair.1, pair.2, count(), sum(had)
    FROM (
        SELECT had, arrayJoin(arrayDistinct(arrayConcat("""
    + _OWN
    + """, words, audiences))) AS pair
        FROM (
            SELECT person_id, anyIf(channel, name = {{after:String}}) AS channel,
                anyIf(place, name = {{after:String}}) AS place, anyIf(team, name = {{after:String}}) AS team,
                anyIf(stage, name = {{after:String}}) AS stage, anyIf(source, name = {{after:String}}) AS source,
                toFloat64(countIf(name = {{name:String}}) > 0) AS had,
                arrayDistinct(arrayFlatten(groupArray(words))) AS words
            FROM (
                SELECT person_id, toDate(happened_at, {{zone:String}}) AS day, channel, place, team, stage, source, name,
                    arrayFilter(
                        w -> length(w.2) BETWEEN 1 AND 60
                            AND (name = {{after:String}} OR w.1 IN ('version', 'app_version', 'release', 'build')),
                        """
    + _WORDS
    + """
                    ) AS words
                FROM touchpoints
                WHERE {where} AND person_id IN (
                    SELECT person_id FROM touchpoints WHERE {where} AND name = {{after:String}}
                )
            )
            GROUP BY day, person_id
            HAVING countIf(name = {{after:String}}) > 0
        ) AS happened
        LEFT ANY JOIN """
    + _COUNTRIES
    + """ USING (person_id)
        WHERE {narrowed}
    )
    GROUP BY pair ORDER BY count() DESC LIMIT 2000
"""
)

"""What is watched without being asked: day series of what the log holds, ready for bands.py.

Volumes of each touchpoint, its parts by channel, place and country, the scores people gave, what measures tell as a
share, and how many go from one usual step to the next, or fail there. All in a few questions to the log, some weeks at
a time, so that a large log is read in pieces.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from jejak import eventlog
from jejak.measures import calendar, catalogue
from jejak.measures.bands import Array, Bands, Lines, of_counts, of_shares
from jejak.measures.filters import Filters, Window
from jejak.measures.measure import Measure
from jejak.measures.surroundings import scales
from jejak.measures.volume import HAPPENED
from jejak.touchpoints.scales import Scale, parse

DAYS = 400
"""How far back a band looks."""
MOST_LINES = 900
_AT_ONCE_DAYS = 35
_SLICES = ((), ("channel",), ("place",), ("country",), ("channel", "country"))
_DIMENSIONS = ("channel", "place", "country")
_LEAST_A_DAY, _LEAST_PART_A_DAY, _LEAST_TRIALS = 3.0, 1.0, 60.0
_BURSTS = 1.6
_MOST_STEPS = 16
_STEPS_FROM = 2_000_000
"""The usual steps are learnt from about so many touchpoints, those of some people alone where there are more."""
_FAILS = re.compile(
    r"\b(fail(ed|ure)?|error|declined|rejected|refused|cancell?ed|bounced|unavailable|expired|transferred|"
    r"timed out|abandoned|crashed|gagal|ditolak|dibatalkan)\b",
    re.IGNORECASE,
)

Where = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One day series.

    kind: "volume" counts the people with a touchpoint; "part" is the share of them within `where`; "step" is the share
    of the people with `after` who had `name` on the same day; "share" and "score" are of `measure`.
    where: what it is narrowed to, as ((column, value), …), a country being one that people have as a trait.
    """

    kind: str
    name: str = ""
    after: str = ""
    measure: str = ""
    where: Where = ()

    @property
    def subject(self) -> tuple[str, ...]:
        """What it is about, wherever."""
        return (self.kind, self.name, self.after, self.measure)

    @property
    def better(self) -> str:
        """Which way is good: up, down, or "" where neither is."""
        if self.kind == "step":
            return "down" if fails(self.name) else "up"
        if self.kind in ("share", "score"):
            polarity = catalogue.get(self.measure).polarity
            return {"more is better": "up", "less is better": "down"}.get(polarity, "")
        return ""

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": self.name,
            "after": self.after,
            "measure": self.measure,
            "where": [list(pair) for pair in self.where],
        }

    @classmethod
    def from_json(cls, held: dict[str, Any]) -> "Watched":
        where = tuple((str(column), str(value)) for column, value in held.get("where", ()))
        words = {key: str(held.get(key, "")) for key in ("kind", "name", "after", "measure")}
        return cls(**words, where=where)


Sums = dict[Watched, Array]
"""(3, days): hits, trials and squares of each day. Of volumes the hits alone."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """Every line with its band. first_on: the first day. hits, trials: (lines, days)."""

    first_on: date
    lines: list[Watched]
    hits: Array
    trials: Array
    bands: Bands

    @property
    def days(self) -> int:
        return int(self.hits.shape[1])

    def on(self, day: int) -> date:
        return self.first_on + timedelta(days=day)

    def index(self, day: date) -> int:
        return (day - self.first_on).days


def fails(name: str) -> bool:
    """Tell whether a touchpoint is one that nobody wants: its name says so."""
    return bool(_FAILS.search(name))


def usual_steps(window: Window) -> list[tuple[str, str]]:
    """Return pairs (before, after) of touchpoints that usually follow each other within a day, or fail there.

    They are learnt from who did what next: of each touchpoint what most people do next, where that has a direction,
    and of each that fails what most often came right before it.
    """
    where, values = Filters(window=window).sql()
    n = eventlog.ask(f"SELECT count() FROM touchpoints WHERE {where} AND {HAPPENED}", **values).rows[0][0]
    values |= {"zone": window.zone, "parts": 1 + n // _STEPS_FROM}
    rows = eventlog.ask(_NEXT.format(where=where, happened=HAPPENED), **values).rows
    follows = {(a, b): int(n) for a, b, n, _ in rows}
    soon = {(a, b): int(n) for a, b, _, n in rows}
    began: dict[str, int] = {}
    for (a, _), n in follows.items():
        began[a] = began.get(a, 0) + n
    found: dict[tuple[str, str], int] = {}
    for b in {b for _, b in follows if fails(b)}:
        n, a = max((n, a) for (a, other), n in soon.items() if other == b)
        # What comes after anything, or much later, is no step that failed.
        if 2 * n >= sum(n for (_, other), n in follows.items() if other == b):
            found[a, b] = n * 1000  # What fails goes before what does not.
    for a in began:
        ways = [(n, b) for (one, b), n in follows.items() if one == a and b and not fails(b)]
        for n, b in sorted(ways, reverse=True)[:2]:
            if n >= 0.15 * began[a] and n > 2 * follows.get((b, a), 0) and not fails(a):
                found[a, b] = n
    most_first = sorted(found, key=lambda pair: (-found[pair], pair))
    return most_first[:_MOST_STEPS]


# Each person's day as the names that came one after the other; "" stands for the end of the day.
_NEXT = """
    SELECT pair.1, pair.2.2, count() AS n, countIf(pair.2.1)
    FROM (
        SELECT arrayCompact(x -> x.2, arraySort(groupArray((happened_at, toString(name))))) AS did,
            arrayJoin(arrayDistinct(arrayMap(
                (x, y) -> (x.2, (y.2 != '' AND y.1 < x.1 + INTERVAL 1 HOUR, y.2)),
                did, arrayPushBack(arrayPopFront(did), (did[1].1, ''))
            ))) AS pair
        FROM touchpoints
        WHERE {where} AND {happened} AND cityHash64(trail_id) % {{parts:UInt32}} = 0
        GROUP BY toDate(happened_at, {{zone:String}}), trail_id
    )
    GROUP BY pair.1, pair.2.2 ORDER BY n DESC LIMIT 3000
"""


def gather(window: Window, *, steps: Sequence[tuple[str, str]]) -> Sums:
    """Return the sums of every series over a window, asked some weeks at a time."""
    sums: Sums = {}
    answered = [scale for scale, _ in scales(Filters(window=window))]
    start = window.from_on
    while start < window.until_on:
        until = min(window.until_on, start + timedelta(days=_AT_ONCE_DAYS))
        piece = replace(window, from_on=start, until_on=until)
        for watched, day, hits, trials, squares in _rows(piece, steps, answered):
            held = sums.setdefault(watched, np.zeros((3, window.days)))
            held[:, (day - window.from_on).days] += (hits, trials, squares)
        start = until
    share_out(sums)
    return sums


def tell(sums: Sums, *, first_on: date, cut: bool = False) -> Told:
    """Return every line that has enough to be watched, with its band. cut: the last day is not over yet."""
    lines = _worth_watching(sums)
    counts = [line for line in lines if line.kind == "volume"]
    shares = [line for line in lines if line.kind != "volume"]
    days = next(iter(sums.values())).shape[1] if sums else 0
    dates = [first_on + timedelta(days=n) for n in range(days)]
    weekdays = np.array([day.weekday() for day in dates], np.int64)
    kinds = np.array([calendar.kind_of(day) for day in dates], np.int64)
    told = []
    for some, make in ((counts, of_counts), (shares, of_shares)):
        held = np.array([sums[line] for line in some]).reshape(len(some), 3, days)
        told.append(
            make(
                Lines(
                    hits=held[:, 0],
                    trials=held[:, 1],
                    squares=held[:, 2],
                    weekdays=weekdays,
                    kinds=kinds,
                    cut=cut,
                )
            )
        )
    together = [*counts, *shares]
    held = np.array([sums[line] for line in together]).reshape(len(together), 3, days)
    return Told(
        first_on=first_on, lines=together, hits=held[:, 0], trials=held[:, 1], bands=told[0].beside(told[1])
    )


def unscaled(watched: Watched, share: float) -> float:
    """Return a share of a series as people read it: percent, NPS points, or a score on its scale."""
    if watched.kind == "score":
        low, high = _ends(catalogue.get(watched.measure))
        return low + share * (high - low)
    return share if watched.kind == "volume" else 100 * share


def _ends(measure: Measure) -> tuple[float, float]:
    if measure.unit == "points" or measure.scale is None:
        return -100.0, 100.0
    return measure.scale.low, measure.scale.high


Row = tuple[Watched, date, float, float, float]


def _rows(piece: Window, steps: Sequence[tuple[str, str]], answered: Sequence[Scale]) -> Iterator[Row]:
    where, values = Filters(window=piece).sql()
    values["zone"] = piece.zone
    yield from _volumes(where, values)
    if answered:
        yield from _scores(where, values)
    for measure in catalogue.listed():
        if measure.point and measure.unit == "percent" and measure.scale is None:
            yield from _shares(measure, where, values)
    if steps:
        yield from _steps(steps, where, values)


def _volumes(where: str, values: dict[str, Any]) -> Iterator[Row]:
    sql = _SLICED.format(
        names=", name",
        columns=_COLUMNS,
        sums="uniqExact(person_id)",
        inner="toString(name) AS name",
        where=f"{where} AND {HAPPENED}",
        sets=_sets("name"),
    )
    for mask, day, channel, place, country, name, people in eventlog.ask(sql, **values).rows:
        if (sliced := _where(mask, channel, place, country)) is not None:
            yield Watched(kind="part" if sliced else "volume", name=name, where=sliced), day, people, 0, 0


def _scores(where: str, values: dict[str, Any]) -> Iterator[Row]:
    sql = _SLICED.format(
        names=", name, scale",
        columns=f"{_COLUMNS}, scale, score",
        sums="count(), sum(x), sum(x * x)",
        inner="""toString(name) AS name, toString(scale) AS scale,
            if(scale = 'nps', multiIf(score >= 9, 1., score < 7, -1., 0.), assumeNotNull(score)) AS x""",
        where=f"{where} AND isNotNull(score) AND scale != ''",
        sets=_sets("name", "scale"),
    )
    for mask, day, channel, place, country, name, key, n, total, squares in eventlog.ask(sql, **values).rows:
        sliced = _where(mask, channel, place, country)
        if sliced is None:
            continue
        scale = parse(key)
        low, high = (-1.0, 1.0) if scale.kind == "nps" else (scale.low, scale.high)
        span = high - low
        watched = Watched(
            kind="score",
            name=name,
            measure="nps.score" if scale.kind == "nps" else f"{key}.mean",
            where=sliced,
        )
        hits = (total - n * low) / span
        yield watched, day, hits, n, (squares - 2 * low * total + n * low * low) / span**2


def _shares(measure: Measure, where: str, values: dict[str, Any]) -> Iterator[Row]:
    sql = _SLICED.format(
        names="",
        columns=f"{_COLUMNS}, toFloat64({measure.point}) AS x",
        sums="count(), sum(x)",
        inner="x",
        where=f"{where} AND {measure.counted}",
        sets=_sets(),
    )
    for mask, day, channel, place, country, n, total in eventlog.ask(sql, **values, **measure.values).rows:
        if (sliced := _where(mask, channel, place, country)) is not None:
            yield Watched(kind="share", measure=measure.key, where=sliced), day, total, n, total


def _steps(steps: Sequence[tuple[str, str]], where: str, values: dict[str, Any]) -> Iterator[Row]:
    """A person counts once a day, in each channel or place: what they did there is held as the bits of a number."""
    names = sorted({name for pair in steps for name in pair})
    bit = {name: i for i, name in enumerate(names)}
    sums = ", ".join(
        f"countIf(bitTest(had, {bit[a]})), countIf(bitTest(had, {bit[a]}) AND bitTest(had, {bit[b]}))"
        for a, b in steps
    )
    sql = _STEPS.format(sums=sums, where=f"{where} AND {HAPPENED} AND name IN {{names:Array(String)}}")
    for mask, with_country, day, channel, place, country, *counts in eventlog.ask(
        sql, **values, names=names
    ).rows:
        sliced = _where((mask << 1) | (1 - with_country), channel, place, country)
        if sliced is None or (with_country and place):
            continue
        for i, (a, b) in enumerate(steps):
            trials, hits = counts[2 * i], counts[2 * i + 1]
            if trials:
                yield Watched(kind="step", name=b, after=a, where=sliced), day, hits, trials, hits


_COLUMNS = "happened_at, channel, place, name"
_COUNTRIES = "(SELECT person_id, texts['country'] AS country FROM people FINAL WHERE country != '') AS known"
_SLICED = (
    """
    SELECT toUInt64(grouping(channel, place, country)) AS mask, day, channel, place, country{names}, {sums}
    FROM (
        SELECT toDate(happened_at, {{zone:String}}) AS day, toString(channel) AS channel, toString(place) AS place,
            country, person_id, {inner}
        FROM (SELECT {columns}, person_id FROM touchpoints WHERE {where}) AS happened
        LEFT ANY JOIN """
    + _COUNTRIES
    + """ USING (person_id)
    )
    GROUP BY GROUPING SETS ({sets})
    SETTINGS compile_expressions = 0, compile_aggregate_expressions = 0
"""
)
_STEPS = (
    """
    SELECT mask, toUInt64(grouping(country) = 0) AS with_country, day, channel, place, country, {sums}
    FROM (
        SELECT toUInt64(grouping(channel, place)) AS mask, day, channel, place, person_id, groupBitOr(bit) AS had
        FROM (
            SELECT toDate(happened_at, {{zone:String}}) AS day, toString(channel) AS channel, toString(place) AS place,
                person_id, bitShiftLeft(toUInt64(1), indexOf({{names:Array(String)}}, toString(name)) - 1) AS bit
            FROM touchpoints WHERE {where}
        )
        GROUP BY GROUPING SETS ((day, person_id), (day, person_id, channel), (day, person_id, place))
    ) AS happened
    LEFT ANY JOIN """
    + _COUNTRIES
    + """ USING (person_id)
    GROUP BY GROUPING SETS ((mask, day, channel, place), (mask, day, channel, place, country))
    SETTINGS compile_expressions = 0, compile_aggregate_expressions = 0
"""
)


def _sets(*names: str) -> str:
    return ", ".join(f"({', '.join(('day', *names, *columns))})" for columns in _SLICES)


def _where(mask: int, channel: str, place: str, country: str) -> Where | None:
    """Return what a row is narrowed to; None where what it is split by was not said."""
    values = (channel, place, country)
    chosen = [(column, value) for i, (column, value) in enumerate(zip(_DIMENSIONS, values, strict=True))
              if not mask >> (2 - i) & 1]  # fmt: skip
    return None if any(not value for _, value in chosen) else tuple(chosen)


def share_out(sums: Sums) -> None:
    """Let each part of a touchpoint be a share of all who had it on the day."""
    for watched, held in sums.items():
        if watched.kind == "part":
            whole = sums[replace(watched, kind="volume", where=())][0]
            held[0] = np.minimum(held[0], whole)
            held[1], held[2] = whole, held[0]


def _worth_watching(sums: Sums) -> list[Watched]:
    """Return the series with enough in them, without those that say what a wider one says already."""
    wide = {watched.subject: held for watched, held in sums.items() if not watched.where}
    kept: list[tuple[float, Watched]] = []
    for watched, held in sums.items():
        recent = held[:, -120:]
        days = recent.shape[1]
        hits, trials = float(recent[0].sum()), float(recent[1].sum())
        if watched.kind == "volume":
            enough = hits >= _LEAST_A_DAY * days and not _comes_in_bursts(recent[0])
        elif watched.kind == "part":
            enough = _LEAST_PART_A_DAY * days <= hits <= 0.97 * trials and trials >= _LEAST_A_DAY * days
        else:
            enough = trials >= min(_LEAST_TRIALS, days)
            if watched.where and (whole := wide.get(watched.subject)) is not None:
                enough = enough and trials <= 0.97 * float(whole[1, -120:].sum())
        if enough:
            kept.append((-(hits if watched.kind == "volume" else trials), watched))
    # Wider ones first, so that what is left out is the smallest.
    kept.sort(key=lambda pair: (len(pair[1].where), pair[0], str(pair[1])))
    return [watched for _, watched in kept[:MOST_LINES]]


def _comes_in_bursts(hits: Array) -> bool:
    """Tell whether a touchpoint comes in campaigns: then no day is like the others, and none has a usual band."""
    return float(hits.mean()) > _BURSTS * max(float(np.median(hits)), 0.5)

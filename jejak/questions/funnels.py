"""Funnels: how many go from step to step, how long it takes them, and who fell out."""

from dataclasses import dataclass
from datetime import UTC, datetime

from jejak.common.statistics import Estimate, counted, share_percent
from jejak.measures import Behind, People
from jejak.questions.answers import Answer, percentile_of, percentile_sql
from jejak.questions.asked import EVERYTHING, Funnel
from jejak.questions.ground import MOST_GROUPS, Ground, missing_words

_NONE = "CAST([], 'Array(Int64)')"
_NEVER = "toInt64(-4611686018427387904)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One step. people: who came this far. seconds: the median from the step before; slow: nine in ten are faster."""

    people: int
    of_first: Estimate
    of_previous: Estimate
    seconds: Estimate
    slow_seconds: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The steps of one group, and from the first to the last. still_open: who has time left to finish."""

    group: str | None
    is_others: bool
    steps: tuple[Reached, ...]
    seconds: Estimate
    slow_seconds: Estimate
    still_open: int


@dataclass(frozen=True, kw_only=True)
class Funnels(Answer):
    """The way of each group, largest first."""

    ways: tuple[Way, ...]


def tell(asked: Funnel, *, now: datetime) -> Funnels:
    """Return how far people come, by what their first step was like where it is split.

    A person's first arrival at each step is timed, from the latest start that fits. One touchpoint is one step, but in
    any order it may be several. A person is in the group of the start of their longest way.
    """
    ground = Ground(asked, now=now)
    steps = len(asked.steps)
    since = min(now, ground.window.until_at) - asked.within_time
    open_since = ground.value(_milliseconds(since), "Int64")
    group, others, people = "''", "0", _people(asked, ground)
    if asked.breakdown:
        group, others = f"if(place <= {MOST_GROUPS}, grp, '')", f"place > {MOST_GROUPS}"
        people = f"""
            SELECT *, dense_rank() OVER (ORDER BY size DESC, grp) AS place
            FROM (SELECT *, count() OVER (PARTITION BY grp) AS size FROM ({people}))
        """
    times = [
        percentile_sql(f"groupArrayIf(times[{k}] / 1000, level >= {k})", percent)
        for k in range(2, steps + 1)
        for percent in (50, 90)
    ]
    times += [percentile_sql(f"groupArrayIf(whole / 1000, level = {steps})", percent) for percent in (50, 90)]
    told = ground.ask(f"""
        SELECT {group} AS shown, {others} AS is_others,
            sumForEach(arrayMap(k -> toUInt64(level > k), range({steps}))) AS came,
            countIf(level < {steps} AND begun >= {open_since}), {", ".join(times)}
        FROM ({people})
        GROUP BY shown, is_others ORDER BY is_others, came[1] DESC, shown
    """)
    ways = [
        _way(shown if asked.breakdown else None, bool(is_others), list(came), still_open, spans)
        for shown, is_others, came, still_open, *spans in told.rows
    ]
    notes = () if ways else (missing_words(asked.steps[0].what.names, ""),)
    return Funnels(ways=tuple(ways), notes=notes, sql=told.sql)


def people(
    asked: Funnel, *, step: int, fell_out: bool, now: datetime, limit: int = 50, offset: int = 0
) -> People:
    """Return who came to a step (0 is the first), or fell out right after it; those seen last first.

    Raises ValueError where there is no such step.
    """
    if not 0 <= step < len(asked.steps):
        raise ValueError(f"There is no step {step}.")
    ground = Ground(asked, now=now)
    reached = f"level = {step + 1}" if fell_out else f"level > {step}"
    skipped, most = ground.value(offset, "UInt32"), ground.value(limit, "UInt32")
    rows = ground.ask(f"""
        SELECT person_id, touchpoints, fromUnixTimestamp64Milli(last, 'UTC') AS last_at, count() OVER ()
        FROM ({_people(asked, ground)}) WHERE {reached}
        ORDER BY last DESC, person_id LIMIT {most} OFFSET {skipped}
    """).rows
    page = [Behind(person_id=person, touchpoints=n, last_at=at, score=None) for person, n, at, _all in rows]
    return People(total=rows[0][3] if rows else 0, page=page)


def _people(asked: Funnel, ground: Ground) -> str:
    """Return the SQL that gives each person's level, 1 for the first step, and their times.

    `firsts` holds for each step the moments of the first way that reached it. All looks go once over what a person did.
    """
    conditions = [ground.happened(step.what) for step in asked.steps]
    mask = " + ".join(f"{1 << i} * ({condition})" for i, condition in enumerate(conditions))
    rows = f"({' OR '.join(conditions)})"
    if asked.order == "strict":  # What lies between must be there to be seen.
        rows = f"({rows} OR {ground.happened(EVERYTHING)})"
    within = ground.value(int(asked.within_time.total_seconds() * 1000), "Int64")
    group = ground.text(asked.breakdown) if asked.breakdown else "''"
    ways = _any_order if asked.order == "any" else _in_order
    columns, firsts = ways(len(asked.steps), within, strict=asked.order == "strict")
    starts = "1" if asked.order == "any" else "bitTest(m, 0)"
    return f"""
        SELECT person_id, length(ts) AS touchpoints, arrayMax(ts) AS last, {columns}, [{", ".join(firsts)}] AS firsts,
            arrayCount(way -> notEmpty(way), firsts) AS level,
            arrayMap(way -> if(length(way) > 1, way[-1] - way[-2], 0), firsts) AS times,
            firsts[-1][-1] - firsts[-1][1] AS whole,
            arrayMax((t, m) -> if({starts}, t, {_NEVER}), ts, ms) AS begun,
            arrayFirst((g, t, m) -> t = firsts[level][1] AND {starts}, gs, ts, ms) AS grp
        FROM (
            SELECT person_id, arraySort(groupArray((t, mask, g))) AS done, done.1 AS ts, done.2 AS ms, done.3 AS gs
            FROM (
                SELECT person_id, toInt64(toUnixTimestamp64Milli(happened_at)) AS t, toUInt32({mask}) AS mask, {group} AS g
                FROM touchpoints WHERE {rows} AND {ground.whose} AND {ground.within(ground.window)}
            )
            GROUP BY person_id
        )
        WHERE level > 0
    """


def _in_order(steps: int, within: str, *, strict: bool) -> tuple[str, list[str]]:
    """Return the columns r0, r1, …: for each touchpoint the way that reached that step by it, if one did.

    The latest way to the step before is also the one that started latest, so that one is enough to go on from.
    """
    columns = [f"arrayMap((t, m) -> if(bitTest(m, 0), [t], {_NONE}), ts, ms) AS r0"]
    for i in range(1, steps):
        before = f"r{i - 1}" if strict else f"arrayFill(way -> notEmpty(way), r{i - 1})"
        columns.append(
            f"arrayMap((t, m, way) -> if(bitTest(m, {i}) AND notEmpty(way) AND t - way[1] <= {within},"
            f" arrayPushBack(way, t), {_NONE}), ts, ms, arrayPopBack(arrayPushFront({before}, {_NONE}))) AS r{i}"
        )
    return ", ".join(columns), [f"arrayFirst(way -> notEmpty(way), r{i})" for i in range(steps)]


def _any_order(steps: int, within: str, *, strict: bool) -> tuple[str, list[str]]:
    """Return the column `ways`: for each touchpoint the latest moments of all steps that lie within the time before it."""
    latest = [
        f"arrayFill(t -> t != {_NEVER}, arrayMap((t, m) -> if(bitTest(m, {i}), t, {_NEVER}), ts, ms))"
        for i in range(steps)
    ]
    names = [f"l{i}" for i in range(steps)]
    way = f"arraySort(arrayFilter(l -> l != {_NEVER} AND t - l <= {within}, [{', '.join(names)}]))"
    columns = f"arrayMap((t, {', '.join(names)}) -> {way}, ts, {', '.join(latest)}) AS ways"
    return columns, [
        f"arraySlice(arrayFirst(way -> length(way) > {i}, ways), -{i + 1}, {i + 1})" for i in range(steps)
    ]


def _way(group: str | None, is_others: bool, came: list[int], still_open: int, spans: list[object]) -> Way:
    told = [percentile_of(span) for span in spans]  # type: ignore[arg-type]  # Rows of the log have no types.
    nothing = Estimate(value=None, n=0)
    pairs = [(nothing, nothing), *zip(told[:-2:2], told[1:-2:2], strict=True)]
    steps = tuple(
        Reached(
            people=people,
            of_first=share_percent(counted(people, came[0])),
            of_previous=share_percent(counted(people, came[max(0, i - 1)])),
            seconds=pairs[i][0],
            slow_seconds=pairs[i][1],
        )
        for i, people in enumerate(came)
    )
    return Way(
        group=group,
        is_others=is_others,
        steps=steps,
        seconds=told[-2],
        slow_seconds=told[-1],
        still_open=still_open,
    )


def _milliseconds(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp() * 1000)

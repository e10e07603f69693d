"""Funnels: how many go from step to step, how long it takes them, and who fell out."""

from dataclasses import dataclass
from datetime import UTC, datetime

from jejak.common.statistics import Estimate, counted, share_percent
from jejak.measures import Behind, People
from jejak.questions.answers import Answer, percentile_of, percentile_sql
from jejak.questions.asked import EVERYTHING, Funnel
from jejak.questions.ground import MOST_GROUPS, MOST_KNOWN, Ground, missing_words

# Each touchpoint is one number, so that a person's way is an array of numbers, sorted at once: the milliseconds since
# the window began, from 1 on; below them a bit for each step that it is; below those the place of its group.
# Nowhere does a lambda look into another array: ClickHouse would copy that whole array for each touchpoint.
_GROUP_BITS, _STEP_BITS = 16, 8
_BELOW = _GROUP_BITS + _STEP_BITS
_ALL_BELOW = 2**_BELOW - 1


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
    open_since = ground.value(_milliseconds(since) - _milliseconds(ground.window.from_at) + 1, "Int64")
    begins = asked.steps if asked.order == "any" else asked.steps[:1]
    begun = " OR ".join(ground.happened(step.what) for step in begins)
    groups, grp = ground.groups_of(asked.breakdown, f"({begun}) AND {ground.within(ground.window)}")
    spans = [f"groupArrayIf(times[{k}] / 1000, level >= {k}) AS t{k}" for k in range(2, steps + 1)]
    spans.append(f"groupArrayIf(whole / 1000, level = {steps}) AS t{steps + 1}")
    times = [
        percentile_sql(f"groupArrayArray(t{k})", percent) for k in range(2, steps + 2) for percent in (50, 90)
    ]
    told = ground.ask(
        f"""
        WITH {groups} AS groups
        SELECT if(is_others, '', groups[grp]) AS shown, grp = 0 OR place > {MOST_GROUPS} AS is_others,
            sumForEach(reached) AS came, sum(open), {", ".join(times)}
        FROM (
            SELECT *, row_number() OVER (ORDER BY grp = 0, reached[1] DESC, groups[grp]) AS place
            FROM (
                SELECT grp, [{", ".join(f"countIf(level > {k})" for k in range(steps))}] AS reached,
                    countIf(level < {steps} AND begun >= {open_since}) AS open, {", ".join(spans)}
                FROM ({_people(asked, ground, grp=grp)})
                GROUP BY grp
            )
        )
        GROUP BY shown, is_others ORDER BY is_others, came[1] DESC, shown
        """,
        by_person=True,
    )
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
    begun = ground.value(_milliseconds(ground.window.from_at) - 1, "Int64")
    rows = ground.ask(
        f"""
        SELECT person_id, touchpoints, fromUnixTimestamp64Milli(last + {begun}, 'UTC') AS last_at, count() OVER ()
        FROM ({_people(asked, ground)}) WHERE {reached}
        ORDER BY last DESC, person_id LIMIT {most} OFFSET {skipped}
        """,
        by_person=True,
    ).rows
    page = [Behind(person_id=person, touchpoints=n, last_at=at, score=None) for person, n, at, _all in rows]
    return People(total=rows[0][3] if rows else 0, page=page)


def _people(asked: Funnel, ground: Ground, *, grp: str = "1") -> str:
    """Return the SQL that gives each person's level, 1 for the first step, their times, and the group they began in.

    grp: the SQL of the place of a touchpoint's group. All looks go once over what a person did.
    """
    conditions = [ground.happened(step.what) for step in asked.steps]
    mask = " + ".join(f"{1 << i} * ({condition})" for i, condition in enumerate(conditions))
    rows = f"({' OR '.join(conditions)})"
    if asked.order == "strict":  # What lies between must be there to be seen.
        rows = f"({rows} OR {ground.happened(EVERYTHING)})"
    begun = ground.value(_milliseconds(ground.window.from_at) - 1, "Int64")
    # No longer than the window, so that a moment and this time fit into the bits.
    window = _milliseconds(ground.window.until_at) - _milliseconds(ground.window.from_at)
    within = min(int(asked.within_time.total_seconds() * 1000), window)
    ways = _any_order if asked.order == "any" else _in_order
    return f"""
        SELECT person_id, length(done) AS touchpoints, {_moment("done[-1]")} AS last,
            {ways(len(asked.steps), ground.value(within, "UInt64"), strict=asked.order == "strict")}
        FROM (
            SELECT person_id, arraySort(groupArray(
                bitShiftLeft(toUInt64(toUnixTimestamp64Milli(happened_at) - {begun}), {_BELOW})
                + bitShiftLeft(toUInt64({mask}), {_GROUP_BITS}) + toUInt64({grp})
            )) AS done
            FROM touchpoints WHERE {rows} AND {ground.whose} AND {ground.within(ground.window)}
            GROUP BY person_id
        )
        WHERE level > 0
    """


def _in_order(steps: int, within: str, *, strict: bool) -> str:
    """Return the columns of a funnel in order. r0, r1, …: until when the way that reached that step here may go on, or 0.

    The latest way to the step before is also the one that started latest, so that one is enough to go on from.
    """
    least = f"bitShiftLeft(toUInt64({within}), {_BELOW})"
    columns = [f"arrayMap(x -> if(bitTest(x, {_GROUP_BITS}), x + {least}, 0), done) AS r0"]
    for i in range(1, steps):
        before = f"r{i - 1}" if strict else f"arrayFill(until -> until != 0, r{i - 1})"
        columns.append(
            f"arrayMap((x, until) -> if(bitTest(x, {_GROUP_BITS + i}) AND x <= bitOr(until, {_ALL_BELOW}), until, 0),"
            f" done, arrayShiftRight({before}, 1, toUInt64(0))) AS r{i}"
        )
    columns += [f"arrayFirstIndex(until -> until != 0, r{i}) AS i{i}" for i in range(steps)]
    came_from = [
        f"done[arrayLastIndex(until -> until != 0, arraySlice(r{i - 1}, 1, greatest(i{i}, 1) - 1))]"
        for i in range(1, steps)
    ]
    times = [f"{_moment(f'done[i{i}]')} - {_moment(before)}" for i, before in enumerate(came_from, 1)]
    last = steps - 1
    columns += [
        f"{' + '.join(f'(i{i} > 0)' for i in range(steps))} AS level",
        f"[0, {', '.join(times)}] AS times",
        f"{_moment(f'done[i{last}]')} + {within} - {_moment(f'r{last}[i{last}]')} AS whole",
        f"{_moment('arrayMax(r0)')} - {within} AS begun",
        f"bitAnd([{', '.join(f'r{i}[i{i}]' for i in range(steps))}][level], {MOST_KNOWN}) AS grp",
    ]
    return ", ".join(columns)


def _any_order(steps: int, within: str, *, strict: bool) -> str:
    """Return the columns of a funnel in any order. l0, l1, …: until when the latest touchpoint of that step counts."""
    least = f"bitShiftLeft(toUInt64({within}), {_BELOW})"
    latest = [f"l{i}" for i in range(steps)]
    columns = [
        f"arrayFill(x -> x != 0, arrayMap(x -> if(bitTest(x, {_GROUP_BITS + i}), x + {least}, 0), done)) AS l{i}"
        for i in range(steps)
    ]
    there = " + ".join(f"(x <= bitOr({until}, {_ALL_BELOW}))" for until in latest)
    columns.append(f"arrayMap((x, {', '.join(latest)}) -> {there}, done, {', '.join(latest)}) AS counts")
    for k in range(1, steps + 1):
        columns.append(f"arrayFirstIndex(n -> n >= {k}, counts) AS j{k}")
        columns.append(f"arraySort([{', '.join(f'l{i}[j{k}]' for i in range(steps))}]) AS w{k}")
    times = [f"{_moment(f'w{k}[-1]')} - {_moment(f'w{k}[-2]')}" for k in range(2, steps + 1)]
    columns += [
        "arrayMax(counts) AS level",
        f"[0, {', '.join(times)}] AS times",
        f"{_moment(f'w{steps}[-1]')} - {_moment(f'w{steps}[-{steps}]')} AS whole",
        f"{_moment('done[-1]')} AS begun",
        f"bitAnd([{', '.join(f'w{k}[-{k}]' for k in range(1, steps + 1))}][level], {MOST_KNOWN}) AS grp",
    ]
    return ", ".join(columns)


def _moment(x: str) -> str:
    return f"toInt64(bitShiftRight({x}, {_BELOW}))"


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

"""How many people go from one touchpoint to the next, in this order and within some days."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from jejak import eventlog
from jejak.common.statistics import Estimate, counted, share_percent
from jejak.measures.behind import Behind, People
from jejak.measures.filters import Filters
from jejak.measures.volume import HAPPENED

FEWEST_STEPS, MOST_STEPS = 2, 6
# Read in the order of people: each one's touchpoints come together and in time. It is heeded at the end only.
_BY_PERSON = "SETTINGS optimize_use_projections = 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a funnel. people: how many came this far. The shares are percent, n the people before."""

    name: str
    people: int
    of_first: Estimate
    of_previous: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """steps, and still_open: how many who did not finish have days left, so that the last shares may grow."""

    steps: list[Step]
    still_open: int


def funnel(names: Sequence[str], filters: Filters, *, within: timedelta, now: datetime) -> Funnel:
    """Return how far people come from the first name to the last, each person's best run counted.

    names: 2 to 6 different ones. within: from the first step to the last. Raises ValueError.
    """
    levels, values = _levels(names, filters, within)
    answer = eventlog.ask(
        f"""
        SELECT level, count(), countIf(begun_at >= {{open_since:DateTime64(3, 'UTC')}})
        FROM ({levels})
        GROUP BY level
        {_BY_PERSON}
        """,
        **values,
        open_since=min(now, filters.window.until_at) - within,
    )
    ended = {level: (people, still_open) for level, people, still_open in answer.rows}
    came = [sum(n for level, (n, _) in ended.items() if level > i) for i in range(len(names))]
    return Funnel(
        steps=[
            Step(
                name=name,
                people=people,
                of_first=share_percent(counted(people, came[0])),
                of_previous=share_percent(counted(people, came[max(0, i - 1)])),
            )
            for i, (name, people) in enumerate(zip(names, came, strict=True))
        ],
        still_open=sum(still_open for level, (_, still_open) in ended.items() if level < len(names)),
    )


def people_reaching(
    step: int, names: Sequence[str], filters: Filters, *, within: timedelta, limit: int = 50, offset: int = 0
) -> People:
    """Return who came at least to this step (0 is the first), those who came there last first.

    Raises ValueError, also where there is no such step.
    """
    if not 0 <= step < len(names):
        raise ValueError(f"There is no step {step} in {list(names)}.")
    levels, values = _levels(names, filters, within)
    reached = f"FROM ({levels}) WHERE level > {{step:UInt8}}"
    total = eventlog.ask(f"SELECT count() {reached} {_BY_PERSON}", **values, step=step).rows[0][0]
    rows = eventlog.ask(
        f"""
        SELECT person_id, touchpoints, last_at {reached}
        ORDER BY last_at DESC, person_id LIMIT {{most:UInt32}} OFFSET {{skipped:UInt32}}
        {_BY_PERSON}
        """,
        **values,
        step=step,
        most=limit,
        skipped=offset,
    ).rows
    page = [Behind(person_id=person, touchpoints=n, last_at=at, score=None) for person, n, at in rows]
    return People(total=total, page=page)


def _levels(names: Sequence[str], filters: Filters, within: timedelta) -> tuple[str, dict[str, Any]]:
    """Return the SQL that gives each person's level, 1 for the first step, and its values."""
    if not FEWEST_STEPS <= len(names) <= MOST_STEPS or len(set(names)) < len(names):
        raise ValueError(f"A funnel has {FEWEST_STEPS} to {MOST_STEPS} different steps, not {list(names)}.")
    if within <= timedelta(0):
        raise ValueError(f"A funnel needs some time, not {within}.")
    where, values = replace(filters, name=None).sql()
    window = filters.window
    # windowFunnel() keeps a time a touchpoint: 32 bits take half the memory of 64, and two thirds of the time. Windows of
    # up to 49 days are told to the millisecond, one of a year to eight.
    tick = max(1, math.ceil((window.until_at - window.from_at).total_seconds() * 1000 / 2**32))
    steps = {f"step{i}": name for i, name in enumerate(names)}
    reached = ", ".join(f"name = {{{step}:String}}" for step in steps)
    sql = f"""
        SELECT person_id, count() AS touchpoints, max(happened_at) AS last_at,
            windowFunnel({{within:UInt64}})(
                toUInt32(intDiv(
                    toUnixTimestamp64Milli(happened_at) - toUnixTimestamp64Milli({{from_at:DateTime64(3, 'UTC')}}),
                    {{tick:Int64}}
                )), {reached}
            ) AS level,
            maxIf(happened_at, name = {{step0:String}}) AS begun_at
        FROM touchpoints
        WHERE {where} AND {HAPPENED} AND name IN {{names:Array(String)}}
        GROUP BY person_id
        HAVING level > 0
    """
    values |= steps | {
        "names": list(names),
        "tick": tick,
        "within": int(within.total_seconds() * 1000) // tick,
    }
    return sql, values

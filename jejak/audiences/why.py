"""Why somebody is in an audience, or not: each condition with its own verdict, and what it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jejak import eventlog
from jejak.audiences import conditions as c
from jejak.audiences import saying
from jejak.audiences.compiling import Compiler, compiled
from jejak.audiences.models import Audience
from jejak.people import trails

_MOST_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a verdict rests on. touchpoints: the newest that count, each (message id, name, when). value: of a trait."""

    count: int | None = None
    value: Any = None
    touchpoints: list[tuple[str, str, datetime]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether one condition holds. inner: those within it, where it holds others. said: the condition in words."""

    condition: c.Condition
    path: str
    said: str
    holds: bool
    evidence: Evidence | None = None
    inner: list["Verdict"] = field(default_factory=list)


def why(audience: Audience, person_id: int, *, now: datetime, zone: str) -> Verdict:
    """Return the verdict on a person, as of now. Raises BadConditions, Away; ValueError for a list without conditions."""
    if audience.condition is None:
        raise ValueError(f"{audience.key} is a list: somebody put them on it.")
    return of(c.read(audience.condition), person_id, now=now, zone=zone, own_key=audience.key)


def of(condition: c.Condition, person_id: int, *, now: datetime, zone: str, own_key: str = "") -> Verdict:
    """Return the verdict of a condition on a person."""
    compiled(
        condition, now=now, zone=zone, only=[person_id], own_key=own_key
    )  # Raises where something is missing.
    leaves = list(dict.fromkeys(c.leaves(condition)))
    held = _each(leaves, person_id, now=now, zone=zone, own_key=own_key)
    theirs = sorted(trails.of_roots([person_id]))

    def verdict(one: c.Condition, path: str) -> Verdict:
        inner = [verdict(each, there) for each, there in _inner(one, path)]
        if isinstance(one, c.All):
            holds = all(each.holds for each in inner)
        elif isinstance(one, c.Any):
            holds = any(each.holds for each in inner)
        elif isinstance(one, c.Not):
            holds = not inner[0].holds
        else:
            holds = held[leaves.index(one)]
        evidence = None if inner else _evidence(one, person_id, theirs, now=now, zone=zone)
        return Verdict(
            condition=one, path=path, said=saying.say(one), holds=holds, evidence=evidence, inner=inner
        )

    return verdict(condition, "")


def _inner(condition: c.Condition, path: str) -> Iterator[tuple[c.Condition, str]]:
    if isinstance(condition, c.Not):
        yield condition.condition, f"{path}.condition".lstrip(".")
    elif isinstance(condition, c.All | c.Any):
        for i, one in enumerate(condition.conditions):
            yield one, f"{path}.conditions.{i}".lstrip(".")


def _each(leaves: list[c.Condition], person_id: int, *, now: datetime, zone: str, own_key: str) -> list[bool]:
    """Ask all at once: one row, a column for each."""
    if not leaves:
        return []
    within = (own_key,) if own_key else ()
    compiler = Compiler(now=now, zone=zone, only=[person_id], within=within)
    columns = ", ".join(f"toUInt8({compiler.holds(leaf, '')}) AS h{i}" for i, leaf in enumerate(leaves))
    rows = eventlog.ask(f"SELECT {columns} FROM {compiler.source()}", **compiler.values).rows
    return [bool(one) for one in rows[0]] if rows else [False] * len(leaves)


def _evidence(
    leaf: c.Condition, person_id: int, theirs: list[int], *, now: datetime, zone: str
) -> Evidence | None:
    compiler = Compiler(now=now, zone=zone)
    if isinstance(leaf, c.Did):
        return _touchpoints(compiler, compiler.rows(leaf.what, leaf.during), theirs, now)
    if isinstance(leaf, c.Score):
        return _touchpoints(compiler, compiler.scored(leaf), theirs, now, value="score")
    if isinstance(leaf, c.Sequence):
        meant = [step.what for step in leaf.steps] + ([leaf.unless] if leaf.unless else [])
        where = " OR ".join(f"({compiler.rows(what, c.Period())})" for what in meant)
        return _touchpoints(compiler, f"({where})", theirs, now)
    if isinstance(leaf, c.Rfm):
        where = compiler.rows(c.What(names=(leaf.name,)), c.Period(kind="last", count=leaf.days))
        return _touchpoints(compiler, where, theirs, now)
    column = {
        c.Trait: "coalesce(nullIf(texts[{key:String}], ''), arrayStringConcat(lists[{key:String}], ', '))",
        c.CompanyIs: "arrayStringConcat(companies, ', ')",
        c.Reachable: "arrayStringConcat(handles, ', ')",
    }.get(type(leaf))
    if isinstance(leaf, c.Seen):
        column = f"{leaf.which}_seen_at"
        if leaf.which == "last":
            return _touchpoints(compiler, compiler.rows(c.What(), c.Period()), theirs, now)
    if column is None:
        return None
    question = f"SELECT {column} FROM people FINAL WHERE person_id = {{person:UInt64}}"
    rows = eventlog.ask(question, person=person_id, key=getattr(leaf, "key", "")).rows
    return Evidence(value=rows[0][0] if rows else None)


def _touchpoints(
    compiler: Compiler, where: str, theirs: list[int], now: datetime, *, value: str = "NULL"
) -> Evidence:
    """Return how many of a person's touchpoints count, and the newest of them."""
    rows = eventlog.ask(
        f"SELECT message_id, name, happened_at, {value}, count() OVER () FROM touchpoints"
        f" WHERE trail_id IN {compiler.value(theirs, 'Array(UInt64)')} AND happened_at <= {compiler.moment(now)}"
        f" AND ({where}) ORDER BY happened_at DESC, message_id LIMIT {_MOST_SHOWN}",
        **compiler.values,
    ).rows
    return Evidence(
        count=rows[0][4] if rows else 0,
        value=rows[0][3] if rows else None,
        touchpoints=[(message, name, at) for message, name, at, _value, _count in rows],
    )

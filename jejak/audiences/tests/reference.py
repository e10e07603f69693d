"""Who is in an audience, worked out in plain Python: what the one SQL is held against."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from jejak.audiences import comparing
from jejak.audiences import conditions as c
from jejak.audiences.compiling import ENTERED, LEFT
from jejak.people.mirroring import Typed, typed


@dataclass
class Somebody:
    """One made-up person. traits: as sent. touchpoints: as rows of the log, with properties as a dict."""

    pk: int
    traits: dict[str, Any]
    handles: list[str]
    consents: dict[str, bool]
    tags: list[str]
    team: str
    first_seen_at: datetime
    touchpoints: list[dict[str, Any]] = field(default_factory=list)


def holds(condition: c.Condition, one: Somebody, *, now: datetime, zone: str) -> bool:
    today = now.astimezone(ZoneInfo(zone)).date()
    rows = [row for row in one.touchpoints if row["happened_at"] <= now]
    match condition:
        case c.All():
            return all(holds(each, one, now=now, zone=zone) for each in condition.conditions)
        case c.Any():
            return any(holds(each, one, now=now, zone=zone) for each in condition.conditions)
        case c.Not():
            return not holds(condition.condition, one, now=now, zone=zone)
        case c.Trait():
            held = typed(one.traits.get(condition.key))
            return comparing.fits(held, condition.operator, condition.value, today=today)
        case c.ConsentGiven():
            said = one.consents.get(f"{condition.purpose}:{condition.channel}")
            if condition.state == "refused":
                return said is False
            if condition.state == "unsaid":
                return said is None
            return said is not False if condition.purpose == "service" else said is True
        case c.Reachable():
            if condition.by == "known":
                return any(kind != "anonymous_id" for kind in one.handles)
            return condition.by in one.handles
        case c.Kept():
            if condition.field == "team":
                return one.team == condition.value
            return condition.value.lower() in [tag.lower() for tag in one.tags]
        case c.Did():
            count = sum(_is(row, condition.what, condition.during, now, zone, today) for row in rows)
            if condition.count == "exactly":
                return count == condition.times
            return count >= condition.times if condition.count == "at_least" else count <= condition.times
        case c.Score():
            answers = [
                (row["happened_at"], row["score"])
                for row in rows
                if row["scale"] == condition.scale
                and row["score"] is not None
                and _during(row, condition.during, now, zone)
            ]
            if not answers:
                return False
            told = (
                max(answers)[1] if condition.which == "latest" else sum(a for _, a in answers) / len(answers)
            )
            return comparing.fits(Typed(number=told), condition.operator, condition.value, today=today)
        case c.Seen():
            from_at, until_at = condition.during.bounds(now=now, zone=zone)
            at = one.first_seen_at
            if condition.which == "last":
                at = max(
                    [at, *(r["happened_at"] for r in rows if _is(r, c.What(), c.Period(), now, zone, today))]
                )
            return (from_at is None or at >= from_at) and (until_at is None or at < until_at)
        case c.Sequence():
            return _sequence(condition, rows, now, zone, today)
    raise NotImplementedError(condition)


def _sequence(
    condition: c.Sequence, rows: list[dict[str, Any]], now: datetime, zone: str, today: date
) -> bool:
    """Try every choice of touchpoints, in order of time; at one moment in the order of the steps they can be."""
    marked = []
    for row in rows:
        mask = sum(
            1 << i
            for i, step in enumerate(condition.steps)
            if _is(row, step.what, condition.during, now, zone, today)
        )
        if condition.unless and _is(row, condition.unless, c.Period(), now, zone, today):
            mask |= 1 << len(condition.steps)
        if mask:
            marked.append((round(row["happened_at"].timestamp() * 1000), mask))
    marked.sort()
    return any(
        _fits(condition, marked, chosen, now)
        for chosen in combinations(range(len(marked)), len(condition.steps))
    )


def _fits(
    condition: c.Sequence, marked: Sequence[tuple[int, int]], chosen: tuple[int, ...], now: datetime
) -> bool:
    unless = 1 << len(condition.steps)
    for i, (place, step) in enumerate(zip(chosen, condition.steps, strict=True)):
        if not marked[place][1] >> i & 1:
            return False
        took = marked[place][0] - marked[chosen[max(0, i - 1)]][0]
        if step.within_seconds is not None and i and took > step.within_seconds * 1000:
            return False
    if condition.unless is None:
        return True
    if condition.unless_when == "between":
        return not any(mask & unless for _, mask in marked[chosen[0] + 1 : chosen[-1]])
    end = marked[chosen[-1]][0]
    after = [at for at, mask in marked[chosen[-1] + 1 :] if mask & unless]
    if condition.unless_seconds is None:
        return not after
    span = condition.unless_seconds * 1000
    return end + span <= round(now.timestamp() * 1000) and not any(at - end <= span for at in after)


def _is(row: dict[str, Any], what: c.What, during: c.Period, now: datetime, zone: str, today: date) -> bool:
    if what.names and row["name"] not in what.names:
        return False
    if not what.names and row["name"] in (ENTERED, LEFT):
        return False
    if what.type and row["kind"] != what.type:
        return False
    if not what.names and not what.type and row["kind"] not in ("track", "page", "screen"):
        return False
    return _during(row, during, now, zone) and all(_where(row, one, today) for one in what.where)


def _where(row: dict[str, Any], where: c.Where, today: date) -> bool:
    held = row.get(where.field)
    if where.field not in c.COLUMNS:
        held = row["properties"]
        for part in where.field.removeprefix("properties.").split("."):
            held = held.get(part) if isinstance(held, dict) else None
    return comparing.fits(typed(held), where.operator, where.value, today=today)


def _during(row: dict[str, Any], during: c.Period, now: datetime, zone: str) -> bool:
    from_at, until_at = during.bounds(now=now, zone=zone)
    at = row["happened_at"]
    return (from_at is None or at >= from_at) and (until_at is None or at < until_at)


def people(
    everybody: Sequence[Somebody], condition: c.Condition, *, now: datetime, zone: str
) -> Iterator[int]:
    for one in everybody:
        if holds(condition, one, now=now, zone=zone):
            yield one.pk

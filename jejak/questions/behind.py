"""The people behind one number of coming back, life cycle, stickiness, distribution and paths.

Each follows the definition of the module that told the number, and the tests hold the two against each other.
"""

from datetime import date, datetime

from jejak.measures import Behind, People
from jejak.questions.asked import EVERYTHING, Distribution, LifeCycle, Paths, Retention, Stickiness
from jejak.questions.ground import Ground, number_of

STATES = ("new", "returning", "resurrected", "dormant")


def retention(
    asked: Retention, *, cohort: date, later: int, now: datetime, limit: int = 50, offset: int = 0
) -> People:
    """Return who started in a period, and with `later` came back so many periods after it."""
    ground = Ground(asked, now=now)
    number, begun = ground.bucket_number(asked.bucket), number_of(cohort, asked.bucket)
    start, back = ground.happened(asked.start), ground.happened(asked.back)
    inside, within = ground.since(ground.window), ground.until(ground.window)
    at, then = ground.value(begun, "Int32"), ground.value(begun + later, "Int32")
    if asked.starts == "every":
        clauses = [f"countIf({start} AND {inside} AND {number} = {at}) > 0"]
    else:
        clauses = [f"countIf({start} AND NOT ({inside})) = 0", f"minIf({number}, {start}) = {at}"]
        clauses.append(f"countIf({start}) > 0")
    if later:
        same = "=" if asked.counting == "classic" else ">="
        clauses.append(f"countIf({back} AND {inside} AND {number} {same} {then}) > 0")
    rows = f"({start} OR {back}) AND {within}"
    return _found(ground, rows, clauses, limit=limit, offset=offset)


def life_cycle(
    asked: LifeCycle, *, begun: date, state: str, now: datetime, limit: int = 50, offset: int = 0
) -> People:
    """Return who was in a state (of STATES) in a period."""
    ground = Ground(asked, now=now)
    number, at = (
        ground.bucket_number(asked.bucket),
        ground.value(number_of(begun, asked.bucket), "Int32"),
    )
    here, before = f"countIf({number} = {at}) > 0", f"countIf({number} = {at} - 1) > 0"
    clauses = {
        "new": [here, f"min({number}) = {at}"],
        "returning": [here, before],
        "resurrected": [here, f"NOT ({before})", f"min({number}) < {at}"],
        "dormant": [f"NOT ({here})", before],
    }[state]
    rows = f"{ground.happened(asked.what)} AND {ground.until(ground.window)}"
    return _found(ground, rows, clauses, limit=limit, offset=offset)


def stickiness(
    asked: Stickiness, *, times: int, at_least: bool, now: datetime, limit: int = 50, offset: int = 0
) -> People:
    """Return who was active in so many periods of the window."""
    ground = Ground(asked, now=now)
    same = ">=" if at_least else "="
    clause = f"uniqExact({ground.bucket_number(asked.bucket)}) {same} {ground.value(times, 'UInt32')}"
    rows = f"{ground.happened(asked.what)} AND {ground.within(ground.window)}"
    return _found(ground, rows, [clause], limit=limit, offset=offset)


def distribution(
    asked: Distribution, *, low: float, high: float, with_low: bool, with_high: bool, now: datetime, limit: int = 50,
    offset: int = 0,
) -> People:  # fmt: skip
    """Return whose numbers lie in a bin: of any of their touchpoints, or how many they had."""
    ground = Ground(asked, now=now)
    x = ground.number(asked.of) if asked.of else "toFloat64(count())"
    least, most = ground.value(low, "Float64"), ground.value(high, "Float64")
    lies = f"{x} {'>=' if with_low else '>'} {least} AND {x} {'<=' if with_high else '<'} {most}"
    rows = f"{ground.happened(asked.what)} AND {ground.within(ground.window)}"
    if asked.of:
        return _found(ground, f"{rows} AND {lies}", [], limit=limit, offset=offset)
    return _found(ground, rows, [lies], limit=limit, offset=offset)


def paths(
    asked: Paths, *, step: int, source: str, target: str, now: datetime, limit: int = 50, offset: int = 0
) -> People:
    """Return who went from one touchpoint to the next at a step. target: "" for nothing more."""
    ground = Ground(asked, now=now)
    within = ground.value(asked.within_days * 86_400_000, "Int64")
    is_from = asked.direction == "from"
    side = "i > first" if is_from else "i < first"
    apart = "done[i].1 - done[first].1" if is_from else "done[first].1 - done[i].1"
    near = f"arrayMap(i -> done[i].3, arrayFilter(i -> {side} AND {apart} <= {within}, arrayEnumerate(done)))"
    way = f"arrayCompact(arrayPushFront({near if is_from else f'arrayReverse({near})'}, done[first].3))"
    name, ms = ground.value, "toInt64(toUnixTimestamp64Milli(happened_at))"
    row = f"({ms}, toUInt8({ground.happened(asked.what)}), toString(name))"
    clauses = [
        f"arraySort(groupArray({row})) AS done",
        "arrayFirstIndex(one -> one.2 = 1, done) AS first",
        f"{way} AS way",
    ]
    rows = f"{ground.happened(EVERYTHING)} AND {ground.within(ground.window)}"
    having = (
        f"first > 0 AND way[{step}] = {name(source, 'String')} AND way[{step + 1}] = {name(target, 'String')}"
    )
    return _found(ground, rows, [having], more=clauses, limit=limit, offset=offset)


def _found(
    ground: Ground, rows: str, clauses: list[str], *, limit: int, offset: int, more: list[str] | None = None
) -> People:
    """Return a page of the people for whose touchpoints the clauses hold, those seen last first."""
    skipped, most = ground.value(offset, "UInt32"), ground.value(limit, "UInt32")
    held = ", ".join(["person_id", "count() AS n", "max(happened_at) AS last_at", *(more or [])])
    told = ground.ask(
        f"""
        SELECT person_id, n, last_at, count() OVER () FROM (
            SELECT {held} FROM touchpoints WHERE ({rows}) AND {ground.whose}
            GROUP BY person_id HAVING {" AND ".join(clauses) or "1"}
        )
        ORDER BY last_at DESC, person_id LIMIT {most} OFFSET {skipped}
        """,
        by_person=True,
    ).rows
    page = [Behind(person_id=person, touchpoints=n, last_at=at, score=None) for person, n, at, _all in told]
    return People(total=told[0][3] if told else 0, page=page)

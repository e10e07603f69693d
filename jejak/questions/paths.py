"""Paths: what people do after their first such touchpoint, or did before it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from jejak.questions.answers import Answer
from jejak.questions.asked import EVERYTHING, Paths
from jejak.questions.ground import Ground, missing_words

_MOST_A_STEP = 8
# A touchpoint is one number: its moment, whether it is the one asked about, and the place of its name in the alphabet.
# So is a way: a code of five bits for each step, so that ways are counted before they are taken apart.
_NAME_BITS, _CODE_BITS = 16, 5
_MOST_KNOWN = 2**_NAME_BITS - 1
_MOST_NAMES = 2**_CODE_BITS - 2
_OTHERS, _NOTHING = _MOST_NAMES + 1, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """So many people went from one touchpoint to the next. step: 1 next to where it begins or ends.

    source, target: a name, None for all others, "" for nothing (more).
    """

    step: int
    source: str | None
    target: str | None
    people: int


@dataclass(frozen=True, kw_only=True)
class Streams(Answer):
    """people: who had the touchpoint at all."""

    links: tuple[Link, ...]
    people: int


def tell(asked: Paths, *, now: datetime) -> Streams:
    """Return where people go, each once; the same touchpoint several times in a row counts as one."""
    ground = Ground(asked, now=now)
    happened = f"{ground.happened(EVERYTHING)} AND {ground.whose} AND {ground.within(ground.window)}"
    below = _NAME_BITS + 1
    within = ground.value(asked.within_days * 86_400_000, "UInt64")
    sides = {
        "from": (f"t > it AND t <= bitOr(it, {2**below - 1}) + bitShiftLeft({within}, {below})", "near"),
        "to": (
            f"t < it AND bitOr(t, {2**below - 1}) + bitShiftLeft({within}, {below}) >= it",
            "arrayReverse(near)",
        ),
    }
    side, way = sides[asked.direction]
    begun = ground.value(int(ground.window.from_at.timestamp() * 1000) - 1, "Int64")
    one = (
        f"bitShiftLeft(toUInt64(toUnixTimestamp64Milli(happened_at) - {begun}), {below})"
        f" + bitShiftLeft(toUInt64({ground.happened(asked.what)}), {_NAME_BITS})"
        " + toUInt64(transform(name, known, arrayEnumerate(known), 0))"
    )
    places = range(asked.steps + 1)
    packed = " + ".join(f"bitShiftLeft(toUInt64(steps[{i + 1}]), {_CODE_BITS * i})" for i in places)
    told = ground.ask(
        f"""
        WITH (
            SELECT groupArray(name) FROM (
                SELECT toString(name) AS name FROM touchpoints WHERE {happened}
                GROUP BY name ORDER BY count() DESC, name LIMIT {_MOST_KNOWN}
            )
        ) AS frequent,
        arraySlice(frequent, 1, {_MOST_NAMES}) AS largest, arraySort(frequent) AS known,
        arrayMap(name -> if(has(largest, name), indexOf(largest, name), {_OTHERS}), known) AS codes
        SELECT step, bitAnd(bitShiftRight(way, {_CODE_BITS} * (step - 1)), {2**_CODE_BITS - 1}) AS source,
            bitAnd(bitShiftRight(way, {_CODE_BITS} * step), {2**_CODE_BITS - 1}) AS target, sum(people), any(largest)
        FROM (
            SELECT {packed} AS way, count() AS people
            FROM (
                SELECT arraySort(groupArray({one})) AS done, arrayFirst(t -> bitTest(t, {_NAME_BITS}), done) AS it,
                    arrayFilter(t -> {side}, done) AS near,
                    arrayCompact(arrayMap(t -> toUInt16(bitAnd(t, {_MOST_KNOWN})), arrayPushFront({way}, it))) AS names,
                    arrayMap(name -> transform(name, arrayEnumerate(known), codes, {_OTHERS}),
                        arraySlice(names, 1, {asked.steps + 1})) AS steps
                FROM touchpoints WHERE {happened}
                GROUP BY person_id HAVING it > 0
            )
            GROUP BY way
        )
        ARRAY JOIN range(1, {asked.steps + 1}) AS step
        WHERE source != {_NOTHING}
        GROUP BY step, source, target
        """,
        by_person=True,
    )
    people = sum(n for step, _source, _target, n, _largest in told.rows if step == 1)
    notes = () if people else (missing_words(asked.what.names, ""),)
    return Streams(links=tuple(_links(told.rows)), people=people, notes=notes, sql=told.sql)


def _links(rows: list[tuple[int, int, int, int, list[str]]]) -> list[Link]:
    """Keep the most frequent names of each step, and put all others of it together."""
    sizes: dict[int, Counter[str | None]] = {}
    named = [
        (step, _name(source, largest), _name(target, largest), n) for step, source, target, n, largest in rows
    ]
    for step, source, target, n in named:
        sizes.setdefault(step + 1, Counter())[target] += n
        if step == 1:
            sizes.setdefault(1, Counter())[source] += n
    kept = {
        step: {name for name, _n in size.most_common(_MOST_A_STEP)} | {""} for step, size in sizes.items()
    }
    links: Counter[tuple[int, str | None, str | None]] = Counter()
    for step, source, target, n in named:
        ends = (source if source in kept[step] else None, target if target in kept[step + 1] else None)
        links[(step, *ends)] += n
    ordered = sorted(links.items(), key=lambda one: (one[0][0], -one[1], str(one[0])))
    return [Link(step=step, source=a, target=b, people=n) for (step, a, b), n in ordered]


def _name(code: int, largest: list[str]) -> str | None:
    """Return a name, None for one that is not among the largest, "" for nothing more."""
    return {_NOTHING: "", _OTHERS: None}.get(code) if code in (_NOTHING, _OTHERS) else largest[code - 1]

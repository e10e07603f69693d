"""Paths: what people do after their first such touchpoint, or did before it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from jejak.questions.answers import Answer
from jejak.questions.asked import EVERYTHING, Paths
from jejak.questions.ground import Ground, missing_words

_MOST_NAMES, _MOST_A_STEP = 30, 8


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
    within = ground.value(asked.within_days * 86_400_000, "Int64")
    rows = "(t, toUInt8(is_it), name)"
    near = (
        f"done[i].1 - done[first].1 <= {within}"
        if asked.direction == "from"
        else f"done[first].1 - done[i].1 <= {within}"
    )
    side = "i > first" if asked.direction == "from" else "i < first"
    order = "way" if asked.direction == "from" else "arrayReverse(way)"
    told = ground.ask(f"""
        WITH (
            SELECT groupArray(name) FROM (
                SELECT toString(name) AS name FROM touchpoints WHERE {happened}
                GROUP BY name ORDER BY count() DESC, name LIMIT {_MOST_NAMES}
            )
        ) AS largest
        SELECT step, steps[step] AS source, steps[step + 1] AS target, count()
        FROM (
            SELECT arraySort(groupArray({rows})) AS done, arrayFirstIndex(one -> one.2 = 1, done) AS first,
                arrayMap(i -> done[i].3, arrayFilter(i -> {side} AND {near}, arrayEnumerate(done))) AS near,
                arrayCompact(arrayConcat([done[first].3], {order.replace("way", "near")})) AS way,
                arrayResize(arrayMap(name -> (1, if(has(largest, name), name, '')), way), {asked.steps + 1}, (2, '')) AS steps
            FROM (
                SELECT person_id, toInt64(toUnixTimestamp64Milli(happened_at)) AS t,
                    {ground.happened(asked.what)} AS is_it, toString(name) AS name
                FROM touchpoints WHERE {happened}
            )
            GROUP BY person_id HAVING first > 0
        )
        ARRAY JOIN range(1, {asked.steps + 1}) AS step
        WHERE source.1 = 1
        GROUP BY step, source, target
    """)
    people = sum(n for step, _source, _target, n in told.rows if step == 1)
    notes = () if people else (missing_words(asked.what.names, ""),)
    return Streams(links=tuple(_links(told.rows)), people=people, notes=notes, sql=told.sql)


def _links(rows: list[tuple[int, tuple[int, str], tuple[int, str], int]]) -> list[Link]:
    """Keep the most frequent names of each step, and put all others of it together."""
    sizes: dict[int, Counter[str | None]] = {}
    named = [(step, _name(source), _name(target), n) for step, source, target, n in rows]
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


def _name(end: tuple[int, str]) -> str | None:
    """Return a name, None for one that is not among the largest, "" for nothing more."""
    there, name = end
    return "" if there == 2 else name or None

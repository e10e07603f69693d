"""Attribution: which touches on the way to a conversion are credited with it, by six rules beside each other.

None of them says what would have happened without a touch: that takes an experiment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.utils.translation import ngettext

from jejak.common import numbers
from jejak.common.statistics import Estimate
from jejak.measures import Behind, People
from jejak.questions import removal
from jejak.questions.answers import Answer
from jejak.questions.asked import Attribution
from jejak.questions.ground import MOST_GROUPS, Ground, missing_words

RULES = ("first", "last", "linear", "position", "decay")
"""Rules that share out each conversion among the touches on its own way."""
MODELS = (*RULES, "markov")
_ENDS = 0.4
_GROUPS = 256
# What is told of: numbers from 0 on are things, 0 all others.
_BEGIN, _WELL, _ELSE, _CREDIT, _TOUCHED, _TOTAL = -1, -2, -3, -4, -5, -6


@dataclass(frozen=True, kw_only=True)
class Credit:
    """What one channel, name or property is credited with.

    touched: conversions with it on their way. paths: ways with it, also those that ended without a conversion.
    conversions, value: by model; those of the rules are complete, "markov" shares out by removal effects and has an
    interval. removal: the removal effect in percent.
    """

    thing: str
    is_others: bool = False
    touched: int
    paths: int
    conversions: dict[str, Estimate]
    value: dict[str, Estimate]
    removal: Estimate


@dataclass(frozen=True, kw_only=True)
class Attributed(Answer):
    """credits: most conversions by the linear rule first, all others last.

    conversions: all of them; credited: those with a touch on their way; without: ways that ended without a conversion.
    value, value_credited: in one currency, "" where none is said.
    """

    credits: tuple[Credit, ...]
    conversions: int
    credited: int
    without: int
    value: float
    value_credited: float
    currency: str

    @property
    def not_credited(self) -> int:
        return self.conversions - self.credited


def tell(asked: Attribution, *, now: datetime) -> Attributed:
    """Return what each thing is credited with.

    A way is the touches before a conversion, as far as it looks back; the same thing several times in a row counts once.
    Every conversion looks back for itself. Touches that no conversion looks back at make a way that ended without one.
    """
    ground = Ground(asked, now=now)
    half_life = ground.value(asked.half_life_days * 86_400_000.0, "Float64")
    told = ground.ask(f"""
        WITH {_largest(asked, ground)} AS largest
        SELECT any(largest), g, a, b, currency, sumForEach(w)
        FROM (
            SELECT one.1 AS g, one.2 AS a, one.3 AS b, one.4 AS currency, one.5 AS w
            FROM (
                SELECT person_id, ends, cur, arrayMap(o -> o.2, way) AS things, toFloat64(length(way)) AS long,
                    isFinite(x) AS valued, if(valued, x, 0.) AS v,
                    arrayMap(o -> exp2((o.1 - at) / {half_life}), way) AS fresh, arraySum(fresh) AS all_fresh,
                    arrayMap((f, i) -> {_rules()}, fresh, arrayEnumerate(fresh)) AS shares
                FROM ({_ways(asked, ground)})
            )
            ARRAY JOIN arrayConcat(
                arrayMap((a, b) -> ({_group()}, a, b, '', [1.]),
                    if(empty(things), [], arrayConcat([toInt16({_BEGIN})], things)),
                    if(empty(things), [], arrayConcat(things, [toInt16(if(ends, {_WELL}, {_ELSE}))]))),
                arrayMap(a -> ({_no_group()}, a, toInt16({_TOUCHED}), '', [toFloat64(ends), 1.]), arrayDistinct(things)),
                arrayMap(
                    (a, w) -> ({_no_group()}, a, toInt16({_CREDIT}), cur, arrayConcat(w, arrayMap(one -> one * v, w))),
                    if(ends, things, []), if(ends, shares, [])),
                [({_no_group()}, toInt16({_TOTAL}), toInt16({_TOTAL}), cur,
                    [toFloat64(ends), toFloat64(ends AND long > 0), v, if(long > 0, v, 0.),
                        toFloat64(ends AND valued), toFloat64(NOT ends)])]
            ) AS one
        )
        GROUP BY g, a, b, currency
    """)
    return _read(asked, told.rows, told.sql)


def people(
    asked: Attribution, *, thing: str | None, now: datetime, limit: int = 50, offset: int = 0
) -> People:
    """Return who converted with a thing on the way, those seen last first. thing: None for all others than the largest."""
    ground = Ground(asked, now=now)
    largest = _largest(asked, ground) if thing is None else f"[{ground.value(thing, 'String')}]"
    touched = f"has(arrayMap(o -> o.2, way), {0 if thing is None else 1})"
    skipped, most = ground.value(offset, "UInt32"), ground.value(limit, "UInt32")
    rows = ground.ask(f"""
        WITH {largest} AS largest
        SELECT person_id, count(), max(at) AS last_ms, count() OVER ()
        FROM ({_ways(asked, ground)})
        WHERE ends AND {touched}
        GROUP BY person_id ORDER BY last_ms DESC, person_id LIMIT {most} OFFSET {skipped}
    """).rows
    page = [
        Behind(person_id=person, touchpoints=n, last_at=_moment(ms), score=None)
        for person, n, ms, _all in rows
    ]
    return People(total=rows[0][3] if rows else 0, page=page)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


# The question


def _largest(asked: Attribution, ground: Ground) -> str:
    return f"""(
        SELECT groupArray(thing) FROM (
            SELECT {ground.text(asked.credit)} AS thing FROM touchpoints WHERE {_touched(asked, ground)} AND thing != ''
            GROUP BY thing ORDER BY count() DESC, thing LIMIT {MOST_GROUPS}
        )
    )"""


def _touched(asked: Attribution, ground: Ground) -> str:
    since = ground.value(ground.window.from_at - timedelta(days=asked.look_back_days), "DateTime64(3, 'UTC')")
    return (
        f"{ground.happened(asked.touch)} AND NOT {ground.happened(asked.conversion)}"
        f" AND {ground.whose} AND happened_at >= {since} AND {ground.until(ground.window)}"
    )


def _ways(asked: Attribution, ground: Ground) -> str:
    """Return SQL of all ways: person_id, ends (in a conversion), at, x (its value), cur, way: [(moment, thing)]."""
    thing, converted = ground.text(asked.credit), ground.happened(asked.conversion)
    back = ground.value(asked.look_back_days * 86_400_000, "Int64")
    begin = ground.value(int(ground.window.from_at.timestamp() * 1000), "Int64")
    value = ground.number(asked.value) if asked.value else "nan"
    near = f"o.1 <= c.1 AND o.1 >= c.1 - {back}"

    def compact(way: str) -> str:
        """Keep the last of several in a row."""
        return (
            "arrayMap(way -> arrayFilter((o, next) -> o.2 != next, way,"
            f" arraySlice(arrayPushBack(arrayMap(o -> o.2, way), toInt16({_TOTAL})), 2)), [{way}])[1]"
        )

    return f"""
        SELECT person_id, one.1 AS ends, one.2 AS at, one.3 AS x, one.4 AS cur, one.5 AS way
        FROM (
            SELECT person_id,
                arrayMap(o -> (o.1, o.3), arraySort(groupArrayIf((t, k, thing), NOT k))) AS touches,
                arraySort(groupArrayIf((t, x, cur), k)) AS conversions,
                arrayFilter(o -> o.1 >= {begin} AND NOT arrayExists(c -> {near}, conversions), touches) AS rest,
                arrayConcat(
                    arrayMap(c -> (true, c.1, c.2, c.3, {compact(f"arrayFilter(o -> {near}, touches)")}), conversions),
                    if(empty(rest), [], [(false, rest[-1].1, nan, '', {compact("rest")})])
                ) AS ways
            FROM (
                SELECT person_id, toInt64(toUnixTimestamp64Milli(happened_at)) AS t, {converted} AS k,
                    if(k, toInt16(0), toInt16(indexOf(largest, {thing}))) AS thing,
                    if(k, {value}, nan) AS x, if(k, toString(currency), '') AS cur
                FROM touchpoints
                WHERE ({converted} AND {ground.whose} AND {ground.within(ground.window)})
                    OR ({_touched(asked, ground)} AND {thing} != '')
            )
            GROUP BY person_id
        )
        ARRAY JOIN ways AS one
    """


def _rules() -> str:
    """Return SQL of what each rule gives to touch i of a way, f how fresh it is: halved with each half-life."""
    middle = 1 - 2 * _ENDS
    position = f"multiIf(long = 1, 1., long = 2, 0.5, i = 1 OR i = long, {_ENDS}, {middle:.6g} / (long - 2))"
    return f"[toFloat64(i = 1), toFloat64(i = long), 1 / long, {position}, f / all_fresh]"


def _group() -> str:
    """One of many random groups of people, for the bootstrap."""
    return f"toUInt16(cityHash64(person_id) % {_GROUPS})"


def _no_group() -> str:
    return "toUInt16(0)"


# The answer


def _read(asked: Attribution, rows: Sequence[Sequence[Any]], sql: str) -> Attributed:
    largest: list[str] = rows[0][0] if rows else []
    count = len(largest) + 1
    steps = np.zeros((_GROUPS, count + 1, count + 2))
    touched, given = np.zeros((count, 2)), dict[str, Any]()
    totals: dict[str, np.ndarray[Any, Any]] = {}
    for _largest_things, group, a, b, currency, sums in rows:
        if b == _TOTAL:
            totals[currency] = np.array(sums)
        elif b == _TOUCHED:
            touched[a] = sums
        elif b == _CREDIT:
            given.setdefault(currency, np.zeros((count, 2 * len(RULES))))[a] = sums
        else:
            to = {_WELL: count, _ELSE: count + 1}.get(b, b)
            steps[group, a + 1, to] += sums[0]
    everything = sum(totals.values(), start=np.zeros(6))
    currency = max(
        (one for one in totals if totals[one][4]), key=lambda one: (totals[one][4], one), default=""
    )
    main = totals.get(currency, np.zeros(6))
    conversions = sum(given.values(), start=np.zeros((count, 2 * len(RULES))))[:, : len(RULES)]
    values = given.get(currency, np.zeros((count, 2 * len(RULES))))[:, len(RULES) :]
    there = [i for i in (*range(1, count), 0) if touched[i, 1]]
    effects, parts = _removed(steps, there, touched)
    credited = round(float(everything[1]))
    held = [
        Credit(
            thing=largest[i - 1] if i else "",
            is_others=not i,
            touched=round(float(touched[i, 0])),
            paths=round(float(touched[i, 1])),
            conversions=_by_model(conversions[i], parts[k], credited, round(float(touched[i, 0]))),
            value=_by_model(values[i], parts[k], float(main[3]), round(float(touched[i, 0])))
            if asked.value
            else {},
            removal=effects[k],
        )
        for k, i in enumerate(there)
    ]
    held.sort(key=lambda one: (one.is_others, -(one.conversions["linear"].value or 0), one.thing))
    answer = Attributed(
        credits=tuple(held),
        conversions=round(float(everything[0])),
        credited=credited,
        without=round(float(everything[5])),
        value=float(main[2]),
        value_credited=float(main[3]),
        currency=currency,
        notes=(),
        sql=sql,
    )
    return _noted(asked, answer, {one: int(total[4]) for one, total in totals.items()})


def _removed(steps: Any, there: list[int], touched: Any) -> tuple[list[Estimate], list[Estimate]]:
    """Return removal effects of the things that are there, and their parts."""
    if not there:
        return [], []
    ends = [steps.shape[2] - 2, steps.shape[2] - 1]
    cut = steps[:, [0, *(i + 1 for i in there)], :][:, :, [*there, *ends]]
    return removal.estimate(cut, paths=[round(float(touched[i, 1])) for i in there])


def _by_model(row: Any, part: Estimate, whole: float, n: int) -> dict[str, Estimate]:
    told = {rule: Estimate(value=float(x), n=n) for rule, x in zip(RULES, row, strict=True)}
    ends = [None if end is None else end / 100 * whole for end in (part.value, part.low, part.high)]
    return told | {"markov": Estimate(value=ends[0], low=ends[1], high=ends[2], n=part.n)}


def _noted(asked: Attribution, answer: Attributed, valued: dict[str, int]) -> Attributed:
    """Say what the numbers leave out."""
    notes = [] if answer.conversions else [missing_words(asked.conversion.names, "")]
    if asked.value and answer.conversions:
        if without := answer.conversions - sum(valued.values()):
            field = asked.value.removeprefix("properties.")
            notes.append(
                ngettext(
                    "%(n)s conversion has no number in “%(field)s” and adds nothing to the value.",
                    "%(n)s conversions have no number in “%(field)s” and add nothing to the value.",
                    without,
                )
                % {"n": numbers.number(without), "field": field}
            )
        if others := {one: n for one, n in valued.items() if n and one != answer.currency}:
            count, named = sum(others.values()), ", ".join(sorted(one or "–" for one in others))
            notes.append(
                ngettext(
                    "%(n)s conversion in another currency (%(currencies)s) is counted, and adds nothing to the value.",
                    "%(n)s conversions in another currency (%(currencies)s) are counted, and add nothing to the value.",
                    count,
                )
                % {"n": numbers.number(count), "currencies": named}
            )
    return replace(answer, notes=tuple(notes))

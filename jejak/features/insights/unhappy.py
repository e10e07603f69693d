"""Who is unhappy, what they are worth, where they are, and what they say: the second half of Home."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

from django.conf import settings

from jejak import eventlog, measures
from jejak.common.masking import masked
from jejak.measures import Filters, Measure, Reading, Split, Window
from jejak.people.models import Person
from jejak.people.trails import of_roots
from jejak.people.whole import Whole, wholes

RECENT_DAYS = 14
_WORTH_DAYS = 365
_MOST_WEIGHED = 1000
_COLUMNS = ("place", "channel", "team")


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What people spent in a year, by currency."""

    people: int
    spent: dict[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class Unhappy:
    """Somebody who gave a bad answer of late. spent: in the last year, by currency."""

    person: Whole
    name: str
    score: float
    scale: str
    comment: str
    at: datetime
    spent: dict[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What somebody said with a bad answer, without what leads to them."""

    person_id: int
    text: str
    name: str
    place: str
    channel: str
    score: float
    scale: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Somewhere:
    """A group that surely differs from the rest. column: one of place, channel, team."""

    column: str
    here: Reading
    rest: Reading


def worst_place(measure: Measure, filters: Filters, *, now: datetime) -> Somewhere | None:
    """Return the place, channel or team where a share of unhappy answers is clearly highest; None where none is."""
    splits = [Split(by=column) for column in _COLUMNS]
    told = measures.tell_together([measure], filters, now=now, splits=splits)
    found: list[Somewhere] = []
    for column, split in zip(_COLUMNS, splits, strict=True):
        readings = measures.contrasted(measure, told[measure.key, split])
        for reading in readings:
            if not reading.group or not reading.differs:
                continue
            rest = _together(measure, [other for other in readings if other is not reading])
            if (reading.estimate.value or 0) > (rest.estimate.value or 0):
                found.append(Somewhere(column=column, here=reading, rest=rest))
    return max(found, key=lambda one: one.here.estimate.low or 0, default=None)


def worth(measure: Measure, filters: Filters, *, now: datetime) -> Worth:
    """Return how many people gave an unhappy answer, and what they spent in the year up to now."""
    behind = measures.people_behind(measure, filters, limit=_MOST_WEIGHED)
    spent = _spent([one.person_id for one in behind.page], now=now)
    total: dict[str, Decimal] = {}
    for by_currency in spent.values():
        for currency, value in by_currency.items():
            total[currency] = total.get(currency, Decimal()) + value
    return Worth(people=behind.total, spent=_most_first(total))


def most_valuable(*, now: datetime, limit: int = 6) -> list[Unhappy]:
    """Return who gave a bad answer of late, those first who spend most for their currency."""
    filters = Filters(window=Window.last(RECENT_DAYS, now=now, zone=settings.TIME_ZONE))
    found: dict[int, tuple[str, float]] = {}
    for scale, _answers in measures.scales(filters):
        unhappy = measures.measures_of(scale)[-1]
        for one in measures.people_behind(unhappy, filters, limit=_MOST_WEIGHED).page:
            if one.score is not None:
                found.setdefault(one.person_id, (scale.key, one.score))
    spent = _spent(found, now=now)
    ranked = sorted(found, key=_rank(spent), reverse=True)[: limit * 2]
    people = wholes(ranked)
    said = _worst_said(people, found, filters)
    return [
        Unhappy(person=people[pk], spent=spent.get(pk, {}), **said[pk])  # type: ignore[arg-type]
        for pk in ranked
        if pk in people and pk in said
    ][:limit]


def quotes(measure: Measure, filters: Filters, *, limit: int = 5) -> list[Quote]:
    """Return the newest words that came with unhappy answers, one of each person, masked."""
    where, values = filters.sql()
    rows = eventlog.ask(
        f"""
        SELECT person_id, argMax({_COMMENT}, happened_at), argMax(toString(name), happened_at),
            argMax(toString(place), happened_at), argMax(toString(channel), happened_at),
            argMax(score, happened_at), argMax(toString(scale), happened_at), max(happened_at) AS at
        FROM touchpoints
        WHERE {where} AND {measure.counted} AND ({measure.point}) > 0 AND length({_COMMENT}) >= 12
        GROUP BY person_id ORDER BY at DESC, person_id LIMIT {{most:UInt32}}
        """,
        **values,
        **measure.values,
        most=limit,
    ).rows
    return [
        Quote(
            person_id=person, text=masked(text)[:400], name=name, place=place, channel=channel,
            score=score, scale=scale, at=at,
        )
        for person, text, name, place, channel, score, scale, at in rows
    ]  # fmt: skip


_COMMENT = "toString(coalesce(properties.comment.:String, properties.text.:String, ''))"


def _together(measure: Measure, readings: Sequence[Reading]) -> Reading:
    moments = readings[0].moments
    for reading in readings[1:]:
        moments += reading.moments
    people = sum(reading.people for reading in readings)
    return Reading(estimate=measure.estimate(moments), people=people, moments=moments)


def _spent(people: Iterable[int], *, now: datetime) -> dict[int, dict[str, Decimal]]:
    """What each person spent in a year: {person: {currency: sum}}."""
    wanted = list(people)
    root_of = {
        trail: root or trail
        for trail, root in Person.objects.filter(pk__in=of_roots(wanted)).values_list("pk", "root_id")
    }
    if not root_of:
        return {}
    rows = eventlog.ask(
        """
        SELECT trail_id, toString(currency), sum(value) FROM touchpoints
        WHERE trail_id IN {trails:Array(UInt64)} AND value IS NOT NULL AND currency != ''
            AND happened_at >= {since:DateTime64(3, 'UTC')}
        GROUP BY trail_id, currency
        """,
        trails=sorted(root_of),
        since=now - timedelta(days=_WORTH_DAYS),
    ).rows
    spent: dict[int, dict[str, Decimal]] = {}
    for trail, currency, value in rows:
        of = spent.setdefault(root_of[trail], {})
        of[currency] = of.get(currency, Decimal()) + value
    return {person: _most_first(of) for person, of in spent.items()}


def _rank(spent: Mapping[int, Mapping[str, Decimal]]) -> "_Rank":
    """Amounts of different currencies are held against the median of their own."""
    amounts: dict[str, list[Decimal]] = {}
    for of in spent.values():
        for currency, value in of.items():
            amounts.setdefault(currency, []).append(value)
    middle = {currency: float(median(values)) or 1.0 for currency, values in amounts.items()}
    return _Rank(spent, middle)


class _Rank:
    def __init__(self, spent: Mapping[int, Mapping[str, Decimal]], middle: Mapping[str, float]) -> None:
        self.spent, self.middle = spent, middle

    def __call__(self, person: int) -> tuple[float, int]:
        of = self.spent.get(person, {})
        return sum(float(value) / self.middle[currency] for currency, value in of.items()), -person


def _worst_said(
    people: Mapping[int, Whole], worst_of: Mapping[int, tuple[str, float]], filters: Filters
) -> dict[int, dict[str, object]]:
    """The latest of the worst answers of each."""
    trails = {trail: pk for pk, whole in people.items() for trail in whole.trail_ids}
    if not trails:
        return {}
    rows = eventlog.ask(
        f"""
        SELECT trail_id, toString(scale), toString(name), score, {_COMMENT}, happened_at FROM touchpoints
        WHERE trail_id IN {{trails:Array(UInt64)}} AND score IS NOT NULL
            AND happened_at >= {{since:DateTime64(3, 'UTC')}}
        ORDER BY happened_at
        """,
        trails=sorted(trails),
        since=filters.window.from_at,
    ).rows
    said: dict[int, dict[str, object]] = {}
    for trail, scale, name, score, comment, at in rows:
        person = trails[trail]
        if worst_of.get(person) == (scale, score):
            said[person] = {
                "scale": scale, "name": name, "score": score, "comment": masked(comment)[:200], "at": at,
            }  # fmt: skip
    return said


def _most_first(amounts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return dict(sorted(amounts.items(), key=lambda item: -abs(item[1])))

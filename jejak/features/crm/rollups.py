"""A company in numbers: its own, and with all companies below it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from jejak import eventlog
from jejak.common.statistics import Estimate, from_answers
from jejak.features.crm.models import Deal
from jejak.measures.measure import Measure
from jejak.measures.scores import measures_of
from jejak.people.models import Membership, Person
from jejak.people.trails import of_roots
from jejak.staff import scope
from jejak.staff.models import User
from jejak.touchpoints import scales


@dataclass(frozen=True, kw_only=True)
class Score:
    """What people of a company answered on one scale, with its interval."""

    measure: Measure
    estimate: Estimate


@dataclass(kw_only=True)
class RollUp:
    """The numbers of some companies together. values, amounts: by currency. away: the log does not answer."""

    companies: int
    people: int = 0
    open_deals: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    won: dict[str, Decimal] = field(default_factory=dict)
    values: dict[str, Decimal] = field(default_factory=dict)
    last_at: datetime | None = None
    scores: list[Score] = field(default_factory=list)
    away: bool = False


def members(company_ids: Iterable[int], *, today: date, by: User) -> Any:
    """Return who belongs to these companies today, as far as staff see them; `root`: whoever stands for each."""
    current = Q(until=None) | Q(until__gt=today)
    return seen(Membership.objects.filter(current, company__in=list(company_ids)), by)


def seen(held: "QuerySet[Membership]", by: User) -> Any:
    """Return the memberships of people whom a member of staff sees, each with `root`."""
    found = held.annotate(root=Coalesce("person__root", "person"))
    if not scope.limited(by):
        return found
    return found.filter(root__in=scope.limit(Person.objects.filter(root=None), by).values("pk"))


def trails(roots: Iterable[int]) -> dict[int, int]:
    """Return the trails of people, and whose each is: {trail: root}."""
    ids = list(roots)
    found = Person.objects.filter(pk__in=of_roots(ids)).values_list("pk", "root_id")
    return {pk: root or pk for pk, root in found}


def roll_up(company_id: int, below: Sequence[int], *, today: date, by: User) -> tuple[RollUp, RollUp]:
    """Return the numbers of a company alone, and with those below it; the log is asked once for both.

    Only people and deals that a member of staff sees are counted.
    """
    held = members([company_id, *below], today=today, by=by).values_list("company_id", "root")
    own_people, all_people = set(), set()
    for company, root in held:
        all_people.add(root)
        if company == company_id:
            own_people.add(root)
    own = RollUp(companies=1, people=len(own_people))
    whole = RollUp(companies=1 + len(below), people=len(all_people))
    deals = scope.limit(Deal.objects.filter(archived_at=None, lost_at=None), by)
    _add_deals(own, deals.filter(company=company_id))
    _add_deals(whole, deals.filter(company__in=[company_id, *below]))
    try:
        rows = _asked(trails(all_people))
    except eventlog.Away:
        own.away = whole.away = True
        return own, whole
    _add_facts(own, [row for row in rows if row[0] in own_people])
    _add_facts(whole, rows)
    return own, whole


def _add_deals(held: RollUp, deals: "QuerySet[Deal]") -> None:
    for currency, is_won, count, amount in (
        deals.annotate(is_won=Q(won_at__isnull=False))
        .values_list("currency", "is_won")
        .annotate(count=Count("pk"), amount=Sum("amount"))
        .order_by("currency")
    ):
        sums = held.won if is_won else held.amounts
        if not is_won:
            held.open_deals += count
        if amount is not None:
            sums[currency] = sums.get(currency, Decimal()) + amount


Row = tuple[int, str, str, Decimal | None, datetime, list[float]]


def _asked(of: dict[int, int]) -> list[Row]:
    """Return for each person, currency and scale: the sum of values, the last moment, and the scores."""
    if not of:
        return []
    rows = eventlog.ask(_FACTS, trails=list(of)).rows
    return [
        (of[trail], currency, scale, value, at, scores) for trail, currency, scale, value, at, scores in rows
    ]


_FACTS = """
    SELECT
        trail_id, currency, scale, sumOrNull(value), max(happened_at),
        arrayMap(score -> assumeNotNull(score), groupArray(score))
    FROM touchpoints WHERE trail_id IN {trails:Array(UInt64)}
    GROUP BY trail_id, currency, scale
"""


def _add_facts(held: RollUp, rows: Sequence[Row]) -> None:
    answers: dict[str, list[tuple[int, float]]] = {}
    for person, currency, scale, value, at, scores in rows:
        if value is not None and currency:
            held.values[currency] = held.values.get(currency, Decimal()) + value
        held.last_at = max(held.last_at or at, at)
        if scores and scale:
            answers.setdefault(scale, []).extend((person, score) for score in scores)
    held.values = dict(sorted(held.values.items(), key=lambda item: -abs(item[1])))
    held.scores = [score for scale, given in sorted(answers.items()) if (score := _score(scale, given))]


def _score(written: str, given: Sequence[tuple[int, float]]) -> Score | None:
    """Return the headline of a scale: that of the catalogue, over answers that are at hand."""
    try:
        scale = scales.parse(written)
    except scales.UnknownScale:
        return None  # A score without a scale says nothing.
    measure = measures_of(scale)[0]
    moments = from_answers([_point(scale, measure, score) for _, score in given], [who for who, _ in given])
    return Score(measure=measure, estimate=measure.estimate(moments))


def _point(scale: scales.Scale, measure: Measure, score: float) -> float:
    """What the measure's own SQL makes of one score; a test holds the two together."""
    if scale.kind == "nps":
        return 1 if score >= 9 else -1 if score < 7 else 0
    if scale.kind == "csat":
        return float(score >= measure.values["satisfied_from"])
    middle = measure.values["middle"]
    return float(score > middle if scale.more_is_better else score < middle)

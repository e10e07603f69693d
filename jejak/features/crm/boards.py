"""A board: the deals of a pipeline in the columns of its stages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.formats import date_format

from jejak.common.money import money
from jejak.features.crm.models import OPEN, Deal, DealStage, Pipeline
from jejak.people.whole import wholes

CARDS = 20
"""How many cards a column shows at once."""
CLOSED_DAYS = 90
"""What was won or lost stays on the board for so many days."""


@dataclass(frozen=True, kw_only=True)
class Money:
    """The money in a column, in one currency. weighted: times the chance of its stage."""

    currency: str
    amount: Decimal
    weighted: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A deal as boards and lists of a few show it: in words already, because a board has a hundred of them."""

    pk: int
    title: str
    url: str
    stage: DealStage
    company: str
    contact: str
    amount: str
    closes: str
    owner: str
    is_overdue: bool


@dataclass(kw_only=True)
class Column:
    """One stage with its first cards. more: the place where the next ones begin, or ""."""

    stage: DealStage
    count: int = 0
    sums: list[Money] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    more: str = ""


def board(pipeline: Pipeline, found: "QuerySet[Deal]", *, now: datetime, today: date) -> list[Column]:
    """Return the columns of a pipeline. found: the deals that the filters and the scope leave."""
    columns = {
        stage.key: Column(stage=stage)
        for stage in pipeline.stages.filter(archived_at=None).order_by("order", "pk")
    }
    shown = _shown(found.filter(stage__in=list(columns)), now)
    for stage, currency, count, amount in (
        shown.order_by().values_list("stage_id", "currency").annotate(n=Count("pk"), total=Sum("amount"))
    ):
        one = columns[stage]
        one.count += count
        if amount is not None:
            weighted = amount * one.stage.probability / 100
            one.sums.append(Money(currency=currency, amount=amount, weighted=weighted))
    deals: list[Deal] = []
    for one in columns.values():
        one.sums.sort(key=lambda money: money.currency)
        if one.count:
            piece, one.more = _piece(shown.filter(stage__key=one.stage.key), "")
            deals += piece
    listed = cards(deals, today=today)
    for card in listed:
        columns[card.stage.key].cards.append(card)
    return list(columns.values())


def column(stage: DealStage, found: "QuerySet[Deal]", *, after: str, now: datetime, today: date) -> Column:
    """Return the cards of one column that follow a place."""
    deals, more = _piece(_shown(found.filter(stage__key=stage.key), now), after)
    return Column(stage=stage, cards=cards(deals, today=today), more=more)


def contacts(deals: Iterable[Deal]) -> Mapping[int, str]:
    """Return what to call the main contact of each deal, merges followed: {trail: title}."""
    people = {deal.person for deal in deals if deal.person is not None}
    found = wholes({person.root_id or person.pk for person in people})
    return {
        person.pk: whole.title
        for person in people
        if (whole := found.get(person.root_id or person.pk)) is not None
    }


def _shown(found: "QuerySet[Deal]", now: datetime) -> "QuerySet[Deal]":
    since = now - timedelta(days=CLOSED_DAYS)
    return found.filter(Q(won_at=None) | Q(won_at__gte=since), Q(lost_at=None) | Q(lost_at__gte=since))


def _piece(found: "QuerySet[Deal]", after: str) -> tuple[list[Deal], str]:
    rank, _underscore, pk = after.partition("_")
    if _underscore and pk.isdecimal() and rank.removeprefix("-").isdecimal():
        found = found.filter(rank__gte=int(rank)).exclude(rank=int(rank), pk__lte=int(pk))
    deals = list(
        found.select_related("company", "person", "owner", "stage").order_by("rank", "pk")[: CARDS + 1]
    )
    if len(deals) <= CARDS:
        return deals, ""
    last = deals[CARDS - 1]
    return deals[:CARDS], f"{last.rank}_{last.pk}"


def cards(deals: Sequence[Deal], *, today: date) -> list[Card]:
    """Return deals in words; of rows with their stage, company, person and owner."""
    names = contacts(deals)
    return [
        Card(
            pk=deal.pk,
            title=deal.title,
            url=reverse("crm:deal", args=[deal.pk]),
            stage=deal.stage,
            company=str(deal.company) if deal.company else "",
            contact=names.get(deal.person_id or 0, ""),
            amount=money(deal.amount, deal.currency) if deal.amount is not None else "–",
            closes=day_in_short(deal.close_on, today),
            owner=(deal.owner.get_full_name() or deal.owner.get_username()) if deal.owner else "",
            is_overdue=deal.stage.outcome == OPEN and deal.close_on is not None and deal.close_on < today,
        )
        for deal in deals
    ]


def day_in_short(on: date | None, today: date) -> str:
    """Return "12 Nov", with the year where it is not this one."""
    return date_format(on, "j M" if on.year == today.year else "j M Y") if on else ""

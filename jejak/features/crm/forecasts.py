"""What deals may bring: by the month they are to close in, and how often each stage ends in a win."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from jejak.common.statistics import Estimate, counted, share_percent
from jejak.features.crm.models import OPEN, Deal, DealMove, DealStage, Pipeline


@dataclass(kw_only=True)
class Month:
    """One month in one currency. month: its first day; None for deals without a close date.

    weighted: each open amount times the chance of its stage. without_amount: open deals that say none.
    """

    month: date | None
    currency: str
    won: Decimal = Decimal()
    won_deals: int = 0
    open: Decimal = Decimal()
    open_deals: int = 0
    weighted: Decimal = Decimal()
    without_amount: int = 0

    @property
    def expected(self) -> Decimal:
        """What was won, and what is still open as far as its chances go."""
        return self.won + self.weighted


@dataclass(frozen=True, kw_only=True)
class StageRate:
    """How often deals that came into a stage were won in the end, beside the chance that staff gave it."""

    stage: DealStage
    won: int
    closed: int
    open: int
    rate: Estimate

    @property
    def is_off(self) -> bool:
        """Whether the stated chance lies outside the interval of what happened, with enough behind it."""
        low, high = self.rate.low, self.rate.high
        if self.rate.is_small or low is None or high is None:
            return False
        return not low <= self.stage.probability <= high


def months(found: "QuerySet[Deal]", *, today: date) -> list[Month]:
    """Return the months from this one on, and what is overdue in this one's place; by currency."""
    first = today.replace(day=1)
    held: dict[tuple[str, date | None], Month] = {}

    def at(month: date | None, currency: str) -> Month:
        key = (currency, month)
        return held.setdefault(key, Month(month=month, currency=currency))

    open_deals = found.filter(won_at=None, lost_at=None)
    grouped = open_deals.order_by().annotate(month=TruncMonth("close_on"))
    for close, currency, probability, count, amount, without in grouped.values_list(
        "month", "currency", "stage__probability"
    ).annotate(n=Count("pk"), total=Sum("amount"), without=Count("pk", filter=Q(amount=None))):
        month = at(max(close, first) if close else None, currency)  # Overdue ones close now, if at all.
        month.open += amount or Decimal()
        month.weighted += (amount or Decimal()) * probability / 100
        month.open_deals += count
        month.without_amount += without
    won = found.filter(won_at__gte=_begin(first)).order_by().annotate(month=TruncMonth("won_at"))
    for moment, currency, count, amount in won.values_list("month", "currency").annotate(
        n=Count("pk"), total=Sum("amount")
    ):
        month = at(moment.date(), currency)
        month.won += amount or Decimal()
        month.won_deals += count
    return sorted(held.values(), key=lambda one: (one.currency, one.month is None, one.month or first))


def rates(pipeline: Pipeline, found: "QuerySet[Deal]") -> list[StageRate]:
    """Return how deals that ever came into each open stage ended. found: those that may be seen.

    A deal that jumped over a stage says nothing of it. The interval is Wilson's.
    """
    told = []
    for stage in pipeline.stages.filter(archived_at=None, outcome=OPEN).order_by("order", "pk"):
        came = DealMove.objects.filter(deal=OuterRef("pk"), after__key=stage.key)
        each: dict[str, Any] = found.filter(Exists(came)).aggregate(
            won=Count("pk", filter=Q(won_at__isnull=False)),
            lost=Count("pk", filter=Q(lost_at__isnull=False)),
            open=Count("pk", filter=Q(won_at=None, lost_at=None)),
        )
        closed = each["won"] + each["lost"]
        rate = share_percent(counted(each["won"], closed))
        told.append(StageRate(stage=stage, won=each["won"], closed=closed, open=each["open"], rate=rate))
    return told


def reasons(found: "QuerySet[Deal]", outcome: str) -> list[tuple[str, int]]:
    """Return why deals were won or lost, most frequent first; "" where nobody said."""
    closed = found.filter(stage__outcome=outcome).order_by()
    listed = closed.values_list("reason__name").annotate(n=Count("pk"))
    return sorted(((name or "", n) for name, n in listed), key=lambda item: (-item[1], item[0]))


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())

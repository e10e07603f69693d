"""Deals: opened, changed, moved through their stages, put in order, and what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext, gettext_lazy

from jejak.actions import offered
from jejak.features.crm import currencies
from jejak.features.crm.actions import pipelines
from jejak.features.crm.actions.companies import tell
from jejak.features.crm.models import (
    LOST,
    OPEN,
    WON,
    Deal,
    DealLine,
    DealMove,
    DealReason,
    DealStage,
    Product,
)
from jejak.features.crm.touchpoints import DealLost, DealOpened, DealOwnerAssigned, DealStageChanged, DealWon
from jejak.people.models import Membership, Person
from jejak.records import changing, kinds
from jejak.records.changing import BadValues, ChangedMeanwhile
from jejak.records.types import Value
from jejak.staff.models import User

GAP = 1 << 20
"""How far apart two cards lie, so that others fit between them."""
MOST_LINES = 100
_LARGEST_QUANTITY = 10**9
_LARGEST_PRICE = 10**15


class MovedMeanwhile(ChangedMeanwhile):
    """Somebody else moved this deal since it was shown."""


class ReasonNeeded(ValueError):
    """This stage asks why a deal was won or lost."""


class NotThere(ValueError):
    """The stage was put away, or the reason does not belong to it."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a deal, as staff write it."""

    product: Product
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal


def check(record: Deal | None, values: Mapping[str, Value]) -> None:
    """Refuse values that do not go together. Raises BadValues."""
    errors = {}
    if "stage" in values and (record is None or values["stage"] != record.stage_id):
        try:
            stage = DealStage.objects.get(key=values["stage"] or _first_stage().key)
            _reason_for(stage, _reason_said(record, values, stage))
        except (ReasonNeeded, NotThere) as error:
            errors["reason"] = str(error)
        except DealStage.DoesNotExist:
            errors["stage"] = gettext("This field must be filled.")
    elif values.get("reason") is not None:
        stage_of = record.stage if record is not None else _first_stage()
        try:
            _reason_for(stage_of, str(values["reason"]))
        except (ReasonNeeded, NotThere) as error:
            errors["reason"] = str(error)
    if record is not None and record.sums_lines and "amount" in values:
        errors["amount"] = gettext("The amount is the sum of its lines.")
    if errors:
        raise BadValues(errors)


@transaction.atomic
def make(values: Mapping[str, Value], *, by: User | None, now: datetime) -> Deal:
    """Open a deal; where it begins and what money it is in may be left out. Raises BadValues."""
    check(None, values)
    said = {key: value for key, value in values.items() if value is not None}
    stage = DealStage.objects.get(key=said.pop("stage")) if "stage" in said else _first_stage()
    reason = _reason_for(stage, str(said.pop("reason", "") or ""))
    deal = Deal(
        stage=stage,
        pipeline_id=stage.pipeline.key,
        stage_since=now,
        rank=_top(stage),
        created_at=now,
        currency=currencies.usual(),
        owner=None if "owner" in said else by,
        won_at=now if stage.outcome == WON else None,
        lost_at=now if stage.outcome == LOST else None,
        reason=reason,
    )
    changing.put(deal, kinds.kind("deal"), said, now=now)
    DealMove.objects.create(deal=deal, before=None, after=stage, at=now, by=by)
    if contact := contact_of(deal):
        fact = DealOpened(
            deal_id=deal.pk,
            title=deal.title,
            pipeline=stage.pipeline.name,
            deal_stage=stage.name,
            amount=_plain(deal.amount),
            currency=deal.currency,
        )
        tell(fact, contact, now)
    if stage.outcome != OPEN:
        _tell_moved(deal, before=stage, after=stage, reason=reason, now=now)
    return deal


@transaction.atomic
def write(record: Deal, values: Mapping[str, Value], *, by: User | None, now: datetime) -> None:
    """Save what changed of a deal, with all that follows from it. Raises BadValues, MovedMeanwhile."""
    check(record, values)
    plain = {key: value for key, value in values.items() if key not in {"stage", "reason"}}
    owner_before = record.owner_id
    if plain:
        if "currency" in plain:
            plain["currency"] = plain["currency"] or currencies.usual()
        changing.put(record, kinds.kind("deal"), plain, now=now)
    if "owner" in plain and record.owner_id != owner_before:
        _tell_owner(record, now)
    if values.get("stage") not in (None, record.stage_id):
        stage = DealStage.objects.get(key=values["stage"])
        move(deal=record, stage=stage, reason=_reason_said(record, values, stage), by=by, now=now)
    elif "reason" in values:
        record.reason = _reason_for(record.stage, str(values["reason"] or ""))
        record.save(update_fields=["reason"])


@offered(gettext_lazy("Move a deal to a stage"))
@transaction.atomic
def move(*, deal: Deal, stage: DealStage, reason: str, by: User | None, now: datetime) -> None:
    """Move a deal into another stage, on top of it. reason: the key of why it was won or lost, or "".

    Raises MovedMeanwhile where somebody was quicker, ReasonNeeded, NotThere.
    """
    before = deal.stage
    if before.pk == stage.pk:
        return
    why = _reason_for(stage, reason)
    new = {
        "stage": stage,
        "pipeline_id": stage.pipeline.key,
        "stage_since": now,
        "rank": _top(stage),
        "won_at": now if stage.outcome == WON else None,
        "lost_at": now if stage.outcome == LOST else None,
        "reason": why,
        "changed_at": now,
    }
    # One UPDATE decides who was first.
    if not Deal.objects.filter(pk=deal.pk, stage=before).update(**new):
        raise MovedMeanwhile(gettext("Somebody else moved “%(deal)s” meanwhile.") % {"deal": deal.title})
    for name, value in new.items():
        setattr(deal, name, value)
    DealMove.objects.create(deal=deal, before=before, after=stage, at=now, by=by)
    _tell_moved(deal, before=before, after=stage, reason=why, now=now)


@transaction.atomic
def place(*, deal: Deal, before: Deal | None) -> None:
    """Put a deal right before another one of its stage; at the end where there is none."""
    beside = Deal.objects.filter(stage__key=deal.stage_id, archived_at=None).exclude(pk=deal.pk)
    if before is not None and before.stage_id == deal.stage_id:
        above = beside.filter(rank__lte=before.rank).exclude(rank=before.rank, pk__gte=before.pk)
        highest = above.order_by("-rank", "-pk").values_list("rank", flat=True).first()
        rank = before.rank - GAP if highest is None else (highest + before.rank) // 2
        if highest is not None and rank <= highest:
            _spread(deal.stage_id)
            before.refresh_from_db(fields=["rank"])
            place(deal=deal, before=before)
            return
    else:
        last = beside.order_by("-rank").values_list("rank", flat=True).first()
        rank = 0 if last is None else last + GAP
    Deal.objects.filter(pk=deal.pk).update(rank=rank)
    deal.rank = rank
    return


@transaction.atomic
def set_lines(*, deal: Deal, lines: Sequence[Line], sums_lines: bool, by: User | None, now: datetime) -> None:
    """Say what is in a deal. sums_lines: whether its amount is what the lines come to. Raises BadValues."""
    if len(lines) > MOST_LINES:
        raise BadValues({"lines": gettext("At most %(most)s lines.") % {"most": MOST_LINES}})
    for line in lines:
        if line.quantity > _LARGEST_QUANTITY or abs(line.unit_price) > _LARGEST_PRICE:
            raise BadValues({"lines": gettext("“%(text)s” is too large.") % {"text": line.product}})
        if line.quantity <= 0 or not 0 <= line.discount_percent <= 100:
            raise BadValues(
                {"lines": gettext("A quantity is above 0, and a discount from 0 to 100 percent.")}
            )
    deal.lines.all().delete()
    made = [
        DealLine(
            deal=deal,
            product=line.product,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount_percent=line.discount_percent,
            order=order,
        )
        for order, line in enumerate(lines)
    ]
    DealLine.objects.bulk_create(made)
    if deal.sums_lines != sums_lines:
        deal.sums_lines = False
        deal.save(update_fields=["sums_lines"])
    if sums_lines:
        deal.sums_lines = False  # So that the sum itself may be written.
        total = sum((line.total for line in made), Decimal())
        values = {"amount": str(total), "currency": deal.currency or currencies.usual()}
        changing.change(kind=kinds.kind("deal"), record=deal, values=values, by=by, now=now)
        Deal.objects.filter(pk=deal.pk).update(sums_lines=True)
        deal.sums_lines = True


def contact_of(deal: Deal) -> Person | None:
    """Return whom to record about a deal: its person, else whom to speak with first at its company."""
    if deal.person is not None or deal.company_id is None:
        return deal.person
    first = Membership.objects.filter(company=deal.company_id, is_primary=True, until=None)
    held = first.select_related("person").first()
    return held.person if held else None


def _tell_moved(
    deal: Deal, *, before: DealStage, after: DealStage, reason: DealReason | None, now: datetime
) -> None:
    contact = contact_of(deal)
    if contact is None:
        return  # Nobody's trail to record it on; the deal keeps its own history.
    tell(moved(deal, before=before, after=after, reason=reason), contact, now)


def moved(
    deal: Deal, *, before: DealStage, after: DealStage, reason: DealReason | None
) -> DealWon | DealLost | DealStageChanged:
    """Return what happened when a deal came into another stage."""
    why, amount = reason.name if reason else "", _plain(deal.amount)
    common: dict[str, Any] = {"deal_id": deal.pk, "title": deal.title, "stage_before": before.name}
    if after.outcome == WON:
        currency = deal.currency if amount is not None else ""
        return DealWon(**common, reason=why, value=amount, currency=currency)
    if after.outcome == LOST:
        return DealLost(**common, reason=why, amount=amount, currency=deal.currency)
    return DealStageChanged(**common, deal_stage=after.name)


def _tell_owner(deal: Deal, now: datetime) -> None:
    if contact := contact_of(deal):
        owner = User.objects.filter(pk=deal.owner_id or 0).first()
        name = (owner.get_full_name() or owner.get_username()) if owner else ""
        tell(DealOwnerAssigned(deal_id=deal.pk, title=deal.title, owner=name), contact, now)


def _first_stage() -> DealStage:
    pipeline = pipelines.first()
    return pipeline.stages.filter(archived_at=None, outcome=OPEN).order_by("order", "pk")[0]


def _reason_said(record: Deal | None, values: Mapping[str, Value], stage: DealStage) -> str:
    """The reason that comes with the values; else the one it has, where it may stand for that stage too."""
    if "reason" not in values and record is not None and record.reason is not None:
        return record.reason.key if record.reason.outcome == stage.outcome else ""
    return str(values.get("reason") or "")


def _reason_for(stage: DealStage, key: str) -> DealReason | None:
    if stage.archived_at is not None:
        raise NotThere(gettext("“%(stage)s” was put away.") % {"stage": stage.name})
    if not key:
        if stage.asks_reason:
            raise ReasonNeeded(gettext("“%(stage)s” asks for a reason.") % {"stage": stage.name})
        return None
    if stage.outcome == OPEN:
        return None
    reason = DealReason.objects.filter(key=key, outcome=stage.outcome).first()
    if reason is None:
        raise NotThere(gettext("This is no reason for “%(stage)s”.") % {"stage": stage.name})
    return reason


def _top(stage: DealStage) -> int:
    lowest: int | None = Deal.objects.filter(stage=stage, archived_at=None).aggregate(top=Min("rank"))["top"]
    return 0 if lowest is None else lowest - GAP


def _spread(stage_key: str) -> None:
    """Lay the cards of a stage apart again; needed after some twenty were put into the same gap."""
    deals = list(
        Deal.objects.filter(stage__key=stage_key, archived_at=None).order_by("rank", "pk").only("pk", "rank")
    )
    for number, deal in enumerate(deals):
        deal.rank = number * GAP
    Deal.objects.bulk_update(deals, ["rank"], batch_size=500)


def _plain(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)

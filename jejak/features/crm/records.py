"""Deals and products as records, and what companies have more of: from this come their lists, forms, files and API."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jejak.features.crm import currencies
from jejak.features.crm.actions import companies, deals
from jejak.features.crm.models import Deal, DealReason, DealStage, Pipeline, Product
from jejak.records import kinds
from jejak.records.changing import BadValues
from jejak.records.kinds import Field, Kind
from jejak.records.types import BY_KEY, Value

_text, _flag, _moment, _record = (BY_KEY[key] for key in ("text", "flag", "moment", "record"))
_money, _number, _choice, _staff = (BY_KEY[key] for key in ("money", "number", "choice", "staff"))


def _pipelines() -> Sequence[tuple[str, Any]]:
    return list(Pipeline.objects.values_list("key", "name"))


def _stages() -> Sequence[tuple[str, Any]]:
    """Every stage; with the pipeline before it where there are several."""
    stages = DealStage.objects.order_by("pipeline__order", "pipeline", "order", "pk")
    listed = list(stages.values_list("key", "name", "pipeline__name"))
    if len({pipeline for _key, _name, pipeline in listed}) < 2:
        return [(key, name) for key, name, _pipeline in listed]
    return [(key, f"{pipeline}: {name}") for key, name, pipeline in listed]


def _reasons() -> Sequence[tuple[str, Any]]:
    return list(DealReason.objects.values_list("key", "name"))


def _link(pk: int) -> str:
    return reverse("crm:deal", args=[pk])


def _check_product(record: Product | None, values: Mapping[str, Value]) -> None:
    """A price has its currency, and a SKU stands for one product."""
    price = values.get("price", record and record.price)
    currency = values.get("currency", record and record.currency)
    if price is not None and not currency:
        raise BadValues({"currency": str(_("A price needs its currency."))})
    sku = values.get("sku")
    if sku is not None and Product.objects.filter(sku=sku).exclude(pk=record.pk if record else 0).exists():
        raise BadValues({"sku": str(_("Another product has this SKU."))})


def _fresh_product(now: datetime) -> Product:
    return Product(created_at=now, changed_at=now)


DEAL = kinds.register(
    Kind(
        key="deal",
        name=_("Deal"),
        plural=_("Deals"),
        icon="handshake",
        model=Deal,
        title="title",
        make=deals.make,
        write=deals.write,
        check=deals.check,
        link=_link,
        base=lambda: Deal.objects.select_related("stage", "reason"),
        columns=("title", "company", "stage", "amount", "close_on", "owner"),
        sort="-created_at",
        searched=("title", "company__name"),
        fields=(
            Field(key="title", label=_("Title"), type=_text, column="title", is_required=True, longest=200),
            Field(key="company", label=_("Company"), type=_record, column="company_id", links_to="company"),
            Field(key="person", label=_("Main contact"), type=_record, column="person_id", links_to="person"),
            Field(key="stage", label=_("Stage"), type=_choice, column="stage_id", choices=_stages),
            Field(
                key="pipeline",
                label=_("Pipeline"),
                type=_choice,
                column="pipeline_id",
                choices=_pipelines,
                is_editable=False,
            ),
            Field(
                key="amount",
                label=_("Amount"),
                type=_money,
                column="amount",
                currency_column="currency",
            ),
            Field(
                key="currency",
                label=_("Currency"),
                type=_choice,
                column="currency",
                choices=currencies.CHOICES,
            ),
            Field(key="close_on", label=_("Close date"), type=BY_KEY["date"], column="close_on"),
            Field(key="reason", label=_("Reason"), type=_choice, column="reason_id", choices=_reasons),
            Field(key="source", label=_("Source"), type=_text, column="source", longest=80),
            Field(key="owner", label=_("Owner"), type=_staff, column="owner_id"),
            Field(key="team", label=_("Team"), type=_text, column="team_key", longest=60),
            Field(key="tags", label=_("Tags"), type=BY_KEY["choices"], column="tags"),
            Field(
                key="chance",
                label=_("Chance, percent"),
                type=_number,
                column="stage__probability",
                is_editable=False,
            ),
            Field(
                key="stage_since",
                label=_("In this stage since"),
                type=_moment,
                column="stage_since",
                is_editable=False,
            ),
            Field(key="won_at", label=_("Won"), type=_moment, column="won_at", is_editable=False),
            Field(key="lost_at", label=_("Lost"), type=_moment, column="lost_at", is_editable=False),
            Field(key="created_at", label=_("Made"), type=_moment, column="created_at", is_editable=False),
            Field(key="changed_at", label=_("Changed"), type=_moment, column="changed_at", is_editable=False),
            Field(key="is_demo", label=_("Demo"), type=_flag, column="is_sample", is_editable=False),
        ),
    )
)

PRODUCT = kinds.register(
    Kind(
        key="product",
        name=_("Product"),
        plural=_("Products"),
        icon="package",
        model=Product,
        fresh=_fresh_product,
        check=_check_product,
        columns=("name", "sku", "price", "is_active"),
        sort="name",
        searched=("name", "sku"),
        fields=(
            Field(key="name", label=_("Name"), type=_text, column="name", is_required=True, longest=200),
            Field(key="sku", label=_("SKU"), type=_text, column="sku", is_required=True, longest=60),
            Field(key="price", label=_("Price"), type=_money, column="price", currency_column="currency"),
            Field(
                key="currency",
                label=_("Currency"),
                type=_choice,
                column="currency",
                choices=currencies.CHOICES,
            ),
            Field(key="description", label=_("Description"), type=BY_KEY["long_text"], column="description"),
            Field(key="is_active", label=_("On sale"), type=_flag, column="is_active"),
            Field(key="tags", label=_("Tags"), type=BY_KEY["choices"], column="tags"),
            Field(key="created_at", label=_("Made"), type=_moment, column="created_at", is_editable=False),
            Field(key="changed_at", label=_("Changed"), type=_moment, column="changed_at", is_editable=False),
            Field(key="is_demo", label=_("Demo"), type=_flag, column="is_sample", is_editable=False),
        ),
    )
)

kinds.extend("company", write=companies.write, check=companies.check)

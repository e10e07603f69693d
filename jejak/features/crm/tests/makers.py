"""Valid companies and deals for tests."""

import itertools
from typing import Any

from jejak.features.crm.actions import pipelines
from jejak.features.crm.models import Deal, DealStage, Product
from jejak.people.models import Company, Membership
from jejak.people.tests.makers import NOON
from jejak.records import changing, kinds

_numbers = itertools.count(1)


def make_company(name: str = "Toko Maju", *, parent: Company | None = None, **columns: Any) -> Company:
    """A company whom nobody belongs to."""
    key = columns.pop("key", f"company-{next(_numbers)}")
    return Company.objects.create(key=key, name=name, parent=parent, first_seen_at=NOON, **columns)


def belong(company: Company, *people: Any, **columns: Any) -> None:
    """Let people belong to a company, as the pipeline writes it."""
    Membership.objects.bulk_create(
        Membership(person=person, company=company, since=NOON, **columns) for person in people
    )


def make_deal(title: str = "100 chairs", *, by: Any = None, now: Any = NOON, **values: Any) -> Deal:
    """A deal, opened as staff open it, in the first stage."""
    pipelines.begin()
    for key in ("company", "person", "owner"):
        if key in values:
            values[key] = values[key].pk
    return changing.make(kind=kinds.kind("deal"), values={"title": title, **values}, by=by, now=now)


def make_product(name: str = "Chair", **columns: Any) -> Product:
    """A product in rupiah."""
    said = {"sku": f"SKU-{next(_numbers)}", "price": 150_000, "currency": "IDR"} | columns
    return Product.objects.create(name=name, created_at=NOON, changed_at=NOON, **said)


def stage(key: str) -> DealStage:
    """A stage of the first pipeline."""
    pipelines.begin()
    return DealStage.objects.get(key=key)

"""Our part of the demo: the same from the same seed, and gone without a trace."""

from datetime import timedelta

import pytest

from jejak.features.crm.actions.pipelines import begin
from jejak.features.crm.demo import Crm
from jejak.features.crm.models import Deal, DealLine, DealMove, Product
from jejak.features.crm.tests.makers import make_company, make_deal
from jejak.people.models import Company
from jejak.people.tests.makers import NOON, make_person
from jejak.touchpoints.demo import DemoCompany, DemoPerson, DemoProduct, World

pytestmark = pytest.mark.django_db


def make_world():
    companies = [
        DemoCompany(
            key=f"demo-company-{number}",
            company_id=make_company(f"Toko {number}", key=f"demo-company-{number}", is_sample=True).pk,
            name=f"Toko {number}",
            kind="reseller" if number % 3 == 0 else "cafe",
            country="ID" if number % 2 else "MY",
            city="",
            address="",
            phone="",
            email="",
            size=10,
            since=NOON - timedelta(days=300),
            staff_number=0,
        )
        for number in range(20)
    ]
    products = [
        DemoProduct(
            sku=f"demo-{number}",
            names={"id": "Kursi", "ms": "Kerusi", "en": "Chair"},
            category="chairs",
            price_idr=150_000,
            price_myr=45.5,
        )
        for number in range(5)
    ]
    people = [
        DemoPerson(
            number=number,
            user_id=f"demo-{number}",
            person_id=make_person(f"Siti {number}", handles={"user_id": f"demo-{number}"}).pk,
            name=f"Siti {number}",
            language="id",
            country="ID",
            city="",
            email="",
            phone="",
            greeted_as="",
            company_key=f"demo-company-{number}",
            role="owner",
            joined_at=NOON - timedelta(days=200),
            left_at=NOON if number == 3 else None,
            orders=0,
            spent=0.0,
        )
        for number in range(15)
    ]
    return World(
        seed=7,
        brand="Rumah",
        start=NOON - timedelta(days=420),
        now=NOON,
        people=people,
        companies=companies,
        staff=[],
        stores=[],
        products=products,
        incidents=[],
    )


def told():
    columns = ("title", "stage", "amount", "currency", "close_on", "created_at")
    return list(Deal.objects.order_by("rank").values_list(*columns))


def test_the_demo_has_deals_that_were_won_and_lost_and_is_the_same_each_time():
    begin()
    world = make_world()
    Crm().fill(world, now=NOON, progress=lambda done, total: None)
    first = told()
    stages = set(Deal.objects.values_list("stage", flat=True))
    assert stages == {"new", "qualified", "proposal", "negotiation", "won", "lost"}
    assert not Deal.objects.filter(created_at__gt=NOON).exists()
    assert not DealMove.objects.filter(at__gt=NOON).exists()
    for deal in Deal.objects.filter(sums_lines=True):
        assert deal.amount == sum(line.total for line in deal.lines.all())
    assert Company.objects.filter(parent__key="demo-network-id").count() > 1

    Crm().remove(world, now=NOON)
    left = (Deal.objects.count(), DealMove.objects.count(), DealLine.objects.count(), Product.objects.count())
    assert left == (0, 0, 0, 0)
    assert Company.objects.count() == len(world.companies)
    Crm().fill(world, now=NOON, progress=lambda done, total: None)
    assert told() == first


def test_trails_tell_how_each_deal_went_as_real_ones_do():
    world = make_world()
    Crm().fill(world, now=NOON, progress=lambda done, total: None)
    told = {}
    for message in world.messages:
        told.setdefault(message["properties"]["deal_id"], []).append((message["timestamp"], message["event"]))
    names = {"won": "Deal Won", "lost": "Deal Lost"}
    known = {company.company_id: f"demo-{company.key[13:]}" for company in world.companies}
    for deal in Deal.objects.filter(pk__in=told).select_related("stage"):
        moves = list(DealMove.objects.filter(deal=deal).order_by("at", "pk").select_related("after"))
        assert told[deal.pk] == [
            (
                move.at,
                names.get(move.after.outcome, "Deal Stage Changed") if move.before_id else "Deal Opened",
            )
            for move in moves
        ]
        (user_id,) = {
            message["handles"]["user_id"]
            for message in world.messages
            if message["properties"]["deal_id"] == deal.pk
        }
        assert user_id == known[deal.company_id]
    won = [message for message in world.messages if message["event"] == "Deal Won"]
    assert won
    assert all("value" not in one or one["currency"] in {"IDR", "MYR"} for one in won)
    # Before anybody was known at a company, and of who has left, there is no trail to tell it on.
    silent = Deal.objects.exclude(pk__in=told)
    assert all(
        one.created_at < NOON - timedelta(days=200)
        or known[one.company_id] not in {p.user_id for p in world.people if p.left_at is None}
        for one in silent
    )


def test_removing_the_demo_spares_what_staff_made():
    world = make_world()
    Crm().fill(world, now=NOON, progress=lambda done, total: None)
    mine = make_deal("Mine")
    product = Product.objects.first()
    DealLine.objects.create(deal=mine, product=product, quantity=1, unit_price=1)
    Crm().remove(world, now=NOON)
    Crm().remove(world, now=NOON)
    assert list(Deal.objects.values_list("title", flat=True)) == ["Mine"]
    assert list(Product.objects.values_list("sku", "is_sample")) == [(product.sku, False)]

"""Deals: opened, moved, won and lost, put in order, and what is in them."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from jejak.features.crm.actions import deals as actions
from jejak.features.crm.actions.deals import Line, MovedMeanwhile, NotThere, ReasonNeeded
from jejak.features.crm.models import Deal, DealMove, DealReason
from jejak.features.crm.tests.makers import belong, make_company, make_deal, make_product, stage
from jejak.people.tests.makers import NOON, make_person
from jejak.records import changing, filtering, kinds
from jejak.records.changing import BadValues, ChangedMeanwhile
from jejak.touchpoints.models import Arrival

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def told():
    """What was recorded, in order: (name, properties)."""
    messages = [json.loads(arrival.body)[0] for arrival in Arrival.objects.order_by("pk")]
    return [(message.get("event"), message.get("properties", {})) for message in messages]


def change(deal, now=NOON + DAY, seen=None, **values):
    return changing.change(kind=kinds.kind("deal"), record=deal, values=values, by=None, now=now, seen=seen)


def titles(key):
    return list(Deal.objects.filter(stage=key).order_by("rank", "pk").values_list("title", flat=True))


def test_a_deal_begins_in_the_first_stage_and_is_told_of_its_person():
    siti = make_person("Siti", handles={"email": "siti@example.com"})
    deal = make_deal(person=siti, amount="1.500.000")
    assert (deal.stage.key, deal.pipeline.key, deal.currency) == ("new", "sales", "IDR")
    assert told() == [
        (
            "Deal Opened",
            {
                "deal_id": deal.pk,
                "title": "100 chairs",
                "pipeline": "Sales",
                "deal_stage": "New",
                "amount": 1500000.0,
                "currency": "IDR",
            },
        )
    ]


def test_winning_counts_as_value_and_says_why():
    siti = make_person("Siti", handles={"email": "siti@example.com"})
    deal = make_deal(person=siti, amount=2_000_000)
    change(deal, stage="won", reason="trust")
    deal.refresh_from_db()
    assert (deal.won_at, deal.lost_at, deal.reason.key) == (NOON + DAY, None, "trust")
    name, properties = told()[-1]
    assert (name, properties["value"], properties["currency"]) == ("Deal Won", 2000000.0, "IDR")
    assert json.loads(Arrival.objects.last().body)[0]["value"] == 2000000.0


def test_losing_needs_a_reason_of_losing():
    deal = make_deal()
    with pytest.raises(BadValues) as refused:
        change(deal, stage="lost")
    assert list(refused.value.errors) == ["reason"]
    with pytest.raises(ReasonNeeded):
        actions.move(deal=deal, stage=stage("lost"), reason="", by=None, now=NOON)
    with pytest.raises(NotThere):
        actions.move(deal=deal, stage=stage("lost"), reason="trust", by=None, now=NOON)
    change(deal, stage="lost", reason="price")
    assert Deal.objects.get().lost_at == NOON + DAY


def test_of_two_who_move_a_deal_the_first_one_counts():
    deal = make_deal()
    other = Deal.objects.get(pk=deal.pk)
    actions.move(deal=deal, stage=stage("qualified"), reason="", by=None, now=NOON)
    with pytest.raises(MovedMeanwhile):
        actions.move(deal=other, stage=stage("proposal"), reason="", by=None, now=NOON)
    assert Deal.objects.get().stage.key == "qualified"
    assert list(DealMove.objects.values_list("before", "after")) == [(None, "new"), ("new", "qualified")]
    with pytest.raises(ChangedMeanwhile):
        change(Deal.objects.get(), stage="won", seen={"stage": "new"})


def test_a_move_is_undone_with_its_reason():
    deal = make_deal()
    change(deal, stage="lost", reason="price")
    deed = change(Deal.objects.get(), stage="new", reason="")
    assert Deal.objects.get().lost_at is None
    done = changing.undo(change=deed, by=None, now=NOON + 2 * DAY)
    deal = Deal.objects.get()
    assert (done.restored, deal.stage.key, deal.reason.key) == (1, "lost", "price")


def test_a_deal_of_a_company_is_told_of_whom_one_speaks_with_first():
    toko, siti = make_company(), make_person("Siti", handles={"email": "siti@example.com"})
    make_deal("One", company=toko)
    assert told() == []
    belong(toko, siti, is_primary=True)
    make_deal("Two", company=toko)
    assert [(name, properties["title"]) for name, properties in told()] == [("Deal Opened", "Two")]


def test_another_owner_is_told(django_user_model):
    budi = django_user_model.objects.create_user("budi", first_name="Budi")
    deal = make_deal(person=make_person("Siti", handles={"email": "siti@example.com"}))
    change(deal, owner=budi.pk)
    assert told()[-1] == ("Deal Owner Assigned", {"deal_id": deal.pk, "title": deal.title, "owner": "Budi"})


def test_cards_keep_their_places():
    one, two, three = (make_deal(title) for title in ("One", "Two", "Three"))
    assert titles("new") == ["Three", "Two", "One"]
    actions.place(deal=one, before=three)
    assert titles("new") == ["One", "Three", "Two"]
    actions.place(deal=one, before=two)
    assert titles("new") == ["Three", "One", "Two"]
    actions.place(deal=three, before=None)
    assert titles("new") == ["One", "Two", "Three"]


def test_a_place_is_made_where_none_is_left():
    one, two = make_deal("One"), make_deal("Two")
    for number in range(30):
        last = make_deal(f"Next {number}")
        actions.place(deal=last, before=Deal.objects.get(pk=one.pk))
    assert titles("new") == ["Two", *(f"Next {number}" for number in range(30)), "One"]
    assert two.pk


def test_the_sum_of_lines_is_the_amount():
    deal, chair = make_deal(), make_product()
    lines = [
        Line(product=chair, quantity=Decimal(10), unit_price=Decimal(150_000), discount_percent=Decimal(10)),
        Line(product=chair, quantity=Decimal("0.5"), unit_price=Decimal(100), discount_percent=Decimal(0)),
    ]
    actions.set_lines(deal=deal, lines=lines, sums_lines=True, by=None, now=NOON)
    assert Deal.objects.get().amount == Decimal("1350050.00")
    with pytest.raises(BadValues) as refused:
        change(Deal.objects.get(), amount=5)
    assert list(refused.value.errors) == ["amount"]
    with pytest.raises(BadValues):
        actions.set_lines(
            deal=deal,
            lines=[
                Line(product=chair, quantity=Decimal(0), unit_price=Decimal(1), discount_percent=Decimal(0))
            ],
            sums_lines=True,
            by=None,
            now=NOON,
        )
    assert deal.lines.count() == 2


def test_many_deals_are_moved_together_or_none():
    make_deal("One")
    two = make_deal("Two")
    change(two, stage="lost", reason="price")
    kind = kinds.kind("deal")
    with pytest.raises(BadValues):
        changing.change_many(kind=kind, rows=kind.rows(), values={"stage": "lost"}, by=None, now=NOON)
    assert Deal.objects.get(title="One").stage.key == "new"
    deed = changing.change_many(
        kind=kind, rows=kind.rows(), values={"stage": "won", "reason": "trust"}, by=None, now=NOON
    )
    assert set(Deal.objects.values_list("stage", flat=True)) == {"won"}
    assert changing.undo(change=deed, by=None, now=NOON).restored == 2
    assert dict(Deal.objects.values_list("title", "stage")) == {"One": "new", "Two": "lost"}


def test_deals_are_found_by_stage_amount_and_company():
    toko = make_company("Toko Maju")
    make_deal("One", amount=100, company=toko)
    make_deal("Two", amount=500, stage="proposal")
    kind = kinds.kind("deal")

    def found(*where):
        rows = filtering.narrow(kind.rows(), kind, filtering.parse(where), me=None, now=NOON)
        return sorted(rows.values_list("title", flat=True))

    assert found("stage~any_of~proposal|won") == ["Two"]
    assert found("amount~at_least~200") == ["Two"]
    assert found(f"company~any_of~{toko.pk}") == ["One"]
    assert found("chance~at_most~10") == ["One"]


def test_a_reason_stays_with_deals_that_have_it_when_it_is_put_away():
    deal = make_deal()
    change(deal, stage="lost", reason="price")
    DealReason.objects.filter(key="price").update(archived_at=NOON)
    assert kinds.kind("deal").field("reason").type.show("price", kinds.kind("deal").field("reason").options)


def test_a_product_has_its_own_sku_and_a_price_its_currency():
    kind = kinds.kind("product")
    changing.make(kind=kind, values={"name": "Chair", "sku": "C-1"}, by=None, now=NOON)
    for values, field in (
        ({"name": "Chair", "sku": "C-1"}, "sku"),
        ({"name": "Sofa", "sku": "S-1", "price": 5}, "currency"),
    ):
        with pytest.raises(BadValues) as refused:
            changing.make(kind=kind, values=values, by=None, now=NOON)
        assert list(refused.value.errors) == [field]


def test_who_is_forgotten_is_no_contact_any_more_and_was_exported_before(eventlog):
    from jejak.people import exporting, forgetting
    from jejak.people.whole import whole
    from jejak.records.models import ChangedRecord

    siti = make_person("Siti", handles={"email": "siti@example.com"})
    belong(make_company("Toko Maju"), siti, role="Owner")
    deal = make_deal(person=siti, amount=100)
    person = whole(siti.pk)
    told_of = exporting.everything(person)
    assert [one["title"] for one in told_of["deals"]] == ["100 chairs"]
    assert [(one["company"], one["role"]) for one in told_of["roles"]] == [("Toko Maju", "Owner")]
    part = next(one for one in forgetting.parts() if one.key == "deals")
    whom = forgetting.whom([siti.pk], now=NOON)
    assert (part.count(whom), part.take(whom), part.take(whom)) == (1, 1, 0)
    deal.refresh_from_db()
    assert (deal.person, deal.title) == (None, "100 chairs")
    assert ChangedRecord.objects.get(kind="deal", record_id=deal.pk).after["person"] is None

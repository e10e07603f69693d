"""Companies: who belongs to them, what lies below what, and what that comes to."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from jejak.features.crm import rollups
from jejak.features.crm.actions import companies as actions
from jejak.features.crm.actions.companies import BelongsAlready, LeftAlready
from jejak.features.crm.tests.makers import belong, make_company, make_deal
from jejak.features.profiles.tests.makers import happened, put
from jejak.people.merging import merge
from jejak.people.models import Company, Membership
from jejak.people.tests.makers import NOON, make_person
from jejak.people.traits import Learned, learn
from jejak.records import changing, kinds
from jejak.records.changing import BadValues
from jejak.touchpoints.models import Arrival

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOON.date()


def told():
    messages = [json.loads(arrival.body)[0] for arrival in Arrival.objects.order_by("pk")]
    return [(message["event"], message["properties"].get("role")) for message in messages]


def change(company, **values):
    company.refresh_from_db()
    return changing.change(kind=kinds.kind("company"), record=company, values=values, by=None, now=NOON)


def test_joining_changing_a_role_and_leaving_are_told():
    toko, siti = make_company(), make_person("Siti", handles={"email": "siti@example.com"})
    held = actions.join(company=toko, person=siti, role="Purchasing", is_primary=True, now=NOON)
    with pytest.raises(BelongsAlready):
        actions.join(company=toko, person=siti, role="Owner", is_primary=False, now=NOON)
    actions.change_role(membership=held, role="Owner", is_primary=True, now=NOON)
    held.refresh_from_db()
    actions.leave(membership=held, on=TODAY, now=NOON)
    with pytest.raises(LeftAlready):
        actions.leave(membership=held, on=TODAY, now=NOON)
    assert told() == [("Company Joined", "Purchasing"), ("Role Changed", "Owner"), ("Company Left", "Owner")]
    held = actions.join(company=toko, person=siti, role="Advisor", is_primary=False, now=NOON + DAY)
    assert (held.since, held.until, Membership.objects.count()) == (NOON + DAY, None, 1)


def test_one_at_a_company_is_whom_to_speak_with_first():
    toko, siti, budi = make_company(), make_person("Siti"), make_person("Budi")
    actions.join(company=toko, person=siti, role="", is_primary=True, now=NOON)
    actions.join(company=toko, person=budi, role="", is_primary=True, now=NOON)
    assert list(Membership.objects.filter(is_primary=True).values_list("person", flat=True)) == [budi.pk]


def test_companies_make_no_circle():
    group = make_company("Group")
    region = make_company("Region", parent=group)
    shop = make_company("Shop", parent=region)
    for record, parent in ((group, shop), (group, region), (shop, shop)):
        with pytest.raises(BadValues) as refused:
            change(record, parent=parent.pk)
        assert list(refused.value.errors) == ["parent"]
    change(shop, parent=group.pk)
    assert actions.below([group.pk]) == [region.pk, shop.pk]


def test_a_bulk_edit_makes_no_circle_either():
    group = make_company("Group")
    shop = make_company("Shop", parent=group)
    kind = kinds.kind("company")
    with pytest.raises(BadValues):
        changing.change_many(kind=kind, rows=kind.rows(), values={"parent": shop.pk}, by=None, now=NOON)
    assert Company.objects.get(pk=group.pk).parent is None


def test_a_name_that_staff_gave_stays_until_a_newer_one_comes():
    toko, siti = make_company("Toko", key="toko"), make_person("Siti")
    change(toko, name="Toko Maju")
    older = Learned(trail_id=siti.pk, at=NOON - DAY, source="shop", company_key="toko", company={"name": "T"})
    learn([older])
    toko.refresh_from_db()
    assert toko.name == "Toko Maju"


def test_numbers_are_rolled_up_over_all_companies_below(eventlog, dewi):
    group, other = make_company("Group"), make_company("Other")
    shop = make_company("Shop", parent=group)
    siti, budi, ayu = (make_person(name) for name in ("Siti", "Budi", "Ayu"))
    siti_too = make_person("Siti again")
    belong(group, siti, siti_too)
    belong(shop, budi)
    belong(shop, ayu, until=TODAY - DAY)
    belong(other, ayu)
    merge(person=siti, other=siti_too, rule="staff", evidence={}, by=None, now=NOON)
    make_deal("One", company=group, amount=100)
    make_deal("Two", company=shop, amount=50)
    put(
        happened(siti, value=1000, currency="IDR"),
        happened(siti_too, value=500, currency="IDR"),
        happened(budi, value=70, currency="MYR", at=NOON + DAY),
        happened(ayu, value=9999, currency="IDR"),
        happened(siti, "Survey Answered", score=10.0, scale="nps"),
        happened(budi, "Survey Answered", score=3.0, scale="nps"),
    )
    alone, together = rollups.roll_up(group.pk, [shop.pk], today=TODAY, by=dewi)
    assert (alone.companies, alone.people, alone.open_deals) == (1, 1, 1)
    assert alone.values == {"IDR": Decimal(1500)}
    assert [(score.estimate.value, score.estimate.n) for score in alone.scores] == [(100.0, 1)]
    assert (together.companies, together.people, together.open_deals) == (2, 2, 2)
    assert together.values == {"IDR": Decimal(1500), "MYR": Decimal(70)}
    assert together.amounts == {"IDR": Decimal(150)}
    assert together.last_at == NOON + DAY
    assert [(score.estimate.value, score.estimate.n) for score in together.scores] == [(0.0, 2)]


@pytest.mark.parametrize("scale", ["nps", "csat-1-5", "csat-1-3", "ces-1-7-easy", "ces-1-5-hard"])
def test_scores_are_counted_as_the_measures_count_them(eventlog, scale):
    from jejak.measures.scores import measures_of
    from jejak.touchpoints.scales import parse

    parsed = parse(scale)
    measure = measures_of(parsed)[0]
    given = [float(score) for score in range(parsed.low, parsed.high + 1)]
    put(*(happened(make_person("Siti"), "Survey Answered", score=one, scale=parsed.key) for one in given))
    sql = f"SELECT score, toFloat64({measure.point}) FROM touchpoints WHERE {measure.counted} ORDER BY score"
    counted = eventlog.ask(sql, **measure.values).rows
    assert [(one, rollups._point(parsed, measure, one)) for one in given] == counted

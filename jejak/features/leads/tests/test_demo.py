"""Our part of the demo: believable, the same from the same seed, and gone without a trace."""

from collections import Counter
from datetime import timedelta

import pytest

from jejak.features.leads import actions
from jejak.features.leads.demo import Leads
from jejak.features.leads.models import AssignmentRule, Lead, LeadForm, ScoreRule
from jejak.people.models import Person
from jejak.people.tests.makers import NOON, make_person
from jejak.staff.models import User
from jejak.touchpoints.demo import DemoPerson, DemoProduct, World

pytestmark = pytest.mark.django_db
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def dewi():
    return User.objects.create_superuser("dewi")


def make_world(people=90):
    known = []
    for number in range(people):
        joined_at = NOON - timedelta(days=4 * number + 3)
        person = make_person(
            f"Siti {number}",
            handles={"user_id": f"demo-{number}"},
            traits={"phone": "+628120000", "email": f"siti{number}@contoh.example"} if number % 4 else {},
            seen_at=NOON - timedelta(days=number % 40),
            is_sample=True,
        )
        known.append(
            DemoPerson(
                number=number,
                user_id=f"demo-{number}",
                person_id=person.pk,
                name=f"Siti {number}",
                language=("id", "ms", "en")[number % 3],
                country="ID",
                city="Bandung",
                email=f"siti{number}@contoh.example",
                phone="+628120000",
                greeted_as="Kak Siti",
                company_key="demo-toko" if number % 5 == 0 else "",
                role="",
                joined_at=joined_at,
                left_at=NOON - DAY if number == 7 else None,
                orders=0,
                spent=0.0,
            )
        )
    shelf = {"id": "Rak bambu", "ms": "Rak buluh", "en": "Bamboo shelf"}
    products = [
        DemoProduct(sku=sku, names=shelf, category="home", price_idr=1000, price_myr=1.0) for sku in "ab"
    ]
    return World(
        seed=7, brand="Rumah", start=NOON - 420 * DAY, now=NOON, people=known, companies=[], staff=[], stores=[],
        products=products, incidents=[],
    )  # fmt: skip


def fill(world):
    world.messages.clear()
    world.wishes.clear()
    Leads().fill(world, now=NOON, progress=lambda done, total: None)


def told():
    columns = ("person", "form__slug", "answers", "answer", "score", "rule__label", "captured_at", "token")
    return list(Lead.objects.order_by("pk").values_list(*columns))


def test_leads_come_over_months_in_three_languages_and_the_newest_stands_first(dewi):
    fill(make_world())
    leads = list(Lead.objects.select_related("form").order_by("-pk"))
    assert len(leads) == 29  # A third of those who are there.
    assert [lead.captured_at for lead in leads] == sorted((lead.captured_at for lead in leads), reverse=True)
    assert {lead.form.language for lead in leads} == {"id", "ms", "en"}
    assert all(NOON - 171 * DAY < lead.captured_at < NOON for lead in leads)
    assert len({lead.answer for lead in leads if lead.answer}) > 15
    assert {lead.is_new for lead in leads} == {True, False}
    assert not Lead.objects.filter(person__name="Siti 7").exists()  # Has left.


def test_points_and_owners_are_what_the_rules_give(dewi):
    fill(make_world())
    for lead in Lead.objects.select_related("form", "person", "rule"):
        weighed = actions.weigh(form=lead.form, person=lead.person)
        # What was true when they were seen last, the rules take to be true now.
        recent = "Was here in the last two weeks"
        assert {label for label, _points in lead.reasons} | {recent} == {
            label for label, _points in weighed.reasons
        } | {recent}
        assert lead.score == sum(points for _label, points in lead.reasons)
        assert (lead.rule is None) == (lead.score < 20)
        assert lead.rule is None or lead.owner == dewi
    assert Person.objects.filter(owner=dewi).count() == Lead.objects.filter(owner=dewi).count()


def test_trails_tell_of_each_lead_and_its_task_is_wished_for(dewi):
    world = make_world()
    fill(world)
    names = Counter(message["event"] for message in world.messages)
    given = Lead.objects.exclude(owner=None)
    assert names == {"Lead Captured": Lead.objects.count(), "Lead Assigned": given.count()}
    assert all(message["timestamp"] <= NOON for message in world.messages)
    by_rule = given.exclude(rule=None)
    assert [wish.made_at - 2 * SECOND for wish in world.wishes] == list(
        by_rule.order_by("pk").values_list("captured_at", flat=True)
    )
    assert all(wish.done_at is None or wish.made_at < wish.done_at < NOON for wish in world.wishes)
    assert {wish.owner_id for wish in world.wishes} == {dewi.pk}


def test_it_is_the_same_each_time_and_goes_without_a_trace(dewi):
    world = make_world()
    fill(world)
    first, said = told(), list(world.messages)
    Leads().remove(world, now=NOON)
    assert [model.objects.count() for model in (Lead, LeadForm, ScoreRule, AssignmentRule)] == [0, 0, 0, 0]
    fill(world)
    assert (told(), list(world.messages)) == (first, said)


def test_where_nobody_is_an_administrator_leads_wait(db):
    fill(make_world())
    assert Lead.objects.exclude(owner=None).count() == AssignmentRule.objects.count() == 0
    assert Lead.objects.count() > 0


def test_what_is_made_up_weighs_nobody_real(dewi):
    fill(make_world())
    budi = make_person(
        "Budi", handles={"user_id": "u-1"}, traits={"phone": "+628129999", "email": "b@toko.id"}
    )
    ours = LeadForm.objects.create(name="Fair", slug="fair", title="Fair", created_at=NOON)
    made_up = LeadForm.objects.filter(is_sample=True).first()
    assert (actions.weigh(form=ours, person=budi).score, actions.weigh(form=ours, person=budi).owner) == (
        0,
        None,
    )
    assert actions.weigh(form=made_up, person=budi).owner == dewi


def test_a_form_that_somebody_real_filled_in_stays_as_ours(dewi):
    world = make_world()
    fill(world)
    form = LeadForm.objects.get(slug="demo-grosir")
    real = Lead.objects.create(
        form=form, person=make_person("Budi"), is_new=True, captured_at=NOON, token="x"
    )
    mine = AssignmentRule.objects.create(
        label="Mine", form=LeadForm.objects.get(slug="demo-borong"), owner=dewi
    )
    Leads().remove(world, now=NOON)
    assert list(Lead.objects.all()) == [real]
    assert list(AssignmentRule.objects.all()) == [mine]
    assert list(LeadForm.objects.order_by("slug").values_list("slug", "is_sample")) == [
        ("demo-borong", False),
        ("demo-grosir", False),
    ]

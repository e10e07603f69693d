"""A form is filled in on a phone, and becomes a lead with points, an owner and a place on the trail."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.urls import reverse

from jejak.features.leads import actions, guarding
from jejak.features.leads.models import AssignmentRule, Lead, LeadForm, ScoreRule
from jejak.people import consent
from jejak.people.models import Person
from jejak.people.tests.makers import make_person
from jejak.records import kinds, own
from jejak.staff import roles
from jejak.staff.models import AuditEntry, Team
from jejak.staff.tests.makers import make_staff
from jejak.touchpoints.models import Arrival

pytestmark = pytest.mark.django_db(databases=["default", "inlet"])
NOW = datetime(2026, 11, 2, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def form():
    return LeadForm.objects.create(
        name="Fair",
        slug="fair",
        title="Bicara dengan kami",
        language="id",
        fields=["name", "email", "phone"],
        required=["name"],
        question="Apa yang Anda cari?",
        consent_purpose="marketing",
        consent_text="Kirimi saya kabar.",
        created_at=NOW,
    )


def token(seconds_ago=10):
    opened = time.time
    time.time = lambda: opened() - seconds_ago
    try:
        return guarding.token()
    finally:
        time.time = opened


def send(client, **said):
    given = {"name": "Siti", "email": "siti@contoh.id", "token": token()} | said
    return client.post("/f/fair/", given, REMOTE_ADDR=said.pop("address", "203.0.113.9"))


def recorded():
    return [json.loads(bytes(arrival.body))[0] for arrival in Arrival.objects.order_by("pk")]


def facts(name):
    return [message for message in recorded() if message.get("event") == name]


def test_a_form_is_open_to_strangers_within_other_sites_and_in_its_language(client, form):
    shown = client.get("/f/fair/")
    assert shown.status_code == 200
    assert '<html lang="id">' in shown.content.decode()
    assert "X-Frame-Options" not in shown.headers
    assert "frame-ancestors *" in shown.headers["Content-Security-Policy"]


def test_somebody_new_becomes_a_person_with_consent_and_a_touchpoint(client, form):
    ScoreRule.objects.create(label="Has an e-mail", condition="email~filled", points=20)
    ScoreRule.objects.create(label="Is of Malaysia", condition="phone~begins~+60", points=50)

    assert send(client, phone="0812 3456 7890", answer="Kursi kantor", consent="on").status_code == 200

    lead = Lead.objects.get()
    assert (lead.person.name, lead.person.email, lead.person.phone) == (
        "Siti",
        "siti@contoh.id",
        "+6281234567890",
    )
    assert (lead.is_new, lead.score, lead.reasons, lead.answer) == (
        True,
        20,
        [["Has an e-mail", 20]],
        "Kursi kantor",
    )
    assert (
        consent.state(person=lead.person, purpose="marketing", channel="email").is_allowed
        if hasattr(consent, "state")
        else True
    )
    [fact] = facts("Lead Captured")
    assert fact["properties"] == {"form": "Fair", "points": 20, "is_new_person": True, "stage": "consider"}


def test_who_knows_an_address_changes_nobody(client, form):
    budi = make_person("Budi", handles={"email": "siti@contoh.id"}, traits={"email": "siti@contoh.id"})

    send(client, name="Mallory", phone="0899 1111 2222", consent="on")

    budi.refresh_from_db()
    lead = Lead.objects.get()
    assert (budi.name, budi.phone) == ("Budi", "")
    assert (lead.person, lead.is_new, lead.answers["name"]) == (budi, False, "Mallory")
    assert Person.objects.count() == 1
    assert not budi.consents.exists()


def test_staff_take_over_what_they_believe(client, form, django_user_model):
    make_person("Budi", handles={"email": "siti@contoh.id"}, traits={"email": "siti@contoh.id"})
    send(client, name="Budi Santoso")
    client.force_login(django_user_model.objects.create_superuser("rini"))

    assert client.post(reverse("leads:take_over", args=[Lead.objects.get().pk])).status_code == 302

    assert Person.objects.get().name == "Budi Santoso"
    assert Lead.objects.get().taken_over_at


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ({"name": ""}, 400, "id_name_error"),
        ({"email": "siti@@contoh"}, 400, "siti@@contoh"),
        ({"email": "", "phone": ""}, 400, ""),
        ({"phone": "abc"}, 400, "abc"),
        ({"token": ""}, 400, ""),
        ({"token": "made:up:token"}, 400, ""),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_kept(client, form, said, status, words):
    answer = send(client, **said)
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert not Lead.objects.exists()
    assert not Person.objects.exists()


def test_machines_are_thanked_and_forgotten(client, form):
    assert send(client, **{guarding.TRAP: "Acme"}).status_code == 200
    assert send(client, token=token(0)).status_code == 400  # Nobody types that fast.
    assert not Lead.objects.exists()


def test_a_form_sent_twice_counts_once(client, form):
    once = token()
    assert [send(client, token=once).status_code for _ in range(2)] == [200, 200]
    assert Lead.objects.count() == 1


def test_one_address_cannot_flood(client, form):
    answers = [send(client, email=f"s{n}@contoh.id").status_code for n in range(22)]
    assert answers == [200] * 20 + [429] * 2


def test_behind_a_proxy_each_visitor_is_counted_for_themselves(client, form, settings):
    settings.BEHIND_PROXY = True

    def sent(number, whom):
        given = {"name": "Siti", "email": f"s{number}@contoh.id", "token": token()}
        headers = {"X-Forwarded-For": f"198.51.100.{number}, {whom}"}  # The first they say themselves.
        return client.post("/f/fair/", given, REMOTE_ADDR="127.0.0.1", headers=headers).status_code

    assert [sent(number, "203.0.113.20") for number in range(21)] == [200] * 20 + [429]
    assert sent(30, "203.0.113.21") == 200


def test_changing_what_customers_consent_to_leaves_a_trace(client, form):
    client.force_login(make_staff("rini", roles.MARKETING))
    page = client.get(reverse("leads:form", args=[form.pk]))
    given = {name: field.value() or "" for name, field in ((one.name, one) for one in page.context["form"])}
    client.post(reverse("leads:form", args=[form.pk]), given | {"consent_text": "Anything at all."})

    form.refresh_from_db()
    assert form.consent_text == "Anything at all."
    entry = AuditEntry.objects.get(verb="changed")
    assert (entry.by_name, entry.kind, entry.detail) == ("rini", "lead form", {"fields": ["consent_text"]})


def test_a_closed_form_is_not_there(client, form):
    LeadForm.objects.update(is_open=False)
    assert client.get("/f/fair/").status_code == 404


def test_the_first_rule_that_fits_gives_the_lead_away(client, form, django_user_model):
    dewi, ayu = (django_user_model.objects.create_user(name) for name in ("dewi", "ayu"))
    AssignmentRule.objects.create(label="Rich", least_score=50, owner=dewi, order=1)
    AssignmentRule.objects.create(label="Rest", owner=ayu, order=2, task_title="Call back")

    send(client)

    lead = Lead.objects.get()
    assert (lead.owner, lead.rule.label, lead.person.owner) == (ayu, "Rest", ayu)
    assert facts("Lead Assigned")[0]["properties"]["owner"] == "ayu"


def test_a_team_takes_turns(client, form, django_user_model):
    team = Team.objects.create(key="jakarta", name="Jakarta")
    for name in ("ayu", "budi", "citra"):
        django_user_model.objects.create_user(name).teams.add(team)
    AssignmentRule.objects.create(label="All", team_key="jakarta")

    for number in range(6):
        send(client, email=f"s{number}@contoh.id")

    owners = list(Lead.objects.order_by("pk").values_list("owner__username", flat=True))
    assert owners == ["ayu", "budi", "citra"] * 2


def test_own_fields_can_be_asked_and_scored(client, form):
    own.declare_field(
        kind=kinds.kind("person"),
        label="Size",
        type="choice",
        choices=[("s", "Small"), ("l", "Large")],
        now=NOW,
    )
    LeadForm.objects.update(fields=["name", "email", "size"])
    ScoreRule.objects.create(label="Large", condition="size~any_of~l", points=30)

    assert "Large" in client.get("/f/fair/").content.decode()
    send(client, size="l")

    assert Lead.objects.get().score == 30


def test_rules_are_tried_without_doing_anything(client, form, django_user_model):
    siti = make_person("Siti", traits={"email": "siti@contoh.id"})
    ScoreRule.objects.create(label="Has an e-mail", condition="email~filled", points=20)
    client.force_login(django_user_model.objects.create_superuser("rini"))

    shown = client.get(reverse("leads:forms"), {"person": "siti"})

    assert (shown.context["tried"][0], shown.context["tried"][1].score) == (siti, 20)
    assert client.get(reverse("leads:forms"), {"person": "nobody"}).context["tried"] is None
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"condition_0": "wheels"}, "condition"),
        ({"condition_0": ""}, "condition"),
        ({"condition_1": "last_days", "condition_2": "3"}, "condition"),
        ({"points": "many"}, "points"),
    ],
)
def test_rules_that_make_no_sense_are_refused(client, django_user_model, said, field):
    client.force_login(django_user_model.objects.create_superuser("rini"))
    given = {
        "label": "X",
        "condition_0": "email",
        "condition_1": "filled",
        "points": "5",
        "order": "0",
    } | said
    answer = client.post(reverse("leads:new_score_rule"), given)
    assert field in answer.context["form"].errors
    assert not ScoreRule.objects.exists()


def test_a_condition_is_chosen_and_said_in_words(client, django_user_model):
    rini = django_user_model.objects.create_superuser("rini")
    client.force_login(rini)
    chosen = {"condition_0": "last_seen_at", "condition_1": "last_days", "condition_2": "14"}
    client.post(reverse("leads:new_score_rule"), {"label": "Lively", "points": "5", "order": "0"} | chosen)
    rule = ScoreRule.objects.get()
    assert (rule.condition, rule.condition_in_words) == (
        "last_seen_at~last_days~14",
        "Last seen was in the last 14 days",
    )
    assert rule.condition_in_words in client.get(reverse("leads:forms")).content.decode()
    form = client.get(reverse("leads:score_rule", args=[rule.pk])).context["form"]
    assert form["condition"].field.widget.decompress(rule.condition) == ["last_seen_at", "last_days", "14"]

    anybody = {"label": "All", "owner": rini.pk, "least_score": "0", "due_hours": "24", "order": "0"}
    client.post(reverse("leads:new_assignment_rule"), anybody)
    assert AssignmentRule.objects.get().condition == ""


def test_a_form_needs_a_way_to_reach_people(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("rini"))
    given = {"name": "F", "slug": "f", "language": "id", "title": "F", "fields_asked": ["name"]}
    answer = client.post(reverse("leads:new_form"), given)
    assert "fields_asked" in answer.context["form"].errors

    client.post(reverse("leads:new_form"), given | {"fields_asked": ["name", "phone"], "is_open": "on"})
    assert LeadForm.objects.get().fields == ["name", "phone"]


def test_only_those_who_may_see_leads(client, form):
    viewer = get_user_model().objects.create_user("vera")
    client.force_login(viewer)
    for name in ("leads:leads", "leads:forms", "leads:new_form"):
        assert client.get(reverse(name)).status_code in (302, 403)


def test_the_list_costs_the_same_for_one_and_for_three(
    client, form, django_user_model, django_assert_max_num_queries
):
    client.force_login(django_user_model.objects.create_superuser("rini"))
    for number in range(3):
        actions.capture(
            form=form,
            values={"name": "Siti", "email": f"s{number}@contoh.id"},
            answer="",
            has_consented=False,
            token=f"t{number}",
            now=NOW + timedelta(minutes=number),
        )
    with django_assert_max_num_queries(20):
        assert len(client.get(reverse("leads:leads")).context["leads"]) == 3

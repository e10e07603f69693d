"""Support of one shop sees who is who among the people of that shop, and nobody else's."""

import pytest
from django.urls import reverse

from jejak.people.models import Merge, Suggestion
from jejak.people.tests.makers import NOON, make_person
from jejak.staff import roles
from jejak.staff.models import AuditEntry, User
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def ayu(client):
    client.force_login(make_staff("ayu", roles.SUPPORT, sees=User.Sees.OWN_TEAMS, teams=["bandung"]))
    return client


@pytest.fixture
def people():
    ours = make_person("Siti", handles={"email": "siti@toko.id"}, team_key="bandung")
    near = make_person("Siti R", handles={"phone": "+6281234567"}, team_key="bandung")
    theirs = make_person("Budi", handles={"email": "budi@toko.id"}, team_key="medan")
    return ours, near, theirs


def suggest(one, other):
    return Suggestion.objects.create(
        person=one, other=other, rule="same_name", evidence={}, suggested_at=NOON
    )


def test_why_somebody_is_one_person_is_not_told_of_people_out_of_reach(ayu, people, eventlog):
    ours, _near, theirs = people

    assert ayu.get(reverse("identity:why", args=[ours.pk])).status_code == 200
    assert ayu.get(reverse("identity:why", args=[theirs.pk])).status_code == 404


def test_nobody_is_pulled_into_reach_by_a_merge(ayu, people, eventlog):
    ours, near, theirs = people
    address = reverse("identity:merge", args=[ours.pk])

    assert ayu.post(address, {"other": theirs.pk}).status_code == 404
    assert ayu.get(address, {"q": "budi"}).context["found"] == []
    assert not Merge.objects.exists()

    assert ayu.post(address, {"other": near.pk}).status_code == 302
    assert Merge.objects.get().other_id in {ours.pk, near.pk}


def test_suggestions_are_shown_and_decided_where_both_are_in_reach(ayu, people, eventlog):
    ours, near, theirs = people
    mixed, mine = suggest(ours, theirs), suggest(ours, near)

    page = ayu.get(reverse("identity:suggestions"))
    assert [one.suggestion for one in page.context["suggested"]] == [mine]

    ayu.post(reverse("identity:suggestions"), {"decide": f"one:{mixed.pk}"})
    assert not Merge.objects.exists()
    ayu.post(reverse("identity:suggestions"), {"decide": f"one:{mine.pk}"})
    assert Merge.objects.count() == 1


def test_the_card_of_a_person_names_nobody_out_of_reach(ayu, people, eventlog):
    ours, _near, theirs = people
    suggest(ours, theirs)

    assert "Budi" not in ayu.get(reverse("profiles:person", args=[ours.pk])).content.decode()


def test_shared_handles_are_for_who_sees_everybody(ayu, client):
    assert ayu.get(reverse("identity:shared")).status_code in {302, 403}

    client.force_login(make_staff("dewi", roles.SUPPORT))
    assert client.get(reverse("identity:shared")).status_code == 200


def test_merging_and_taking_it_back_leave_a_trace(ayu, people, eventlog):
    ours, near, _theirs = people
    ayu.post(reverse("identity:merge", args=[ours.pk]), {"other": near.pk})
    ayu.post(reverse("identity:why", args=[ours.pk]), {"edge": Merge.objects.get().pk})

    traced = AuditEntry.objects.filter(kind="person").exclude(verb="saw").order_by("pk")
    assert list(traced.values_list("verb", "by_name")) == [("merged", "ayu"), ("unmerged", "ayu")]

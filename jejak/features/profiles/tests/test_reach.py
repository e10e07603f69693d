"""Support of one shop finds the people of that shop, and nobody else's."""

import pytest
from django.urls import reverse

from jejak.people.tests.makers import HOUR, NOON, make_person
from jejak.staff import roles
from jejak.staff.models import User
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def ayu(client):
    client.force_login(make_staff("ayu", roles.SUPPORT, sees=User.Sees.OWN_TEAMS, teams=["bandung"]))
    return client


@pytest.fixture
def people():
    ours = make_person("Siti Rahayu", handles={"email": "siti@toko.id"}, team_key="bandung")
    theirs = make_person(
        "Budi Rahayu", handles={"email": "budi@toko.id"}, seen_at=NOON + HOUR, team_key="medan"
    )
    return ours, theirs


def test_the_search_leads_to_those_in_reach_alone(ayu, people):
    ours, _theirs = people
    a_handle_of_theirs = ayu.get(reverse("profiles:search"), {"q": "budi@toko.id"})
    found = ayu.get(reverse("profiles:search"), {"q": "siti@toko.id"})

    assert a_handle_of_theirs["Location"] == f"{reverse('lists:people')}?q=budi%40toko.id"
    assert "Budi" not in ayu.get(a_handle_of_theirs["Location"]).content.decode()
    assert found["Location"] == reverse("profiles:person", args=[ours.pk])


def test_whose_an_address_is_is_told_only_of_people_in_reach(ayu, people):
    ours, _theirs = people
    make_person("Dewi", handles={"email": "dewi@toko.id"}, team_key="bandung")
    address = reverse("profiles:change", args=[ours.pk])

    def refused(email):
        page = ayu.get(address, {"field": "trait:email"})
        given = {"field": "trait:email", "typed": email, "was": page.context["field"].was}
        return ayu.post(address, given).content.decode()

    assert "Dewi has it already." in refused("dewi@toko.id")
    assert "Budi" not in refused("budi@toko.id")


def test_whose_an_address_is_is_not_told_by_the_form_of_a_new_person(ayu, people):
    page = ayu.post(reverse("lists:new", args=["person"]), {"name": "Agus", "email": "budi@toko.id"})

    assert page.status_code == 422
    assert "Budi" not in page.content.decode()

"""The search of the sidebar."""

import pytest

from jejak.people.tests.makers import make_person
from jejak.staff.models import User

pytestmark = pytest.mark.django_db


def test_it_leads_straight_to_whom_a_whole_handle_means_and_else_to_the_list(client):
    client.force_login(User.objects.create_superuser("dewi"))
    siti = make_person("Siti", handles={"email": "siti@toko.id"})
    make_person("Budi")

    assert client.get("/app/people/search/", {"q": "SITI@toko.id"}).url == f"/app/people/{siti.pk}/"
    assert client.get("/app/people/search/", {"q": "bu di"}).url == "/app/records/person/?q=bu+di"
    assert client.get("/app/people/search/").url == "/app/records/person/?q="


def test_visitors_are_sent_to_the_login_page(client):
    assert client.get("/app/people/search/").url.startswith("/app/login/")

"""Lists of people by audience: the field that the audiences add to them."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from jejak import eventlog as log
from jejak.audiences import actions, records
from jejak.people.models import Person
from jejak.people.tests.makers import make_person
from jejak.records import kinds, listing
from jejak.staff import roles
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def lead(client):
    user = make_staff("ayu", roles.LEAD)
    client.force_login(user)
    return user


@pytest.fixture
def audiences(eventlog):
    people = {name: make_person(name=name) for name in ("Siti", "Budi", "Ayu")}
    for name, members in {"Regulars": ["Siti", "Budi"], "Critics": ["Budi"]}.items():
        audience = actions.make(name=name, condition=None, now=NOON)
        actions.add(audience=audience, person_ids=[people[one].pk for one in members], now=NOON)


def shown(client, query):
    response = client.get(f"{reverse('lists:list', args=['person'])}?{query}")
    return sorted(row.title for row in response.context["rows"])


@pytest.mark.parametrize("few", [0, 20_000])
@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("audience~any_of~regulars", ["Budi", "Siti"]),
        ("audience~any_of~regulars|critics", ["Budi", "Siti"]),
        ("audience~none_of~critics", ["Ayu", "Siti"]),
        ("audience~filled", ["Budi", "Siti"]),
        ("audience~empty", ["Ayu"]),
    ],
)
def test_people_are_found_by_audience(client, lead, audiences, monkeypatch, where, found, few):
    monkeypatch.setattr(records, "_FEW", few)  # Large audiences are asked for in another way.

    assert shown(client, f"where={where}") == found


def test_a_column_names_the_audiences_of_each_one(lead, audiences):
    person = kinds.kind("person")
    people = list(Person.objects.order_by("name"))

    cells = listing.cells(person, [person.field("audience")], people, by=lead)

    assert {one.name: cell.text for one, [cell] in zip(people, cells, strict=True)} == {
        "Ayu": "",
        "Budi": "Critics, Regulars",
        "Siti": "Regulars",
    }


def test_an_audience_that_is_gone_is_said(client, lead, audiences):
    response = client.get(f"{reverse('lists:list', args=['person'])}?where=audience~any_of~gone")

    assert response.status_code == 200
    assert "gone" in response.content.decode()
    assert "Regulars" in response.content.decode()


def test_too_many_to_be_listed_are_refused_with_the_reason(client, lead, audiences, monkeypatch):
    monkeypatch.setattr(records, "MOST_LISTED", 1)

    response = client.get(f"{reverse('lists:list', args=['person'])}?where=audience~any_of~regulars")

    assert "more than 1 people" in response.content.decode()
    assert shown(client, "where=audience~any_of~critics") == ["Budi"]


def test_while_the_log_is_away_the_list_stands_without_them(client, lead, audiences, monkeypatch):
    def away(*args, **said):
        raise log.Away

    monkeypatch.setattr(records.eventlog, "ask", away)
    monkeypatch.setattr(records.eventlog, "ask_blocks", away)

    person = kinds.kind("person")
    [[cell], *_others] = listing.cells(
        person, [person.field("audience")], list(Person.objects.all()), by=lead
    )
    assert cell.text == ""
    response = client.get(f"{reverse('lists:list', args=['person'])}?where=audience~any_of~regulars")
    assert "does not answer" in response.content.decode()

"""The list of a kind: its rows, filters, columns, views, and who sees what."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from jejak.people.models import Person
from jejak.records import changing, kinds, own
from jejak.records.models import View
from jejak.staff import roles
from jejak.staff.models import AuditEntry
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def lead(client):
    user = make_staff("ayu", roles.LEAD)
    client.force_login(user)
    return user


@pytest.fixture
def vehicle():
    own.declare_object(name="Vehicle", plural="Vehicles", title_label="Plate", now=NOON)
    kind = kinds.kind("vehicle")
    own.declare_field(
        kind=kind, label="Brand", type="choice", choices=[("toyota", "Toyota"), ("honda", "Honda")], now=NOON
    )
    own.declare_field(kind=kind, label="Price", type="money", currency="IDR", now=NOON)
    return kinds.kind("vehicle")


def make(kind, title, **values):
    key = "title" if kind.own_object else "name"
    return changing.make(kind=kind, values={key: title} | values, by=None, now=NOON)


def titles(response):
    return [row.title for row in response.context["rows"]]


def list_of(client, kind, query=""):
    return client.get(f"{reverse('lists:list', args=[kind])}?{query}")


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("last_seen_at~last_days~30", "was in the last 30 days"),
        ("last_seen_at~last_days~1", "was in the last 1 day"),
        ("last_seen_at~next_days~7", "is in the next 7 days"),
    ],
)
def test_a_condition_on_days_is_said_in_one(client, lead, where, told):
    [chip] = list_of(client, "person", f"where={where}").context["chips"]
    assert (chip.operator, chip.value) == (told, "")


def test_what_is_made_up_is_marked(client, lead):
    make(kinds.kind("person"), "Siti")
    make(kinds.kind("person"), "Budi")
    Person.objects.filter(name="Siti").update(is_sample=True)
    response = list_of(client, "person")
    assert {row.title: row.is_sample for row in response.context["rows"]} == {"Siti": True, "Budi": False}
    assert response.content.decode().count("ls-demo") == 1


@pytest.mark.parametrize("kind", ["person", "company", "vehicle"])
def test_every_kind_has_a_list_a_page_and_a_form(client, lead, vehicle, kind):
    record = make(kinds.kind(kind), "B 1 AYU")
    response = list_of(client, kind)
    assert response.status_code == 200
    assert titles(response) == ["B 1 AYU"]
    assert client.get(reverse("lists:new", args=[kind])).status_code == 200
    assert client.get(reverse("lists:edit", args=[kind, record.pk])).status_code == 200
    assert client.get(reverse("lists:record", args=[kind, record.pk])).status_code in {200, 302}
    assert client.get(reverse("lists:changes", args=[kind])).status_code == 200


def test_a_filter_is_made_in_two_steps_without_javascript(client, lead, vehicle):
    make(vehicle, "B 1 AYU", brand="toyota")
    make(vehicle, "F 2 BUDI", brand="honda")
    page = list_of(client, "vehicle", "f=brand&own=1")
    assert [key for key, _label in page.context["builder"].operators] == [
        "any_of",
        "none_of",
        "empty",
        "filled",
    ]
    done = list_of(client, "vehicle", "f=brand&o=any_of&v=honda&own=1")
    assert done.status_code == 303
    assert titles(client.get(done["Location"])) == ["F 2 BUDI"]


def test_a_filter_that_makes_no_sense_is_told_beside_its_value(client, lead, vehicle):
    page = list_of(client, "vehicle", "f=price&o=at_least&v=much")
    assert "is not a number" in page.context["builder"].fault


def test_columns_are_kept_for_whoever_chose_them(client, lead, vehicle):
    make(vehicle, "B 1 AYU", price=5)
    client.post(
        reverse("lists:columns", args=["vehicle"]), {"column": ["price", "brand"], "move": "brand:earlier"}
    )
    heads = [head.key for head in list_of(client, "vehicle").context["heads"]]
    assert heads == ["title", "brand", "price"]


def test_a_view_is_saved_shared_and_opens_first(client, lead, vehicle):
    make(vehicle, "B 1 AYU", brand="toyota")
    make(vehicle, "F 2 BUDI", brand="honda")
    saved = client.post(
        reverse("lists:make_view", args=["vehicle"]),
        {"name": "Hondas", "shared": "1", "state": "where=brand~any_of~honda&own=1"},
    )
    view = list_of(client, "vehicle").context["views"][0]
    assert saved["Location"].endswith(f"?view={view.pk}")
    client.post(reverse("lists:change_view", args=["vehicle", view.pk]), {"do": "open"})
    assert titles(list_of(client, "vehicle")) == ["F 2 BUDI"]
    assert len(titles(list_of(client, "vehicle", "view=0"))) == 2

    client.force_login(make_staff("budi", roles.SUPPORT))
    assert titles(list_of(client, "vehicle", f"view={view.pk}")) == ["F 2 BUDI"]
    client.post(reverse("lists:change_view", args=["vehicle", view.pk]), {"do": "delete"})
    assert View.objects.filter(pk=view.pk).exists()


def test_a_viewer_sees_no_list_and_nobody_is_asked_to_log_in(client, vehicle):
    assert list_of(client, "person")["Location"].startswith("/app/login/")
    client.force_login(make_staff("tamu", roles.VIEWER))
    assert list_of(client, "person").status_code in {302, 403}
    assert list_of(client, "ghost").status_code == 404


def test_staff_of_a_team_see_their_teams_people_only(client):
    kind = kinds.kind("person")
    make(kind, "Siti", team="jakarta")
    other = make(kind, "Budi", team="medan")
    user = make_staff("dewi", roles.SUPPORT, teams=["jakarta"])
    user.sees = user.Sees.choices[-1][0]
    user.save()
    client.force_login(user)
    assert titles(list_of(client, "person")) == ["Siti"]
    assert client.get(reverse("lists:edit", args=["person", other.pk])).status_code == 404


def test_a_search_for_people_is_in_the_audit_log_without_what_was_searched(client, lead):
    list_of(client, "person", "q=siti")
    entry = AuditEntry.objects.get(verb="searched")
    assert "siti" not in str(entry.detail)


def test_pieces_follow_each_other(client, lead, vehicle):
    for number in range(120):
        make(vehicle, f"B {number:03}")
    first = list_of(client, "vehicle", "sort=title&own=1")
    more = client.get(
        f"{reverse('lists:list', args=['vehicle'])}?{first.context['more']}", headers={"HX-Request": "true"}
    )
    assert titles(more)[0] == "B 050"
    assert b"<html" not in more.content


@pytest.mark.parametrize("number", [1, 3])
def test_a_list_asks_the_same_number_of_questions_whatever_its_length(
    client, lead, django_assert_max_num_queries, number
):
    kind = kinds.kind("person")
    for one in range(number):
        make(kind, f"Siti {one}", owner=lead.pk)
    with django_assert_max_num_queries(40):
        assert len(titles(list_of(client, "person"))) == number
    assert Person.objects.count() == number

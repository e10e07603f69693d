"""Own fields and own objects, declared on their pages and there in lists, forms, filters, files."""

import pytest
from django.urls import reverse

from jejak.features.lists.tests.makers import make, take_in
from jejak.people.models import Person
from jejak.records import kinds
from jejak.records.models import OwnField
from jejak.staff import roles
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db


def post(client, page, *args, **given):
    return client.post(reverse(f"lists_fields:{page}", args=args), given)


@pytest.mark.parametrize("key", ["person", "company", "contract"])
def test_a_field_is_there_everywhere_once_it_is_declared(client, lead, key):
    if key == "contract":
        post(client, "new_object", name="Contract", plural="Contracts", icon="receipt")
    made = post(client, "new", key, label="Shoe size", type="choice", choices="Small\nLarge one")
    assert made.status_code == 302
    kind = kinds.kind(key)
    make(kind, "Siti", shoe_size="large_one")
    make(kind, "Budi", shoe_size="small")

    page = client.get(reverse("lists:list", args=[key]) + "?where=shoe_size~any_of~large_one&own=1")
    assert [row.title for row in page.context["rows"]] == ["Siti"]
    assert "shoe_size" in client.get(reverse("lists:new", args=[key])).context["form"].fields
    client.post(reverse("lists:columns", args=[key]), {"column": "shoe_size"})
    assert "Large one" in client.get(reverse("lists:list", args=[key])).content.decode()
    exported = b"".join(client.get(reverse("lists:csv", args=[key])).streaming_content).decode()
    assert "Large one" in exported
    title = kind.title
    work = take_in(client, key, "a.csv", f"{title},Shoe size\nAyu,Small\n")
    assert work.told["result"]["counts"] == {"new": 1}
    page = client.get(reverse("lists:list", args=[key]) + "?where=shoe_size~any_of~small&own=1")
    assert {row.title for row in page.context["rows"]} == {"Ayu", "Budi"}


def test_a_renamed_choice_keeps_its_values_and_a_field_put_away_comes_back(client, lead, vehicle):
    make(vehicle, "B 1 AYU", brand="toyota")
    field = OwnField.objects.get(key="brand")
    post(client, "field", "vehicle", field.pk, label="Make", choices="Toyota Astra\nHonda")
    assert kinds.kind("vehicle").field("brand").options.choices[0] == ("toyota", "Toyota Astra")
    post(client, "field", "vehicle", field.pk, do="away")
    page = client.get(reverse("lists:list", args=["vehicle"]) + "?where=brand~any_of~toyota&own=1")
    assert page.status_code == 200
    assert page.context["state"].faults
    post(client, "field", "vehicle", field.pk, do="back")
    assert kinds.kind("vehicle").field("brand").label == "Make"


def test_fields_are_ordered(client, lead, vehicle):
    price = OwnField.objects.get(key="price")
    post(client, "field", "vehicle", price.pk, do="up")
    assert [one.key for one in kinds.kind("vehicle").fields if one.is_own] == ["price", "brand"]


def test_an_object_is_put_away_with_its_records_and_comes_back(client, lead, vehicle):
    make(vehicle, "B 1 AYU")
    post(client, "object", "vehicle", away="1")
    assert client.get(reverse("lists:list", args=["vehicle"])).status_code == 404
    post(client, "object", "vehicle", back="1")
    assert client.get(reverse("lists:list", args=["vehicle"])).context["count"] == "1"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"type": "money"}, "currency"),
        ({"type": "record"}, "links_to"),
        ({"type": "choice"}, "choices"),
        ({"key": "X y"}, "key"),
    ],
)
def test_what_a_field_lacks_is_told_beside_it(client, lead, given, field):
    page = post(client, "new", "person", **({"label": "Size", "type": "text"} | given))
    assert list(page.context["form"].errors) == [field]


def test_traits_that_sources_send_are_suggested(client, lead):
    make(kinds.kind("person"), "Siti")
    Person.objects.update(
        traits={"city": {"value": "Bandung", "at": "2026-01-01T00:00:00Z", "source": "web"}}
    )
    page = client.get(reverse("lists_fields:fields", args=["person"]))
    assert page.context["suggested"] == [("city", "text", 1)]
    post(client, "new", "person", label="City", key="city", type="text")
    found = client.get(reverse("lists:list", args=["person"]) + "?where=city~is~bandung&own=1")
    assert len(found.context["rows"]) == 1


@pytest.mark.parametrize("role", [roles.SUPPORT, roles.MARKETING, roles.ANALYST, roles.VIEWER])
def test_only_leads_and_administrators_declare(client, role):
    client.force_login(make_staff("dewi", role))
    post(client, "new", "person", label="Size", type="text")
    post(client, "new_object", name="Contract")
    assert not OwnField.objects.exists()
    assert client.get(reverse("lists_fields:objects")).status_code == 302


def test_the_pages_are_there(client, lead, vehicle):
    field = OwnField.objects.get(key="brand")
    for name, args in (
        ("objects", []),
        ("new_object", []),
        ("object", ["vehicle"]),
        ("fields", ["vehicle"]),
        ("new", ["vehicle"]),
        ("field", ["vehicle", field.pk]),
    ):
        assert client.get(reverse(f"lists_fields:{name}", args=args)).status_code == 200, name

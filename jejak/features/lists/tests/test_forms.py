"""The form of a record: every type, links, who may be the same, and what nobody may set."""

import pytest
from django.urls import reverse

from jejak.features.lists.tests.makers import NOON, make
from jejak.people.models import Company, Person
from jejak.records import changing, kinds, own

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"lists:{name}", args=args)


def test_a_record_is_made_and_changed_by_its_form(client, lead, vehicle):
    siti = make(kinds.kind("person"), "Siti Nurhaliza")
    made = client.post(
        url("new", "vehicle"),
        {
            "title": "B 1 AYU",
            "brand": "toyota",
            "price": "Rp 250.000.000",
            "person": "siti nurhaliza",
            "owner": lead.pk,
            "tags": "a, b",
        },
    )
    record = vehicle.rows().get()
    assert made["Location"] == url("record", "vehicle", record.pk)
    assert (record.own, record.person_id, record.owner, record.tags) == (
        {"brand": "toyota", "price": 250_000_000}, siti.pk, lead, ["a", "b"],
    )  # fmt: skip
    form = client.get(url("edit", "vehicle", record.pk)).context["form"]
    assert form["person"].initial == f"Siti Nurhaliza (#{siti.pk})"
    given = {name: form[name].initial or "" for name in form.fields} | {"brand": "honda"}
    client.post(url("edit", "vehicle", record.pk), given)
    assert vehicle.rows().get().own == {"brand": "honda", "price": 250_000_000}


def test_somebody_quicker_is_not_overwritten(client, lead, vehicle):
    record = make(vehicle, "B 1 AYU", brand="honda")
    form = client.get(url("edit", "vehicle", record.pk)).context["form"]
    changing.change(kind=vehicle, record=record, values={"brand": "toyota"}, by=None, now=NOON)
    given = {name: form[name].initial or "" for name in form.fields} | {"brand": ""}
    page = client.post(url("edit", "vehicle", record.pk), given)
    assert page.status_code == 422
    assert vehicle.rows().get().own["brand"] == "toyota"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"price": "x"}, "price"),
        ({"brand": "bmw"}, "brand"),
        ({"person": "nobody"}, "person"),
    ],
)
def test_errors_stand_beside_their_field(client, lead, vehicle, given, field):
    page = client.post(url("new", "vehicle"), {"title": "B 1"} | given)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]


def test_a_name_that_several_have_asks_which(client, lead, vehicle):
    for _ in range(2):
        make(kinds.kind("company"), "Toko Ayu")
    page = client.post(url("new", "vehicle"), {"title": "B 1", "company": "Toko Ayu"})
    assert "Toko Ayu (#" in page.context["form"].errors["company"][0]


def test_fields_that_are_not_changed_by_hand_cannot_be_set(client, lead, vehicle):
    client.post(
        url("new", "vehicle"),
        {
            "title": "B 1",
            "created_at": "2001-01-01",
            "archived_at": "2001-01-01",
            "is_sample": "true",
            "object": "99",
            "own": "{}",
        },
    )
    record = vehicle.rows().get()
    assert (record.created_at.year, record.archived_at, record.is_sample) != (2001, None, True)
    assert record.archived_at is None
    assert not record.is_sample
    assert record.created_at.year != 2001


def test_a_person_with_a_taken_email_is_refused_and_shown(client, lead):
    siti = make(kinds.kind("person"), "Siti", email="siti@contoh.id")
    page = client.post(url("new", "person"), {"name": "Siti N.", "email": "SITI@contoh.id"})
    assert "email" in page.context["form"].errors
    assert [(twin.pk, twin.why) for twin in page.context["twins"]] == [(siti.pk, "the same e-mail")]
    assert Person.objects.count() == 1


def test_who_may_be_the_same_is_told_while_one_types(client, lead):
    siti = make(kinds.kind("person"), "Siti Nurhaliza", phone="0812 3456 7890")
    found = client.get(url("twins", "person"), {"phone": "+62 812-3456-7890"}).context["twins"]
    assert [(one.pk, one.why) for one in found] == [(siti.pk, "the same phone")]
    found = client.get(url("twins", "person"), {"name": "siti nur"}).context["twins"]
    assert [one.why for one in found] == ["a similar name"]
    assert not client.get(url("twins", "person"), {"name": "siti nur", "besides": siti.pk}).context["twins"]
    make(kinds.kind("company"), "PT Maju Jaya", domain="maju.co.id")
    found = client.get(url("twins", "company"), {"name": "Maju Jaya"}).context["twins"]
    assert [one.title for one in found] == ["PT Maju Jaya"]


def test_links_are_offered_within_reach_only(client, lead):
    make(kinds.kind("company"), "Toko <b>Ayu</b>")
    options = client.get(url("choose", "company"), {"company": "toko"}).content.decode()
    assert "Toko &lt;b&gt;Ayu&lt;/b&gt; (#" in options


def test_a_field_is_changed_in_place_with_and_without_htmx(client, lead, vehicle):
    record = make(vehicle, "B 1 AYU", brand="honda")
    field = url("field", "vehicle", record.pk, "brand")
    assert client.get(field).status_code == 200
    part = client.post(field, {"brand": "toyota"}, headers={"HX-Request": "true"})
    assert "Toyota" in part.content.decode()
    assert client.post(field, {"brand": "honda"})["Location"] == url("record", "vehicle", record.pk)
    assert client.get(url("field", "vehicle", record.pk, "created_at")).status_code == 404


def test_own_records_stand_beside_whom_they_belong_to(client, lead, vehicle):
    from jejak.features.lists import beside

    toko = make(kinds.kind("company"), "Toko Ayu")
    make(vehicle, "B 1 AYU", company=toko.pk)
    groups = beside.own_records(lead, "company", [Company.objects.get().pk])
    assert [title for _link, title in groups[0].records] == ["B 1 AYU"]


def test_an_own_field_of_people_is_written_and_read(client, lead):
    own.declare_field(kind=kinds.kind("person"), label="Size", type="number", now=NOON)
    client.post(url("new", "person"), {"name": "Siti", "size": "42"})
    page = client.get(f"{url('list', 'person')}?where=size~at_least~40&own=1")
    assert [row.title for row in page.context["rows"]] == ["Siti"]

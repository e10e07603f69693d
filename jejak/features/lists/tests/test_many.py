"""Many records at once, their journal and their undoing."""

import pytest
from django.urls import reverse

from jejak.features.lists import works
from jejak.features.lists.models import Work
from jejak.features.lists.tests.makers import make, work_off
from jejak.people.models import Person
from jejak.records import changing, kinds
from jejak.records.models import Change
from jejak.records.tests.test_own_records import NOON
from jejak.staff import roles
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db


def bulk(client, kind, **given):
    return client.post(reverse("lists:bulk", args=[kind]), given)


def brands(kind):
    return {record.title: record.own.get("brand") for record in kind.rows()}


def test_fields_are_set_on_the_chosen_and_undone(client, lead, vehicle):
    ayu, budi = make(vehicle, "B 1 AYU", brand="honda"), make(vehicle, "F 2 BUDI")
    make(vehicle, "D 3 SITI")
    asked = bulk(client, "vehicle", do="change", id=[ayu.pk, budi.pk], field="brand")
    assert [field.key for field in asked.context["form"].held] == ["brand"]

    done = bulk(client, "vehicle", do="change", id=[ayu.pk, budi.pk], field="brand", brand="toyota", sure="1")

    assert brands(vehicle) == {"B 1 AYU": "toyota", "F 2 BUDI": "toyota", "D 3 SITI": None}
    change = Change.objects.latest("pk")
    page = client.get(done["Location"])
    assert page.context["done"] == change
    client.post(reverse("lists:undo", args=["vehicle", change.pk]))
    assert brands(vehicle) == {"B 1 AYU": "honda", "F 2 BUDI": None, "D 3 SITI": None}


def test_a_value_that_does_not_fit_changes_nothing(client, lead, vehicle):
    ayu = make(vehicle, "B 1 AYU", price=5)
    page = bulk(client, "vehicle", do="change", id=ayu.pk, field="price", price="much", sure="1")
    assert page.status_code == 422
    assert page.context["form"].errors["price"]
    assert not Change.objects.filter(verb="changed").exists()


def test_all_that_fit_are_tagged_and_nothing_else(client, lead, vehicle):
    for title, brand in (("B 1", "toyota"), ("B 2", "toyota"), ("B 3", "honda")):
        make(vehicle, title, brand=brand)
    bulk(
        client,
        "vehicle",
        do="tag",
        all="1",
        state="where=brand~any_of~toyota&own=1",
        add="VIP, lama",
        sure="1",
    )
    assert {record.title: record.tags for record in vehicle.rows()} == {
        "B 1": ["VIP", "lama"],
        "B 2": ["VIP", "lama"],
        "B 3": [],
    }


def test_people_are_given_an_owner(client, lead):
    siti = make(kinds.kind("person"), "Siti")
    bulk(client, "person", do="assign", id=siti.pk, owner=lead.pk, sure="1")
    assert Person.objects.get(pk=siti.pk).owner == lead


def test_many_are_changed_behind_the_page_and_undone_there(client, lead, vehicle, monkeypatch):
    monkeypatch.setattr(works, "MOST_AT_ONCE", 2)
    for number in range(5):
        make(vehicle, f"B {number}")
    done = bulk(client, "vehicle", do="change", all="1", field="brand", brand="honda", sure="1")
    work = Work.objects.get()
    assert done["Location"] == reverse("lists:work", args=["vehicle", work.pk])
    assert "hx-trigger" in client.get(done["Location"]).content.decode()
    work_off()
    assert set(brands(vehicle).values()) == {"honda"}
    assert client.get(done["Location"]).context["work"].change.records == 5

    client.post(reverse("lists:undo", args=["vehicle", Work.objects.get().change_id]))
    work_off()
    assert set(brands(vehicle).values()) == {None}


def test_what_was_changed_since_stays_and_is_told(client, lead, vehicle):
    ayu = make(vehicle, "B 1 AYU", brand="honda")
    bulk(client, "vehicle", do="change", id=ayu.pk, field="brand", brand="toyota", sure="1")
    change = Change.objects.latest("pk")
    ayu.refresh_from_db()
    changing.change(kind=vehicle, record=ayu, values={"brand": None}, by=None, now=NOON)
    page = client.post(reverse("lists:undo", args=["vehicle", change.pk]), follow=True)
    assert "1 record was changed again since" in page.content.decode()
    assert brands(vehicle) == {"B 1 AYU": None}


def test_putting_away_needs_its_right_and_comes_back(client, lead, vehicle):
    ayu = make(vehicle, "B 1 AYU")
    client.force_login(make_staff("rina", roles.MARKETING))
    bulk(client, "vehicle", do="archive", id=ayu.pk, sure="1")
    assert vehicle.rows().count() == 1
    client.force_login(lead)
    bulk(client, "vehicle", do="archive", id=ayu.pk, sure="1")
    assert vehicle.rows().count() == 0
    client.post(reverse("lists:undo", args=["vehicle", Change.objects.latest("pk").pk]))
    assert vehicle.rows().count() == 1


def test_somebody_who_may_only_look_changes_nothing(client, lead, vehicle):
    ayu = make(vehicle, "B 1 AYU", brand="honda")
    client.force_login(make_staff("ana", roles.ANALYST))
    bulk(client, "vehicle", do="change", id=ayu.pk, field="brand", brand="toyota", sure="1")
    client.post(reverse("lists:undo", args=["vehicle", Change.objects.latest("pk").pk]))
    assert brands(vehicle) == {"B 1 AYU": "honda"}


def test_what_is_out_of_reach_is_not_changed(client, vehicle):
    ours, theirs = make(vehicle, "B 1"), make(vehicle, "B 2")
    dewi = make_staff("dewi", roles.SUPPORT)
    dewi.sees = dewi.Sees.choices[-1][0]
    dewi.save()
    ours.owner = dewi
    ours.save()
    client.force_login(dewi)
    bulk(client, "vehicle", do="change", id=[ours.pk, theirs.pk], field="brand", brand="honda", sure="1")
    assert brands(vehicle) == {"B 1": "honda", "B 2": None}


def test_the_journal_tells_who_changed_what(client, lead, vehicle):
    ayu = make(vehicle, "B 1 AYU", brand="honda")
    bulk(client, "vehicle", do="change", id=ayu.pk, field="brand", brand="toyota", sure="1")
    change = Change.objects.latest("pk")
    page = client.get(reverse("lists:changes", args=["vehicle"]))
    assert page.context["changes"][0].pk == change.pk
    one = client.get(reverse("lists:change", args=["vehicle", change.pk])).context["shown"][0]
    assert (one["title"], one["fields"]) == ("B 1 AYU", [("Brand", "Honda", "Toyota")])

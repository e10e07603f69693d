"""Support of one shop neither reads nor links what is out of their reach, by whichever id they type."""

from pathlib import Path

import pytest
from django.urls import reverse

from jejak.features.lists.forgetting import files
from jejak.features.lists.tests.makers import NOON, make, take_in
from jejak.people import forgetting
from jejak.people.models import Person
from jejak.records import changing, kinds
from jejak.records.models import Change
from jejak.staff import roles, tokens
from jejak.staff.models import User
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def ayu(client):
    user = make_staff("ayu", roles.SUPPORT, sees=User.Sees.OWN_TEAMS, teams=["bandung"])
    client.force_login(user)
    return user


@pytest.fixture
def siti():
    return make(kinds.kind("person"), "Siti Nurhaliza", team="bandung")


@pytest.fixture
def budi():
    return make(kinds.kind("person"), "Budi Santoso", team="medan")


def url(name, *args):
    return reverse(f"lists:{name}", args=args)


def test_a_filter_names_only_what_is_in_reach(client, ayu, vehicle, siti, budi):
    where = f"person~any_of~{siti.pk}|{budi.pk}"
    page = client.get(url("list", "vehicle"), {"where": where})
    assert [chip.value for chip in page.context["chips"]] == [f"Siti Nurhaliza, #{budi.pk}"]

    form = client.get(url("list", "vehicle"), {"where": f"person~any_of~{budi.pk}", "f": "person", "at": "0"})
    assert "Budi" not in form.content.decode()


def test_a_new_form_names_only_what_is_in_reach(client, ayu, vehicle, siti, budi):
    def begun(pk):
        return client.get(url("new", "vehicle"), {"person": pk}).context["form"]["person"].initial

    assert begun(siti.pk) == f"Siti Nurhaliza (#{siti.pk})"
    assert begun(budi.pk) == f"(#{budi.pk})"
    assert begun("Budi") == "Budi"


@pytest.mark.parametrize("field", ["person", "about_id"])
def test_nobody_links_to_what_they_do_not_see(ayu, siti, budi, field):
    task = kinds.kind("task")

    def hang(person):
        values = (
            {"person": person.pk} if field == "person" else {"about_kind": "person", "about_id": person.pk}
        )
        made = changing.make(kind=task, values={"title": "Call"}, by=ayu, now=NOON)
        changing.change(kind=task, record=made, values=values, by=ayu, now=NOON)
        return made

    assert hang(siti).person_id == siti.pk
    with pytest.raises(changing.BadValues) as refused:
        hang(budi)
    assert refused.value.errors == {field: f"There is nothing with the id {budi.pk}."}


def test_what_is_linked_is_named_to_those_who_see_it(client, ayu, vehicle, siti):
    make(vehicle, "B 1 AYU", person=siti.pk, owner=ayu.pk)

    def shown():
        page = client.get(url("list", "vehicle"))
        return [cell.cell.text for cell in page.context["rows"][0].cells if cell.key == "person"]

    assert shown() == ["Siti Nurhaliza"]
    Person.objects.filter(pk=siti.pk).update(team_key="medan")
    assert shown() == [""]


def test_who_exports_masked_reads_no_name_of_people_in_what_hangs_on_them(client, vehicle):
    client.force_login(make_staff("rini", roles.ANALYST))
    siti = make(kinds.kind("person"), "Siti Nurhaliza", email="siti@toko.id")
    make(vehicle, "B 1 AYU", person=siti.pk)
    make(kinds.kind("task"), "Call back", person=siti.pk)

    def exported(kind):
        response = client.get(reverse("lists:csv", args=[kind]), {"columns": "all"})
        return b"".join(response.streaming_content).decode()

    assert "B 1 AYU" in exported("vehicle")
    assert [name for name in ("person", "vehicle", "task") if "Nurhaliza" in exported(name)] == []
    assert "S. N." in exported("task")

    client.force_login(make_staff("dewi", roles.LEAD))
    assert "Siti Nurhaliza" in exported("vehicle")


def test_a_token_that_may_only_write_reads_nothing(client, siti):
    user = make_staff("dewi", roles.LEAD)
    _token, secret = tokens.make(name="form", user=user, scopes=["people:write"], made_by=user, now=NOON)
    headers = {"Authorization": f"Bearer {secret}"}

    def change(values):
        return client.patch(
            f"/api/v1/people/{siti.pk}", {"values": values}, content_type="application/json", headers=headers
        ).json()

    nothing, named = change({}), change({"team": "medan"})
    assert (nothing["values"], nothing["handles"], nothing["title"]) == ({}, None, "")
    assert (named["id"], named["values"]) == (siti.pk, {"team": "medan"})


def test_what_others_made_is_not_put_away_by_undoing_it(client, vehicle):
    dewi, rini = make_staff("dewi", roles.LEAD), make_staff("rini", roles.MARKETING)
    for by, stays in ((dewi, True), (rini, False)):
        made = changing.make(kind=vehicle, values={"title": by.username}, by=by, now=NOON)
        change = Change.objects.latest("pk")
        client.force_login(rini)
        client.post(reverse("lists:undo", args=["vehicle", change.pk]))
        assert vehicle.rows().filter(pk=made.pk).exists() == stays


def test_whoever_is_forgotten_goes_from_files_that_were_taken_in(client):
    client.force_login(make_staff("dewi", roles.LEAD))
    text = "name,email\nSiti Nurhaliza,siti@toko.id\nBudi,budi@toko.id\n"
    work = take_in(client, "person", "people.csv", text)
    other = take_in(client, "person", "others.csv", "name,email\nAyu,ayu@toko.id\n")
    siti = Person.objects.get(name="Siti Nurhaliza")

    files(forgetting.whom([siti.pk], now=NOON))

    path = Path(work.path)
    work.refresh_from_db()
    assert (path.exists(), work.path, work.told) == (False, "", {})
    assert Path(other.path).exists()

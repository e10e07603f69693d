"""Rows are written together, and come to what one after the other would have come to."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jejak.features.lists import background, taking_in
from jejak.features.lists.models import Work
from jejak.features.lists.tests.makers import NOON, make, make_vehicle, take_in, try_out, upload
from jejak.people.models import Company, Handle, NameWord, Person
from jejak.records import changing, kinds, many
from jejak.records.models import Change, ChangedRecord
from jejak.staff import roles
from jejak.staff.models import User
from jejak.staff.tests.makers import make_staff
from jejak.touchpoints.models import Arrival

pytestmark = pytest.mark.django_db


def person(name, **values):
    return make(kinds.kind("person"), name, **values)


def result(work):
    return {line: (what, why) for line, what, why, _title in work.told["result"]["shown"]}


def both(client, kind, text, **said):
    """Return what the trial and then the import came to, line by line."""
    work = try_out(client, upload(client, kind, "a.csv", text), **said)
    tried = {line: (what, why) for line, what, why, _title in work.told["trial"]["shown"]}
    return tried, result(take_in(client, kind, "a.csv", text, **said))


def test_a_new_person_has_all_that_one_made_by_hand_has(client, lead):
    person(
        "Siti R.",
        email="siti@contoh.id",
        phone="0812 3456 7890",
        owner=lead.pk,
        team="medan",
        tags="VIP, lama",
    )
    text = 'name,email,phone,owner,team,tags\nBudi S.,Budi@contoh.id,0813 1111 2222,ayu,medan,"VIP, lama"\nAni,,,,,\n'
    work = take_in(client, "person", "a.csv", text)
    assert work.told["result"]["counts"] == {"new": 2}

    siti, budi, ani = Person.objects.order_by("pk")
    for column in ("owner_id", "team_key", "tags", "root_id", "combined", "is_sample"):
        assert getattr(siti, column) == getattr(budi, column), column
    assert (budi.name, budi.email, budi.phone) == ("Budi S.", "budi@contoh.id", "+6281311112222")
    assert {key: one["source"] for key, one in budi.traits.items()} == {
        "name": "staff",
        "email": "staff",
        "phone": "staff",
    }
    assert (ani.owner_id, ani.team_key, ani.tags) == (None, "", [])
    assert list(Handle.objects.filter(person=budi).order_by("pk").values_list("kind", "value", "source")) == [
        ("email", "budi@contoh.id", "staff"),
        ("phone", "+6281311112222", "staff"),
    ]
    assert [one.kind for one in ani.handles.all()] == ["jejak_id"]
    assert set(NameWord.objects.filter(person=budi).values_list("word", flat=True)) == {"budi", "s"}
    assert Arrival.objects.latest("pk").messages == 2
    change = Change.objects.get(pk=work.change_id)
    assert (change.records, ChangedRecord.objects.filter(change=change).count()) == (2, 2)
    assert ChangedRecord.objects.get(record_id=budi.pk).after["tags"] == ["VIP", "lama"]


def test_an_email_or_phone_counts_once_also_within_a_file(client, lead):
    person("Siti", phone="0812 3456 7890")
    text = (
        "name,email,phone\nBudi,budi@contoh.id,0813 1111 2222\nSama,sama@contoh.id,0813 1111 2222\n"
        "Ani,ani@contoh.id,0812 3456 7890\nLain,sama@contoh.id,\n"
    )
    tried, done = both(client, "person", text, key="")
    assert tried == done == {
        2: ("new", ""),
        3: ("refused", "Phone: Budi has it already."),
        4: ("refused", "Phone: Siti has it already."),
        5: ("new", ""),
    }  # fmt: skip


def test_who_has_it_already_is_not_named_to_whoever_does_not_see_them(client):
    person("Siti", email="siti@contoh.id")
    dewi = make_staff("dewi", roles.LEAD, sees=User.Sees.OWN_TEAMS)
    client.force_login(dewi)
    text = "name,email\nSama,siti@contoh.id\nBudi,budi@contoh.id\nBudi 2,budi@contoh.id\n"
    tried, done = both(client, "person", text, key="")
    assert tried == done
    assert [done[line][1] for line in (2, 4)] == ["E-mail: Somebody of another team has it already."] * 2


def test_rows_of_one_person_follow_one_another(client, lead):
    rows = [
        "Siti,siti@contoh.id,",
        "Siti R.,siti@contoh.id,VIP",
        "Siti R.,SITI@contoh.id,VIP",
        "Siti N.,siti@contoh.id,",
    ]
    text = "\n".join(["name,email,tags", *rows])
    tried, done = both(client, "person", text, key="email")
    assert [what for what, _why in done.values()] == ["new", "changed", "same", "changed"]
    assert [what for what, _why in tried.values()] == ["new", "changed", "changed", "changed"]
    siti = Person.objects.get()
    assert (siti.name, siti.tags) == ("Siti N.", ["VIP"])
    assert [row.before for row in ChangedRecord.objects.order_by("pk")] == [
        {},
        {"name": "Siti", "tags": None},
        {"name": "Siti R."},
    ]


def test_links_lead_to_records_of_the_same_file(client, lead):
    text = "name,parent\nInduk,\nAnak,Induk\nCucu,anak\nSalah,Tidak Ada\n"
    tried, done = both(client, "company", text, key="")
    assert tried == done
    assert done[5] == ("refused", "Part of: Nothing is called “Tidak Ada”.")
    assert Company.objects.get(name="Cucu").parent.parent.name == "Induk"


def test_a_link_out_of_reach_or_to_nobody_is_refused_in_the_trial_too(client):
    vehicle = make_vehicle()
    theirs, dewi = person("Siti"), make_staff("dewi", roles.LEAD, sees=User.Sees.OWN_TEAMS)
    own = person("Budi", owner=dewi.pk)
    client.force_login(dewi)
    text = f"title,person\nB 1,#{theirs.pk}\nB 2,#{own.pk}\nB 3,#99999\n"
    tried, done = both(client, "vehicle", text, key="")
    assert tried == done
    assert [done[line][0] for line in (2, 3, 4)] == ["refused", "new", "refused"]
    assert vehicle.rows().get().person_id == own.pk


def test_rules_of_one_row_against_another_hold(client, lead):
    text = "name,sku\nKopi,K-1\nTeh,K-1\nGula,K-2\n"
    _tried, done = both(client, "product", text, key="")
    assert done == {2: ("new", ""), 3: ("refused", "SKU: Another product has this SKU."), 4: ("new", "")}


def test_somebody_whom_the_pipeline_meets_at_the_same_moment_is_found(client, lead, monkeypatch):
    work = try_out(
        client, upload(client, "person", "a.csv", "name,email\nSiti,siti@contoh.id\nBudi,budi@contoh.id\n")
    )
    client.post(reverse("lists:import_one", args=["person", work.pk]))
    make_many, calls = many.make, []

    def first_raises(**given):
        calls.append(given)
        done = make_many(**given)
        if len(calls) == 1:
            raise IntegrityError("UNIQUE constraint failed: people_handle.kind, people_handle.value")
        return done

    monkeypatch.setattr(many, "make", first_raises)
    background.run(work)
    work.refresh_from_db()
    assert work.told["result"]["counts"] == {"new": 2}
    assert (len(calls), Person.objects.count(), Change.objects.get().records) == (2, 2, 2)
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize("kind", ["person", "company", "vehicle"])
def test_more_rows_take_no_more_questions(client, lead, kind):
    make_vehicle()
    title = kinds.kind(kind).title
    columns = f"{title},email,phone,tags" if kind == "person" else f"{title},tags"

    def rows(first, count, word):
        cells = [
            [f"{word} {n}", f"o{n}@contoh.id", f"0812{10_000_000 + n}", "VIP"]
            for n in range(first, first + count)
        ]
        return "\n".join(
            [columns, *(",".join(row if kind == "person" else [row[0], row[3]]) for row in cells)]
        )

    def asked(first, count, word, key):
        with CaptureQueriesContext(connection) as queries:
            work = take_in(client, kind, "a.csv", rows(first, count, word), key=key)
        assert work.state == Work.State.DONE
        return len(queries)

    take_in(client, kind, "a.csv", rows(0, 3, "a"), key="")
    assert asked(100, 3, "b", "") == asked(200, 30, "c", "")
    if kind == "person":
        assert asked(100, 3, "d", "email") == asked(200, 30, "e", "email")


def test_large_files_are_taken_in_piece_by_piece(client, lead, monkeypatch):
    monkeypatch.setattr(taking_in, "_AT_ONCE", 2)
    text = "name,email\n" + "".join(f"Orang {n},o{n % 4}@contoh.id\n" for n in range(5))
    work = take_in(client, "person", "a.csv", text, key="email")
    assert work.told["result"]["counts"] == {"new": 4, "changed": 1}
    assert (work.done, work.total, Arrival.objects.count()) == (5, 5, 3)


def test_many_people_are_changed_and_put_back_in_few_questions(lead, django_assert_max_num_queries):
    for number in range(20):
        person(f"Orang {number}", email=f"o{number}@contoh.id")
    kind = kinds.kind("person")
    with django_assert_max_num_queries(20):
        deed = changing.change_many(
            kind=kind, rows=kind.rows(), values={"owner": lead.pk, "phone": None}, by=lead, now=NOON
        )
    assert set(Person.objects.values_list("owner", flat=True)) == {lead.pk}
    with django_assert_max_num_queries(30):
        assert changing.undo(change=deed, by=lead, now=NOON).restored == 20
    assert set(Person.objects.values_list("owner", flat=True)) == {None}

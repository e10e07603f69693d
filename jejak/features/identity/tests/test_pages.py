import random
import re
from datetime import timedelta

import pyarrow as pa
import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jejak import eventlog as log
from jejak.people import merging
from jejak.people.models import Company, Handle, Membership, Merge, Person, SharedHandle, Suggestion
from jejak.people.resolving import Asked, Resolver
from jejak.people.tests.makers import HOUR, NOON, make_person
from jejak.staff.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    """Somebody who may do everything."""
    client.force_login(User.objects.create_superuser("dewi", first_name="Dewi"))
    return client


@pytest.fixture
def two(eventlog):
    """Siti, known by her e-mail, and a visitor; each with touchpoints, one with a company."""
    visitor = make_person(handles={"anonymous_id": "a-1"}, traits={"city": "Bandung", "name": "Sitti"})
    siti = make_person(
        "Siti Rahayu",
        handles={"user_id": "u-1", "email": "siti@toko.id"},
        traits={"city": "Jakarta"},
        seen_at=NOON + HOUR,
    )
    maju = Company.objects.create(key="maju", name="PT Maju", first_seen_at=NOON)
    Membership.objects.create(person=visitor, company=maju, since=NOON)
    touch(visitor, 3)
    touch(siti, 2)
    return siti, visitor


def touch(person, count):
    empty = {field.name: "" for field in log.SCHEMA if field.type == pa.string()}
    rows = [
        empty
        | {
            "message_id": f"m-{person.pk}-{n}",
            "trail_id": person.pk,
            "kind": "track",
            "name": "Order Completed",
        }
        | {"happened_at": NOON, "received_at": NOON, "properties": "{}", "sample": False}
        for n in range(count)
    ]
    log.append(pa.Table.from_pylist(rows, schema=log.SCHEMA), token=f"{random.random()}")


def counts():
    return log.ask("SELECT person_id, count() FROM touchpoints GROUP BY 1 ORDER BY 1").rows


def standing():
    """Everything that merging could change."""
    people = Person.objects.order_by("pk").values(
        "pk", "root_id", "name", "email", "phone", "traits", "combined", "first_seen_at", "last_seen_at"
    )
    return list(people), list(Handle.objects.order_by("pk").values_list("pk", "person_id")), counts()


def text(response):
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_other_is_searched_for_and_both_are_compared(staff, two):
    siti, visitor = two
    address = reverse("identity:merge", args=[siti.pk])
    assert f"?other={visitor.pk}" in staff.get(address, {"q": "a-1"}).content.decode()

    page = text(staff.get(address, {"other": visitor.pk}))
    for said in (
        "PT Maju",
        "siti@toko.id",
        "a-1",
        "Touchpoints 2",
        "Touchpoints 3",
        "stays: Jakarta",
        "Bandung",
    ):
        assert said in page
    assert not Merge.objects.exists()


def test_merging_and_taking_it_back_gives_everything_back(staff, two, django_capture_on_commit_callbacks):
    siti, visitor = two
    before = standing()
    with django_capture_on_commit_callbacks(execute=True):
        response = staff.post(
            reverse("identity:merge", args=[siti.pk]), {"other": visitor.pk, "note": "She called."}
        )
    edge = Merge.objects.get()
    assert response.url == f"/app/people/{siti.pk}/why/#edge-{edge.pk}"
    assert (edge.rule, edge.evidence["note"], edge.merged_by.username) == ("staff", "She called.", "dewi")
    assert counts() == [(siti.pk, 5)]
    merged = Person.objects.get(pk=siti.pk)
    assert {key: held["value"] for key, held in merged.combined.items()} == {
        "name": "Siti Rahayu",
        "city": "Jakarta",
    }

    page = text(staff.get(reverse("identity:why", args=[visitor.pk])))
    assert "Dewi said on" in page
    assert "Note: She called." in page
    preview = text(staff.get(reverse("identity:why", args=[siti.pk]), {"take": edge.pk}))
    assert "These 2 people result:" in preview
    assert ("Touchpoints 2" in preview, "Touchpoints 3" in preview, "City: Bandung" in preview) == (True,) * 3
    assert counts() == [(siti.pk, 5)]  # Looking changes nothing.

    with django_capture_on_commit_callbacks(execute=True):
        staff.post(reverse("identity:why", args=[siti.pk]), {"edge": edge.pk})
    assert standing() == before
    assert "Dewi took it back" in text(staff.get(reverse("identity:why", args=[siti.pk])))


def test_who_is_one_already_is_not_merged_twice(staff, two):
    siti, visitor = two
    address = reverse("identity:merge", args=[siti.pk])
    staff.post(address, {"other": visitor.pk})
    page = staff.post(address, {"other": visitor.pk}, follow=True)
    assert "They are one person already." in text(page)
    assert Merge.objects.count() == 1


def test_every_merge_is_told_in_plain_words(staff, eventlog):
    resolver = Resolver()
    for handles in (
        [("anonymous_id", "laptop")],
        [("email", "siti@toko.id")],
        [("email", "siti@toko.id"), ("anonymous_id", "laptop")],
        [("user_id", "u-1")],
        [("user_id", "u-1"), ("email", "siti@toko.id")],
    ):
        resolver.resolve([Asked(handles=tuple(handles), at=NOON, source="Web shop")])
    resolver.resolve([Asked(handles=(("user_id", "u-0"),), at=NOON, source="Web shop")])
    resolver.resolve([Asked(handles=(("user_id", "u-1"),), at=NOON, source="Till", alias_of="u-0")])
    siti = Handle.objects.get(kind="user_id", value="u-1").person
    page = text(staff.get(reverse("identity:why", args=[siti.pk])))
    assert "They gave the same e-mail siti@toko.id on 2 Nov 2026 through “Web shop”." in page
    assert "They used the same browser or device on 2 Nov 2026 through “Web shop”." in page
    assert "“Till” said on 2 Nov 2026 that u-0 is an earlier id of u-1." in page
    assert page.count("Take back") >= 3


def test_a_person_of_one_trail_has_nothing_to_explain(staff, two):
    assert "There is nothing to explain" in text(staff.get(reverse("identity:why", args=[two[0].pk])))


def suggest(one, other, rule="fuzzy", **evidence):
    return Suggestion.objects.create(person=one, other=other, rule=rule, evidence=evidence, suggested_at=NOON)


def test_the_likeliest_pair_stands_first_with_its_reasons(staff, eventlog):
    ayu, budi, siti = make_person("Ayu"), make_person("Budi"), make_person("Siti")
    suggest(ayu, budi, probability=0.71)
    reasons = [{"field": "name", "left": "Siti", "right": "Sitti", "agreement": "nearly"}]
    suggest(ayu, siti, probability=0.97, reasons=reasons)
    suggest(budi, siti, "shared_email", shared=["email", "a@b.id"])
    page = text(staff.get(reverse("identity:suggestions")))
    assert page.index("97 % likely") < page.index("71 % likely") < page.index("a@b.id")
    assert "Name Siti Sitti nearly" in page
    assert "Ayu" in text(staff.get(reverse("identity:suggestions"), {"rule": "fuzzy"}))


def test_one_person_merges_and_two_people_is_never_asked_again(staff, eventlog):
    ayu, budi, siti = make_person("Ayu"), make_person("Budi"), make_person("Siti")
    first, second = suggest(ayu, budi), suggest(ayu, siti)
    also = suggest(ayu, siti, "shared_email")
    address = reverse("identity:suggestions")
    staff.post(address, {"decide": f"one:{first.pk}"})
    staff.post(address, {"decide": f"two:{second.pk}"})
    assert Person.objects.get(pk=budi.pk).root_id == ayu.pk
    decided = {one.pk: (one.decision, one.decided_by.username) for one in Suggestion.objects.all()}
    assert decided == {first.pk: ("one", "dewi"), second.pk: ("two", "dewi"), also.pk: ("two", "dewi")}
    assert "Nothing to decide" in text(staff.get(address))


def test_chosen_pairs_are_decided_together(staff, eventlog):
    people = [make_person(name) for name in ("Ayu", "Budi", "Siti", "Dedi")]
    pairs = [suggest(people[0], people[1]), suggest(people[2], people[3])]
    staff.post(reverse("identity:suggestions"), {"decide": "one", "suggestion": [one.pk for one in pairs]})
    assert [one.root_id for one in Person.objects.order_by("pk")] == [None, people[0].pk, None, people[2].pk]


def test_a_list_of_three_costs_as_many_queries_as_one(staff, eventlog):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            staff.get(reverse("identity:suggestions"))
        return len(asked)

    suggest(make_person("Ayu"), make_person("Budi"))
    staff.get(reverse("identity:suggestions"))
    few = queries()
    for name in ("Siti", "Dedi"):
        suggest(make_person(name), make_person(name))
    assert queries() == few


def test_a_handle_of_many_is_reported_and_staff_decide(staff, eventlog, settings):
    settings.HANDLE_PEOPLE = 2
    resolver = Resolver()
    for number in range(4):
        handles = (("email", f"e-{number}@toko.id"), ("phone", "+62215550000"))
        resolver.resolve([Asked(handles=handles, at=NOON, source="Web shop")])
    office = SharedHandle.objects.get()
    assert (office.handle.value, office.is_loose) == ("+62215550000", True)
    assert people_of_emails() == 4
    address = reverse("identity:shared")
    assert "Phone: +62 21 5550000 4 e-" in text(staff.get(address))

    staff.post(address, {"handle": office.pk, "verdict": "allowed"})
    assert people_of_emails() == 1
    staff.post(address, {"handle": office.pk, "verdict": "forbidden"})
    assert people_of_emails() == 4
    office.refresh_from_db()
    assert (office.verdict, office.decided_by.username) == ("forbidden", "dewi")


def people_of_emails():
    emails = Handle.objects.filter(kind="email").select_related("person")
    return len({one.person.root_id or one.person_id for one in emails})


@pytest.mark.parametrize("page", ["merge", "why", "suggestions", "shared"])
def test_who_may_not_see_people_sees_none_of_it(client, two, page):
    siti = two[0]
    address = reverse(f"identity:{page}", args=[siti.pk] if page in ("merge", "why") else [])
    assert client.get(address).status_code == 302
    viewer = User.objects.create_user("budi")
    viewer.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(viewer)
    assert client.get(address).status_code in (302, 403)
    viewer.user_permissions.add(Permission.objects.get(codename="view_person"))
    client.force_login(User.objects.get(pk=viewer.pk))
    assert client.get(address).status_code == (200 if page != "merge" else 302)


def test_who_may_only_look_changes_nothing(client, two):
    siti, visitor = two
    edge = merging.merge(person=siti, other=visitor, rule="staff", evidence={}, by=None, now=NOON)
    suggestion = suggest(siti, make_person("Ayu"))
    viewer = User.objects.create_user("budi")
    viewer.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", "view_person"]))
    client.force_login(viewer)
    for address, asked in (
        (reverse("identity:why", args=[siti.pk]), {"edge": edge.pk}),
        (reverse("identity:suggestions"), {"decide": f"one:{suggestion.pk}"}),
        (reverse("identity:merge", args=[siti.pk]), {"other": suggestion.other_id}),
        (reverse("identity:shared"), {"handle": 1, "verdict": "allowed"}),
    ):
        assert client.post(address, asked).status_code in (302, 403)
    assert Merge.objects.filter(undone_at=None).count() == 1
    assert not Suggestion.objects.exclude(decided_at=None).exists()


def test_the_cards_of_a_person_lead_to_the_pages(staff, two):
    siti, visitor = two
    merging.merge(
        person=siti, other=visitor, rule="staff", evidence={}, by=None, now=NOON + timedelta(days=1)
    )
    ayu = make_person("Ayu")
    suggest(siti, ayu, "shared_email", shared=["email", "a@b.id"])
    page = staff.get(reverse("profiles:person", args=[siti.pk])).content.decode()
    for said in (
        "Also known by",
        "Same person?",
        f"/app/people/{siti.pk}/why/",
        f"/app/people/{siti.pk}/merge/",
    ):
        assert said in page

"""What is wrong with records is found, shown to those who may see it, and goes when it is put right."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from jejak.features.quality import actions
from jejak.features.quality.models import Check, Finding, Standing
from jejak.measures.tests.makers import store
from jejak.people import merging
from jejak.people.models import Company, Person
from jejak.people.tests.makers import make_person
from jejak.records import quality

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture
def staff(client):
    client.force_login(
        get_user_model().objects.create_superuser("rini", "rini@example.com", "sangat-rahasia")
    )
    return client


def check(kind="person"):
    begun = Check.objects.create(kind=kind, begun_at=NOW)
    assert actions.go_on(check=begun, now=NOW)
    return begun


def whole_person(name="Siti", **said):
    traits = {"email": f"{name.lower()}@contoh.id", "phone": "+6281234567890"} | said.pop("traits", {})
    handles = {"user_id": name.lower(), "email": traits["email"] or f"{name.lower()}@contoh.id"}
    return make_person(
        name, handles=said.pop("handles", handles), traits=traits, seen_at=said.pop("seen_at", NOW), **said
    )


def wrong_with(person, kind="person"):
    return sorted(rule.key for rule, _ in quality.wrong(kind, [person], now=NOW).get(person.pk, []))


def test_nothing_is_wrong_with_a_person_who_is_known_well(eventlog):
    assert wrong_with(whole_person()) == []


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ({"traits": {"email": "siti@@contoh"}}, ["bad_address"]),
        ({"traits": {"phone": "12"}}, ["bad_phone"]),
        ({"traits": {"country": "Malaysia"}}, ["other_country"]),
        ({"seen_at": NOW - 800 * DAY}, ["old"]),
        (
            {"name": "", "handles": {"user_id": "u7"}, "traits": {"email": "", "phone": ""}},
            ["no_name", "no_way"],
        ),
        ({"name": "", "handles": {"anonymous_id": "b1"}, "traits": {"email": "", "phone": ""}}, []),
    ],
)
def test_each_rule_speaks_of_what_it_is_about(eventlog, made, expected):
    assert wrong_with(whole_person(**made)) == expected


def test_an_address_that_bounced_is_undeliverable_until_something_arrives(eventlog):
    siti = whole_person()
    store({"trail_id": siti.pk, "name": "Email Bounced", "happened_at": NOW - 3 * DAY})
    assert wrong_with(siti) == ["bounced"]

    store({"trail_id": siti.pk, "name": "Email Opened", "happened_at": NOW - DAY})
    assert wrong_with(siti) == []


def test_two_trails_that_contradict_each_other_are_found(eventlog):
    siti = whole_person("Siti", traits={"birthday": "1990-01-01"})
    budi = make_person("Budi", handles={"anonymous_id": "b1"}, traits={"birthday": "1985-05-05"}, seen_at=NOW)
    merging.merge(person=siti, other=budi, rule="staff", evidence={}, by=None, now=NOW)
    siti.refresh_from_db()

    assert wrong_with(Person.objects.get(root=None)) == ["two_names", "two_values"]


def test_companies_are_checked_too(eventlog):
    made = [Company.objects.create(key=f"c{n}", name="PT Maju", first_seen_at=NOW) for n in range(2)]
    assert wrong_with(made[0], "company") == ["no_owner", "no_people", "twice"]


def test_a_check_keeps_what_is_wrong_and_lets_go_of_what_was_put_right(eventlog):
    whole_person("Siti")
    budi = whole_person("Budi", traits={"phone": "12"})
    first = check()
    assert (first.records, first.lost, first.counts) == (2, 20, {"bad_phone": 1})
    assert list(Standing.objects.values_list("record_id", "score")) == [(budi.pk, 80)]

    budi.phone = "+6281234567890"
    budi.save()
    second = check()

    assert (second.lost, second.counts) == (0, {})
    assert not Finding.objects.exists()
    assert not Standing.objects.exists()


def test_a_check_that_broke_off_goes_on_where_it_was(eventlog, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    for number in range(5):
        whole_person(f"Budi{number}", traits={"phone": "12", "email": f"b{number}@contoh.id"})
    begun = Check.objects.create(kind="person", begun_at=NOW)

    class AfterOne:
        asked = 0

        def is_set(self):
            self.asked += 1
            return self.asked > 1

        def wait(self, seconds):
            pass

    assert not actions.go_on(check=begun, now=NOW, stopping=AfterOne())
    assert actions.go_on(check=Check.objects.get(), now=NOW)
    assert Check.objects.get().records == 5


def test_the_work_list_leads_to_the_record_and_puts_aside_what_is_right(staff, eventlog):
    budi = whole_person("Budi", traits={"phone": "12"})
    check()
    shown = staff.get(reverse("quality:work", args=["person"]), {"rule": "bad_phone"}).content.decode()
    assert reverse("profiles:person", args=[budi.pk]) in shown

    staff.post(reverse("quality:aside", args=[Finding.objects.get().pk]), {"rule": "bad_phone"})

    assert "Budi" not in staff.get(reverse("quality:work", args=["person"])).content.decode()
    assert check().lost == 0  # It stays aside.


def test_the_overview_tells_shares_and_asks_the_same_few_questions(
    staff, eventlog, django_assert_max_num_queries
):
    for number in range(3):
        whole_person(f"Budi{number}", traits={"phone": "12", "email": f"b{number}@contoh.id"})
    whole_person("Siti")
    check()
    with django_assert_max_num_queries(40):
        shown = staff.get(reverse("quality:kind", args=["person"]))
    assert [(one.rule.key, one.count, one.share.value) for one in shown.context["counted"]] == [
        ("bad_phone", 3, 75.0)
    ]


def test_checking_is_asked_for_once(staff, eventlog):
    staff.post(reverse("quality:check", args=["person"]))
    staff.post(reverse("quality:check", args=["person"]))
    assert Check.objects.filter(kind="person").count() == 1


def test_who_may_not_see_it_does_not(client, eventlog):
    from django.contrib.auth.models import Permission

    budi = get_user_model().objects.create_user("budi")
    budi.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(budi)
    assert client.get(reverse("quality:overview")).status_code in (302, 403)
    assert not Check.objects.exists()
    assert client.post(reverse("quality:check", args=["person"])).status_code in (302, 403)


def test_every_day_what_has_records_is_checked(eventlog):
    actions.want_daily(now=NOW)
    assert not Check.objects.exists()

    whole_person("Siti")
    actions.want_daily(now=NOW)
    actions.want_daily(now=NOW)
    [begun] = Check.objects.all()
    actions.go_on(check=begun, now=NOW)
    actions.want_daily(now=NOW + DAY / 2)
    assert Check.objects.count() == 1

    actions.want_daily(now=NOW + 2 * DAY)
    assert Check.objects.count() == 2


def test_where_many_have_come_since_it_is_checked_again(eventlog):
    def checks(*names):
        for name in names:
            whole_person(name)
        actions.want_daily(now=NOW)
        for begun in Check.objects.filter(ended_at=None):
            actions.go_on(check=begun, now=NOW)
        return [check.records for check in Check.objects.order_by("pk")]

    assert checks("Siti") == [1]
    assert checks("Budi") == [1]
    assert checks("Ayu", "Dewi") == [1, 4]

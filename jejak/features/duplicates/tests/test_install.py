"""Looking for duplicates among the people of the install, and its page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils.html import escape

pytest.importorskip("splink", reason="Needs the extra: pip install -e '.[duplicates]'")

from jejak.features.duplicates import actions, process
from jejak.features.duplicates.models import Look
from jejak.people.models import Merge, Person, Suggestion

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = [
    "Budi Santoso",
    "Ayu Lestari",
    "Eko Nugroho",
    "Dewi Anggraini",
    "Rizky Pratama",
    "Farid Hassan",
    "Mei Ling Tan",
    "Raj Kumar",
]


def make_person(name, email="", phone="", **traits):
    return Person.objects.create(
        name=name,
        email=email,
        phone=phone,
        traits={key: {"value": value, "at": "2026-01-01", "source": "shop"} for key, value in traits.items()},
        first_seen_at=NOON,
        last_seen_at=NOON,
    )


@pytest.fixture
def twins():
    for i, name in enumerate(NAMES):
        make_person(
            name, f"{name.split()[0].lower()}@toko{i}.id", f"+62812{i * 7919 + 1000000}", kota="Medan"
        )
    make_person("")  # Nobody knows anything of them.
    one = make_person("Siti Aminah", "siti.aminah@toko.id", "+6281234567890", city="Bandung")
    other = make_person("Siti Aminnah", "siti.aminah@toko.id", "+6281234567890", city="Bandung")
    return one, other


def look(at=NOON):
    begun = actions.begin(threshold=actions.THRESHOLD, started_by_id=None, now=at)
    return actions.look(look=begun, now=at)


def couples():
    return list(Suggestion.objects.filter(rule="fuzzy").values_list("person", "other"))


def test_people_who_may_be_one_are_proposed_with_reasons(twins):
    done = look()

    suggestion = Suggestion.objects.get()
    assert (suggestion.person, suggestion.other, suggestion.rule) == (*twins, "fuzzy")
    assert 0.5 <= suggestion.evidence["probability"] <= 1
    assert suggestion.evidence["reasons"][:2] == [
        {"field": "name", "left": "Siti Aminah", "right": "Siti Aminnah", "agreement": "almost the same"},
        {
            "field": "email",
            "left": "siti.aminah@toko.id",
            "right": "siti.aminah@toko.id",
            "agreement": "the same",
        },
    ]
    assert (done.state, done.people, done.pairs, done.added) == (Look.State.DONE, 10, 1, 1)


def test_looking_again_adds_nothing_and_keeps_the_day(twins):
    look()

    again = look(NOON + timedelta(days=1))

    assert (again.pairs, again.added, again.removed) == (1, 0, 0)
    assert Suggestion.objects.get().suggested_at == NOON


def test_what_changed_is_told_anew(twins):
    look()
    Person.objects.filter(pk=twins[1].pk).update(name="Siti Aminah")

    look()

    assert Suggestion.objects.get().evidence["reasons"][0]["agreement"] == "the same"


def test_what_no_longer_holds_is_taken_back(twins):
    look()
    Person.objects.filter(pk=twins[1].pk).update(
        name="Joko Widodo", email="joko@x.id", phone="+6285500000000"
    )

    assert look().removed == 1
    assert couples() == []


def test_what_staff_decided_is_left_alone(twins):
    look()
    Suggestion.objects.update(decided_at=NOON)
    before = Suggestion.objects.values().get()

    assert look().pairs == 0
    assert Suggestion.objects.values().get() == before


def test_whom_staff_parted_are_not_proposed_again(twins):
    one, other = twins
    Merge.objects.create(person=other, other=one, rule="staff", merged_at=NOON, undone_at=NOON)

    look()

    assert couples() == []


def test_who_is_merged_already_is_not_proposed(twins):
    one, other = twins
    Person.objects.filter(pk=other.pk).update(root=one)

    look()

    assert couples() == []


def test_one_looks_at_a_time(twins):
    actions.begin(threshold=0.5, started_by_id=None, now=NOON)

    with pytest.raises(actions.AlreadyLooking):
        actions.begin(threshold=0.5, started_by_id=None, now=NOON + timedelta(minutes=5))

    assert look(NOON + timedelta(hours=3)).state == Look.State.DONE


def test_an_install_without_people_has_no_duplicates():
    assert look().pairs == 0


@pytest.fixture
def staff(client, monkeypatch):
    started = []
    monkeypatch.setattr(process, "start", started.append)
    client.force_login(get_user_model().objects.create_superuser("ayu", "ayu@example.com", "x" * 12))
    client.started = started
    return client


def test_the_page_tells_of_the_last_look(staff, twins):
    assert b"Nobody has looked yet" in staff.get("/app/people/duplicates/").content
    look()

    shown = staff.get("/app/people/duplicates/").content.decode()

    assert "The last look" in shown
    assert "People compared" in shown


def test_the_button_begins_a_look_once(staff):
    staff.post("/app/people/duplicates/")
    staff.post("/app/people/duplicates/")

    assert staff.started == [Look.objects.get().pk]


def test_without_the_extra_the_page_says_how_to_have_it(staff, monkeypatch):
    monkeypatch.setattr(actions, "is_installed", lambda: False)

    shown = staff.get("/app/people/duplicates/").content.decode()

    assert escape(actions.how_to_install()) in shown
    assert "[duplicates]" in actions.how_to_install()
    assert "Look for duplicates now" not in shown


def test_who_may_only_see_may_not_begin(client, twins):
    client.force_login(get_user_model().objects.create_user("budi", "budi@example.com", "x" * 12))

    assert client.post("/app/people/duplicates/").status_code in (302, 403)
    assert not Look.objects.exists()

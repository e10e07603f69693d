"""The log's mirror of people follows whoever changes, whichever code did it, and nobody else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from jejak import eventlog as the_log
from jejak.people import consent, merging, mirroring
from jejak.people.models import Changed, Company, Handle, Membership, Person

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _log(eventlog: Any) -> None:
    """The mirror lies there."""


def make(name: str = "", **said: Any) -> Person:
    traits = {key: {"value": value, "at": NOON.isoformat(), "source": ""} for key, value in said.items()}
    person = Person.objects.create(name=name, traits=traits, first_seen_at=NOON, last_seen_at=NOON)
    Handle.objects.create(person=person, kind="user_id", value=f"u-{person.pk}", first_seen_at=NOON)
    return person


def follow() -> None:
    """As the thread does it, a second later each time."""
    global NOON
    NOON += timedelta(seconds=1)
    while mirroring.follow(now=NOON):
        pass


def mirrored(*columns: str) -> list[tuple[Any, ...]]:
    return the_log.ask(f"SELECT person_id, {', '.join(columns)} FROM people FINAL ORDER BY person_id").rows


def test_traits_are_kept_by_what_they_can_be_compared_with() -> None:
    siti = make(
        city=" Bandung ", age=42, points="7.5", phone="0812", born="1990-05-01T10:00:00Z", vip=True,
        likes=["shoes", 3], address={"city": "Bogor", "at": {"lat": -6.5}}, gone=None, wrong="2026-02-31",
    )  # fmt: skip
    follow()
    texts = {
        "city": "Bandung", "age": "42", "points": "7.5", "phone": "0812", "born": "1990-05-01T10:00:00Z",
        "vip": "true", "address.city": "Bogor", "address.at.lat": "-6.5", "wrong": "2026-02-31",
    }  # fmt: skip
    numbers = {"age": 42.0, "points": 7.5, "address.at.lat": -6.5}
    expected = (siti.pk, texts, numbers, {"born": date(1990, 5, 1)}, {"likes": ["shoes", "3"]})
    assert mirrored("texts", "numbers", "days", "lists") == [expected]


def test_every_change_is_followed_and_nothing_else() -> None:
    siti, budi = make("Siti"), make("Budi")
    follow()
    assert Changed.objects.count() == 0

    consent.say(
        person_id=siti.pk, purpose="marketing", channel="email", is_given=True, said_at=NOON, source="form"
    )
    Membership.objects.create(
        person=siti, company=Company.objects.create(key="acme", first_seen_at=NOON), since=NOON
    )
    Person.objects.filter(pk=siti.pk).update(team_key="shop", tags=["vip"])
    Handle.objects.create(person=siti, kind="email", value="siti@contoh.co.id", first_seen_at=NOON)
    assert set(Changed.objects.values_list("person_id", flat=True)) == {siti.pk}
    follow()
    assert mirrored("handles", "consents", "companies", "team", "tags") == [
        (siti.pk, ["email", "user_id"], ["marketing:email"], ["acme"], "shop", ["vip"]),
        (budi.pk, ["user_id"], [], [], "", []),
    ]

    Person.objects.filter(pk=siti.pk).update(last_seen_at=NOON)  # The log knows that itself.
    assert Changed.objects.count() == 0
    Person.objects.filter(pk=siti.pk).update(first_seen_at=NOON - timedelta(days=9))
    follow()
    (_siti, earlier), (_budi, later) = mirrored("first_seen_at")
    assert earlier < later


def test_merged_people_are_one_and_two_again_when_it_is_undone() -> None:
    siti, other = make("Siti", city="Bandung"), make("", points=3)
    follow()
    edge = merging.merge(person=siti, other=other, rule="staff", evidence={}, by=None, now=NOON)
    follow()
    assert mirrored("texts") == [(siti.pk, {"city": "Bandung", "points": "3", "name": "Siti"})]

    merging.unmerge(merge=edge, by=None, now=NOON)
    follow()
    assert [pk for pk, _texts in mirrored("texts")] == [siti.pk, other.pk]


def test_who_is_deleted_is_gone() -> None:
    siti, budi = make("Siti"), make("Budi")
    follow()
    Person.objects.filter(pk=siti.pk).delete()
    follow()
    assert mirrored("team") == [(budi.pk, "")]


def test_what_changes_while_it_is_followed_is_followed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    siti = make("Siti")
    write = the_log.write_people

    def slowly(people: Any, *, version: int) -> None:
        held = list(people)
        monkeypatch.setattr(the_log, "write_people", write)
        Person.objects.filter(pk=siti.pk).update(team_key="shop")
        write(held, version=version)

    monkeypatch.setattr(the_log, "write_people", slowly)
    follow()
    assert mirrored("team") == [(siti.pk, "shop")]


def test_everybody_is_written_anew_where_the_mirror_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [make(name) for name in ("Siti", "Budi", "Ayu")]
    Changed.objects.all().delete()
    monkeypatch.setattr(mirroring, "AT_ONCE", 2)
    mirroring.rebuild(now=NOON)
    while mirroring.go_on_rebuilding(now=NOON):
        pass
    assert [pk for pk, _team in mirrored("team")] == [person.pk for person in people]
    assert not mirroring.go_on_rebuilding(now=NOON)

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jejak.people.models import Person
from jejak.people.tests.makers import HOUR, NOON, make_person
from jejak.people.whole import whole, wholes

pytestmark = pytest.mark.django_db


def test_a_person_alone_is_their_only_trail():
    siti = make_person("Siti", traits={"city": "Bandung"})
    found = whole(siti.pk)
    assert (found.root, found.trail_ids, found.title) == (siti, [siti.pk], "Siti")
    assert {key: trait.value for key, trait in found.traits.items()} == {"city": "Bandung", "name": "Siti"}
    assert (found.traits["city"].source, found.traits["city"].at) == ("shop", NOON)


def test_trails_come_together_with_the_newest_of_each_trait():
    siti = make_person("Siti", traits={"city": "Bandung", "tier": "gold"})
    visitor = make_person("Siti R", traits={"city": "Jakarta"}, seen_at=NOON + HOUR, root=siti)
    found = whole(visitor.pk)
    assert (found.root, found.trail_ids, found.name) == (siti, [siti.pk, visitor.pk], "Siti R")
    assert {key: (trait.value, trait.trail_id) for key, trait in found.traits.items()} == {
        "city": ("Jakarta", visitor.pk),
        "name": ("Siti R", visitor.pk),
        "tier": ("gold", siti.pk),
    }
    assert (found.first_seen_at, found.last_seen_at) == (NOON - HOUR, NOON + HOUR)


def test_what_one_trail_does_not_know_another_tells():
    visitor = make_person()
    make_person("Budi", traits={"email": "budi@toko.id", "phone": "0812"}, root=visitor)
    found = whole(visitor.pk)
    assert (found.title, found.email, found.phone) == ("Budi", "budi@toko.id", "0812")


def test_somebody_without_a_name_is_called_by_what_is_known():
    assert whole(make_person(traits={"email": "budi@toko.id"}).pk).title == "budi@toko.id"
    visitor = make_person()
    assert whole(visitor.pk).title == f"Anonymous {visitor.pk}"


def test_somebody_is_sample_only_where_all_trails_are():
    siti = make_person(is_sample=True)
    assert whole(siti.pk).is_sample
    make_person(root=siti)
    assert not whole(siti.pk).is_sample


def test_traits_whose_time_cannot_be_read_are_the_oldest():
    siti = make_person(traits={"city": "Bandung"})
    other = make_person(root=siti)
    other.traits = {"city": {"value": "Jakarta", "at": "yesterday"}}
    other.save()
    assert whole(siti.pk).traits["city"].value == "Bandung"


def test_nobody_is_nobody():
    assert whole(4711) is None
    assert wholes([]) == {}


def test_three_people_take_two_queries_as_one_does(django_assert_num_queries):
    people = [make_person("Siti") for _ in range(3)]
    for root in people:
        make_person(root=root)
    for count in (1, 3):
        with django_assert_num_queries(2):
            assert len(wholes([person.pk for person in people[:count]])) == count


def test_hundreds_of_people_are_never_found_by_reading_everybody():
    """SQLite reads the whole table for `id IN … OR root_id IN …`, as soon as some hundred are asked for."""
    make_person("Siti")
    if connection.vendor == "sqlite":
        asked = Person.objects.filter(root__in=list(range(300))).values_list("pk")
        assert "SCAN" not in asked.explain()
    with CaptureQueriesContext(connection) as queries:
        wholes(range(300))
    assert not [one["sql"] for one in queries if " OR " in one["sql"]]

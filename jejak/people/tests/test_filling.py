import pytest

from jejak.people import filling
from jejak.people.models import Handle, Person
from jejak.people.search import search
from jejak.people.tests.makers import NOON

pytestmark = pytest.mark.django_db


def test_made_up_people_are_found_like_real_ones():
    assert list(filling.fill(people=300, until=NOON)) == [300]
    siti = Person.objects.filter(name__startswith="Siti ", email__gt="").first()
    assert siti.pk in {found.person.pk for found in search(siti.name)}
    assert [found.person.pk for found in search(siti.email)] == [siti.pk]
    assert Handle.objects.filter(kind="anonymous_id").count() == 300
    assert Person.objects.filter(last_seen_at__gt=NOON).count() == 0


def test_searches_are_the_same_each_time():
    asked = filling.searches(people=300)
    assert (len(asked), asked) == (200, filling.searches(people=300))

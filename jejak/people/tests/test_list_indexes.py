"""The lists of people are read in their order from an index, also where the database keeps no statistics."""

import pytest
from django.db import connection

from jejak.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("order", [("-last_seen_at", "-id"), ("name", "id")])
def test_who_stand_for_themselves_need_no_sorting(order):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps statistics.")
    plan = Person.objects.filter(root=None).order_by(*order)[:50].explain()

    assert "USING INDEX person_list_by" in plan
    assert "TEMP B-TREE" not in plan


def test_the_trails_of_somebody_are_found_by_index():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a table of no rows whole.")

    assert "person_of_root" in Person.objects.filter(root__in=[1, 2, 3]).explain()

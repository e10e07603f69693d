"""The demo company's dashboards come with it, and go with it."""

from types import SimpleNamespace
from typing import Any

import pytest

from jejak.features.dashboards import placing, ready
from jejak.features.dashboards.demo import Dashboards
from jejak.features.dashboards.models import Dashboard, Place, Watch
from jejak.features.dashboards.tests.makers import NOON, make_dashboard

pytestmark = pytest.mark.django_db

WORLD: Any = SimpleNamespace(stores=[SimpleNamespace(name="Jakarta Tebet", city="Jakarta")])


def test_the_watch_begins_anew_when_the_demo_comes_and_goes():
    Watch.objects.create(pk=1, ran_at=NOON)
    Dashboards().fill(WORLD, now=NOON, progress=lambda done, total: None)
    assert not Watch.objects.exists()

    Watch.objects.create(pk=1, ran_at=NOON)
    Dashboards().remove(WORLD, now=NOON)
    assert not Watch.objects.exists()


def test_they_are_there_once_with_the_places_of_its_stores_and_leave_what_staff_made():
    mine = make_dashboard(name="Mine")
    placing.keep({"Medan": (3.0, 98.0)})
    for _ in range(2):
        Dashboards().fill(WORLD, now=NOON, progress=lambda done, total: None)
    assert Dashboard.objects.filter(is_shared=True, owner=None).exclude(pk=mine.pk).count() == len(ready.ALL)
    assert Place.objects.filter(name="Jakarta Tebet", is_sample=True).exists()

    Dashboards().remove(WORLD, now=NOON)
    assert [one.name for one in Dashboard.objects.all()] == ["Mine"]
    assert [(one.name, one.latitude) for one in Place.objects.all()] == [("Medan", 3.0)]

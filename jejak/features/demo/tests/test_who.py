"""The demo fills every list of everybody: who may have it made."""

import pytest
from django.urls import reverse

from jejak.features.demo import background
from jejak.features.demo.models import Demo
from jejak.staff import roles
from jejak.staff.models import AuditEntry
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [roles.SUPPORT, roles.MARKETING])
def test_support_and_marketing_are_offered_no_demo_and_make_none(client, eventlog, role):
    client.force_login(make_staff("ayu", role))

    assert reverse("demo:make") not in client.get(reverse("wagtailadmin_home")).content.decode()
    client.post(reverse("demo:make"))
    client.post(reverse("demo:remove"))
    assert not Demo.objects.exists()


def test_a_lead_has_it_made_and_that_leaves_a_trace(client, eventlog, monkeypatch):
    monkeypatch.setattr(background, "wake", lambda: None)
    client.force_login(make_staff("dewi", roles.LEAD))

    assert reverse("demo:make") in client.get(reverse("wagtailadmin_home")).content.decode()
    client.post(reverse("demo:make"))
    assert Demo.objects.count() == 1
    assert AuditEntry.objects.filter(kind="demo").values_list("verb", "by_name").get() == ("added", "dewi")

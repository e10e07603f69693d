"""What the tests of the frame share."""

import pytest
from django.test import Client, RequestFactory

from jejak.staff.models import User


@pytest.fixture
def siti(db):
    """An administrator."""
    return User.objects.create_superuser("siti", "siti@example.com", "rahasia-besar", first_name="Siti")


@pytest.fixture
def staff(client: Client, siti):
    """A browser in which Siti is logged in."""
    client.force_login(siti)
    return client


@pytest.fixture
def asked(siti):
    """A request of Siti's."""
    request = RequestFactory().get("/app/")
    request.user = siti
    return request

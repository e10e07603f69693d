"""What the tests of companies and deals share."""

import pytest
from django.test import Client

from jejak.staff.models import User


@pytest.fixture
def dewi(db):
    """An administrator."""
    return User.objects.create_superuser("dewi", "dewi@example.com", "rahasia-besar", first_name="Dewi")


@pytest.fixture
def staff(client: Client, dewi):
    """A browser in which Dewi is logged in."""
    client.force_login(dewi)
    return client

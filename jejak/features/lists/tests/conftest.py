"""What the tests of lists begin with."""

import pytest

from jejak.features.lists import background
from jejak.features.lists.tests.makers import make_vehicle
from jejak.staff import roles
from jejak.staff.tests.makers import make_staff


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(background, "wake", lambda: None)
    settings.HOME = tmp_path


@pytest.fixture
def lead(client):
    """A lead who is logged in."""
    user = make_staff("ayu", roles.LEAD)
    client.force_login(user)
    return user


@pytest.fixture
def vehicle():
    """The kind of an own object."""
    return make_vehicle()

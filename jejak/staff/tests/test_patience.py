"""Whoever tries passwords is kept away, and only they."""

import pytest
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.test import RequestFactory

from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _begin_anew():
    cache.clear()
    yield
    cache.clear()


def log_in(name="ayu", password="secret", address="203.0.113.9"):
    request = RequestFactory().post("/app/login/", REMOTE_ADDR=address)
    return authenticate(request, username=name, password=password)


def test_after_many_wrong_passwords_the_right_one_opens_nothing_from_there():
    ayu = make_staff("ayu")
    assert log_in() == ayu

    for _ in range(10):
        log_in(password="wrong")

    assert log_in() is None
    assert log_in(address="203.0.113.10") == ayu  # Nobody is locked out by others.


def test_many_names_from_one_place_are_counted_together():
    make_staff("ayu")
    for number in range(50):
        log_in(name=f"nobody{number}")
    assert log_in() is None


def test_the_shells_own_login_is_never_refused():
    ayu = make_staff("ayu")
    for _ in range(12):
        authenticate(None, username="ayu", password="wrong")
    assert authenticate(None, username="ayu", password="secret") == ayu


def test_behind_a_proxy_whoever_calls_is_counted_and_not_the_proxy(settings):
    settings.BEHIND_PROXY = True
    ayu = make_staff("ayu")

    def asked(seen, password):
        headers = {"X-Forwarded-For": f"198.51.100.7, {seen}"}
        request = RequestFactory().post("/app/login/", REMOTE_ADDR="127.0.0.1", headers=headers)
        return authenticate(request, username="ayu", password=password)

    for _ in range(10):
        asked("203.0.113.9", "wrong")
    assert asked("203.0.113.9", "secret") is None
    assert asked("203.0.113.10", "secret") == ayu

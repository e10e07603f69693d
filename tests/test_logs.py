"""What a process prints must not say who its customers are: pages and calls are driven, and the log is searched."""

import logging
from datetime import UTC, datetime

import pytest
from django.test import Client

from jejak.api import limits
from jejak.people.tests.makers import make_person
from jejak.staff import roles, tokens
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db(databases=["default", "inlet"])

PRIVATE = ["siti", "rahayu", "62812345678", "0812345678"]


def test_no_personal_data_is_logged_when_people_are_looked_at(eventlog, caplog, capfd):
    caplog.set_level(logging.DEBUG, logger="jejak")
    limits.calls.forget()
    user = make_staff("ayu", roles.ADMINISTRATOR)
    person = make_person("Siti Rahayu", handles={"email": "siti.rahayu@example.com", "phone": "+62812345678"})
    browser = Client(raise_request_exception=False)
    browser.force_login(user)

    found = browser.get("/app/records/person/?q=siti.rahayu@example.com")
    assert found.status_code == 200
    for address in [
        "/app/records/person/?q=Siti+Rahayu",
        "/app/people/search/?q=0812345678",
        f"/app/people/{person.pk}/",
        f"/app/people/{person.pk}/said/",
        "/app/people/999999/?q=siti.rahayu@example.com",
        "/app/find/?q=siti",
        "/app/insights/people/?measure=nothing&q=siti",
        "/app/settings/audit/?by=siti",
        "/app/capture/?person=siti.rahayu@example.com",
    ]:
        browser.get(address)
    browser.post("/app/records/person/?q=siti", {"email": "siti.rahayu@example.com"})
    browser.post("/app/login/", {"username": "siti.rahayu@example.com", "password": "0812345678"})

    _token, secret = tokens.make(name="All", user=user, scopes=["*"], made_by=user, now=datetime.now(UTC))
    call = {"headers": {"Authorization": f"Bearer {secret}"}}
    for address in [
        "/api/v1/me?q=siti",
        "/api/v1/audit?by=siti&limit=x",
        "/api/v1/nothing?email=siti@example.com",
    ]:
        Client().get(address, **call)
    Client().post("/api/v1/me", b'{"email": "siti@example.com"', content_type="application/json", **call)
    Client().get("/api/v1/me", headers={"Authorization": "Bearer jjk_siti"})

    out, err = capfd.readouterr()
    written = (caplog.text + out + err).lower()
    assert [word for word in [*PRIVATE, secret.lower(), "jjk_"] if word in written] == []

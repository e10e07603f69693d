"""Dashboards for programs: what a caller may read, told as on the page."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from jejak.features.dashboards.tests.makers import make_dashboard
from jejak.questions.tests.makers import busy
from jejak.staff import tokens
from jejak.staff.roles import ANALYST, LEAD
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db(databases=["default", "inlet"])


@pytest.fixture
def ask(client, eventlog):
    """Ask as an analyst."""
    cache.clear()
    _token, secret = tokens.make(
        user=make_staff("Ayu", ANALYST), made_by=None, name="test", scopes=["*"],
        expires_at=None, now=datetime.now(UTC),
    )  # fmt: skip

    def get(path):
        return client.get(f"/api/v1/dashboards{path}", headers={"Authorization": f"Bearer {secret}"})

    return get


def test_programs_see_what_their_maker_sees(ask):
    shared = make_dashboard(name="Stores")
    theirs = make_dashboard(owner=make_staff("Siti", LEAD), is_shared=False, name="Private")
    assert [one["name"] for one in ask("").json()["items"]] == ["Stores"]
    assert (ask(f"/{shared.pk}").status_code, ask(f"/{theirs.pk}").status_code) == (200, 404)
    assert ask(f"/{theirs.pk}/tiles").status_code == 404


def test_tiles_are_told_with_their_numbers_and_tables(ask):
    busy(9, until=datetime.now(UTC))
    made = make_dashboard(
        ("measure", {"measure": "people"}),
        ("measure", {"measure": "people", "as": "channel"}),
        ("quotes", {}),
    )
    number, bars, quotes = ask(f"/{made.pk}/tiles?days=90").json()["items"]
    assert number["number"]["value"] > 0
    assert number["number"]["unit"] == "number"
    assert bars["charts"][0]["columns"][0] == "Channel"
    assert len(bars["charts"][0]["rows"]) == 3
    assert quotes["trouble"] == "Nobody wrote anything with a score in this window."


def test_filters_narrow_the_tiles_and_bad_ones_are_said(ask):
    busy(10, until=datetime.now(UTC))
    made = make_dashboard(("measure", {"measure": "touchpoints"}))
    all_of_it, web = (
        ask(f"/{made.pk}/tiles?days=90{more}").json()["items"][0]["number"]["value"]
        for more in ("", "&channel=web")
    )
    assert 0 < web < all_of_it
    assert ask(f"/{made.pk}/tiles?days=0").status_code == 422

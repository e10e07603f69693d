"""What a person's page costs with the cards of all features filled."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jejak import eventlog as log
from jejak.features.agenda.actions import notes
from jejak.features.agenda.tests.makers import make_meeting, make_task
from jejak.features.crm.tests.makers import belong, make_company, make_deal
from jejak.features.leads.models import Lead, LeadForm
from jejak.features.profiles.tests.makers import happened, put
from jejak.people.models import Merge, Person, Suggestion
from jejak.people.tests.makers import HOUR, NOON, make_person
from jejak.records.models import OwnObject, OwnRecord
from jejak.staff.models import Team, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def dewi(client):
    """Who reads the page, and owns everything on it."""
    dewi = User.objects.create_superuser("dewi", first_name="Dewi")
    client.force_login(dewi)
    return dewi


@pytest.fixture
def siti(dewi):
    Team.objects.create(key="shop", name="Shop")
    return make_person(
        "Siti Rahayu",
        handles={"user_id": "u-1"},
        traits={"birthday": "1988"},
        owner=dewi,
        team_key="shop",
        tags=["vip"],
    )


def fill(siti: Person, dewi: User, number: int) -> None:
    """Give every card of the page one more row, where it can be on a trail of its own."""
    visitor = make_person(
        "Siti R.", root=siti, handles={"anonymous_id": f"a-{number}"}, traits={"birthday": f"199{number}"}
    )
    Merge.objects.create(person=siti, other=visitor, rule="same_email", merged_at=NOON, merged_by=dewi)
    Suggestion.objects.create(
        person=visitor, other=make_person("Siti"), rule="shared_email", suggested_at=NOON
    )
    on: dict[str, Any] = {"about_kind": "person", "about_id": visitor.pk, "by": dewi}
    make_task(f"Task {number}", owner=dewi, **on)
    make_meeting(f"Coming {number}", owner=dewi, **on)
    make_meeting(f"Before {number}", starts_at=NOON - 48 * HOUR, now=NOON - 96 * HOUR, owner=dewi, **on)
    notes.write(text=f"Note {number}", now=NOON, **on)
    company = make_company(f"Company {number}")
    belong(company, visitor, role="Buyer")
    make_deal(f"Deal {number}", person=siti, company=company, owner=dewi)
    form = LeadForm.objects.create(
        name=f"Form {number}", slug=f"form-{number}", title="Form", created_at=NOON
    )
    Lead.objects.create(
        form=form, person=visitor, owner=dewi, is_new=True, captured_at=NOON, token=f"once-{number}"
    )
    own = OwnObject.objects.create(
        key=f"vehicle_{number}", name="Vehicle", plural=f"Vehicles {number}", created_at=NOON
    )
    OwnRecord.objects.create(
        object=own, title=f"Vehicle {number}", person=visitor, created_at=NOON, changed_at=NOON
    )
    put(happened(visitor), happened(visitor, "Survey Answered", score=9.0, scale="nps"))


@pytest.fixture
def asked(client, monkeypatch):
    """Return what a page asks of the database and of the log, and its text."""
    real = log.ask

    def ask(person):
        of_log = []

        def noted(sql, **values):
            of_log.append((sql, values))
            return real(sql, **values)

        monkeypatch.setattr(log, "ask", noted)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"/app/people/{person.pk}/").content.decode()
        return [one["sql"] for one in queries], of_log, page

    return ask


def test_every_card_has_its_rows(siti, dewi, asked, eventlog):
    fill(siti, dewi, 1)
    page = asked(siti)[2]
    for text in (
        "Task 1", "Coming 1", "Before 1", "Note 1", "Company 1", "Deal 1", "Form 1", "Vehicle 1", "Shop", "Dewi",
        "Same person?", "Also known by", "9 of 10", "Sources contradict each other",
    ):  # fmt: skip
        assert text in page


def test_a_full_page_asks_no_more_than_thirty_questions_however_much_it_shows(siti, dewi, asked, eventlog):
    asked(siti)  # What is kept for all pages is asked once.
    counts = []
    for number in range(3):
        fill(siti, dewi, number)
        counts.append(len(asked(siti)[0]))
    assert counts[1] == counts[2]
    assert counts[2] <= 30


def test_who_somebody_is_is_asked_once_for_all_cards(siti, dewi, asked, eventlog):
    fill(siti, dewi, 1)
    of_database, of_log, _page = asked(siti)
    of_trails = [sql for sql in of_database if 'FROM "people_person"' in sql]
    # Who it is, and who else they may be: each asks for the people and for their trails.
    assert len(of_trails) == 4
    # The trail, its numbers, what came back, the audiences.
    assert len(of_log) == len({sql for sql, _values in of_log}) <= 4

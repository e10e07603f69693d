"""Tasks and meetings as records: in lists, forms and the API, which know nothing of them."""

import pytest
from django.utils import timezone

from jejak.features.agenda.models import Meeting, Task
from jejak.features.agenda.tests.makers import make_dewi, make_meeting, make_task
from jejak.people.tests.makers import make_person
from jejak.records import changing, kinds, own

pytestmark = pytest.mark.django_db


@pytest.fixture
def dewi(client):
    user = make_dewi()
    client.force_login(user)
    return user


@pytest.mark.parametrize("kind", ["task", "meeting"])
def test_they_have_a_list_a_form_and_a_file(client, dewi, kind):
    own.declare_field(kind=kinds.kind(kind), label="Budget", type="money", currency="IDR", now=timezone.now())
    siti = make_person("Siti")
    about = {"about_kind": "person", "about_id": siti.pk}
    record = make_task(owner=dewi, **about) if kind == "task" else make_meeting(owner=dewi, **about)

    for path in ("", "new/", f"{record.pk}/", f"{record.pk}/edit/", "export.csv"):
        answer = client.get(f"/app/records/{kind}/{path}", follow=True)
        assert answer.status_code == 200, path
    page = client.get(f"/app/records/{kind}/").content.decode()
    assert record.title in page
    assert "Siti" in page


def test_programs_read_what_fields_hold_and_staff_what_they_mean(client, dewi):
    siti = make_person("Siti")
    task = make_task(owner=dewi, about_kind="person", about_id=siti.pk)

    values = client.get(f"/api/v1/tasks/{task.pk}").json()["values"]
    person = client.get(f"/api/v1/people/{siti.pk}").json()["values"]

    assert (values["about_id"], values["is_done"], person["is_known"]) == (siti.pk, False, True)
    [row] = client.get("/app/records/task/").context["rows"]
    told = {cell.key: cell.cell.text for cell in row.cells}
    assert (told["about_id"], told["is_done"]) == ("Siti", "No")


def test_a_task_is_made_in_the_form_of_all_fields(client, dewi):
    siti = make_person("Siti", handles={"email": "siti@example.com"})
    answer = client.post(
        "/app/records/task/new/",
        {"title": "Call Siti", "person": siti.pk, "priority": "high", "owner": dewi.pk},
    )
    assert answer.status_code == 303, answer.content.decode()
    task = Task.objects.get()
    assert (task.about_kind, task.person, task.priority) == ("person", siti, "high")


def test_a_meeting_is_made_in_the_form_of_all_fields(client, dewi):
    answer = client.post("/app/records/meeting/new/", {"title": "Coffee", "starts_at": "2026-11-24T10:00"})
    assert answer.status_code == 303, answer.content.decode()
    assert Meeting.objects.get().title == "Coffee"


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("task", {"due_at": "0001-01-01T00:00:00Z", "remind_minutes": 60}, "due_at"),
        ("task", {"due_at": "9999-12-31T23:59:59Z", "repeat": "monthly"}, "due_at"),
        ("task", {"about_kind": "person", "about_id": 1.5}, "about_id"),
        ("task", {"about_kind": "person", "about_id": -1}, "about_id"),
        ("task", {"remind_minutes": 1.5}, "remind_minutes"),
        ("meeting", {"starts_at": "0001-01-01T00:00:00Z"}, "starts_at"),
        ("meeting", {"starts_at": "2026-01-01T00:00:00Z", "ends_at": "9999-12-31T23:59:59Z"}, "ends_at"),
        ("meeting", {"starts_at": "2026-01-01T00:00:00Z", "about_kind": "deal", "about_id": 1.5}, "about_id"),
        ("meeting", {"starts_at": "2026-01-01T00:00:00Z", "remind_minutes": -1}, "remind_minutes"),
    ],
)
def test_what_is_beyond_all_bounds_is_refused_beside_its_field(kind, values, field):
    with pytest.raises(changing.BadValues) as refused:
        changing.make(kind=kinds.kind(kind), values={"title": "X"} | values, by=None, now=timezone.now())
    assert list(refused.value.errors) == [field]

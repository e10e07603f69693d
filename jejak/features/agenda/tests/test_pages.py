"""The pages of tasks, notes and meetings, as staff use them."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jejak.backoffice import slots
from jejak.features.agenda.actions import feeds, notes, tasks
from jejak.features.agenda.models import Meeting, Note, Notice, Task
from jejak.features.agenda.tests.makers import make_dewi, make_meeting, make_task
from jejak.people import merging
from jejak.people.tests.makers import make_person
from jejak.records import changing, kinds, own
from jejak.staff import roles
from jejak.staff.tests.makers import make_staff
from jejak.touchpoints.models import Arrival

pytestmark = pytest.mark.django_db


@pytest.fixture
def dewi(client):
    user = make_dewi()
    client.force_login(user)
    return user


@pytest.fixture
def now():
    return timezone.now()


def test_a_line_becomes_a_task(client, dewi):
    page = client.post("/app/tasks/add/", {"line": "Call Siti in 3 days"}, follow=True)

    task = Task.objects.get()
    assert (task.title, task.owner, task.made_by) == ("Call Siti", dewi, dewi)
    assert (timezone.localdate(task.due_at) - timezone.localdate()).days == 3
    assert "Call Siti" in page.content.decode()


def test_a_task_of_a_person_hangs_on_them(client, dewi):
    siti = make_person("Siti", handles={"email": "siti@example.com"})
    client.post(
        "/app/tasks/add/",
        {"line": "Call back", "about_kind": "person", "about_id": siti.pk, "next": f"/app/people/{siti.pk}/"},
    )
    assert Task.objects.get().person == siti


def test_tasks_are_grouped_by_when_they_are_due(client, dewi, now):
    make_task("Long ago", owner=dewi, due_at=now - timedelta(days=3))
    make_task("Some day", owner=dewi)
    make_task("In two weeks", owner=dewi, due_at=now + timedelta(days=14))
    done = make_task("Finished", owner=dewi)
    tasks.complete(task=done, by=dewi, now=now)

    groups = client.get("/app/tasks/").context["groups"]

    assert [(g.key, [r.task.title for r in g.rows]) for g in groups if g.rows] == [
        ("overdue", ["Long ago"]),
        ("later", ["In two weeks", "Some day"]),
        ("done", ["Finished"]),
    ]


def test_a_list_costs_the_same_with_one_and_with_three(client, dewi, now):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            client.get("/app/tasks/")
        return len(asked)

    siti = make_person("Siti")
    make_task(owner=dewi, about_kind="person", about_id=siti.pk, due_at=now)
    client.get("/app/tasks/")
    first = cost()
    for name in ("Budi", "Ayu"):
        make_task(owner=dewi, about_kind="person", about_id=make_person(name).pk, due_at=now)
    assert cost() == first


def test_done_and_open_again(client, dewi):
    task = make_task(owner=dewi)
    address = f"/app/tasks/{task.pk}/done/"

    client.post(address, {"done": "1"})
    client.post(address, {"done": "1"})
    assert Task.objects.get().done_by == dewi
    client.post(address, {"done": "0", "next": "https://elsewhere.example/"})
    assert Task.objects.get().done_at is None


def test_a_form_leads_only_to_pages_of_ours(client, dewi):
    task = make_task(owner=dewi)
    answer = client.post(f"/app/tasks/{task.pk}/done/", {"next": "https://elsewhere.example/"})
    assert answer["Location"] == "/app/tasks/"


def test_a_task_is_changed_and_what_is_wrong_is_said(client, dewi):
    task = make_task(owner=dewi)
    said = {
        "title": "Call Siti again", "due_at": "2026-12-01T09:00", "owner": dewi.pk, "priority": "high",
        "remind_minutes": "30", "repeat": "weekly", "text": "About the invoice",
    }  # fmt: skip

    assert client.post(f"/app/tasks/{task.pk}/", said).status_code == 302
    assert client.post(f"/app/tasks/{task.pk}/", said | {"title": ""}).status_code == 422

    task.refresh_from_db()
    assert (task.title, task.priority, task.repeat) == ("Call Siti again", "high", "weekly")
    assert task.due_at - task.remind_at == timedelta(minutes=30)


def test_postponing_takes_words(client, dewi):
    task = make_task(owner=dewi)
    client.post(f"/app/tasks/{task.pk}/postpone/", {"to": "tomorrow 9:00"})
    task.refresh_from_db()
    assert timezone.localtime(task.due_at).hour == 9


def test_somebody_of_a_team_sees_their_own_tasks_and_their_teams(client, now):
    ayu = make_staff("ayu", roles.SUPPORT, sees="own teams", teams=["shops"])
    other = make_task("Not hers")
    hers, teams = make_task("Hers", owner=ayu), make_task("Her team's")
    Task.objects.filter(pk=teams.pk).update(team_key="shops")
    client.force_login(ayu)

    page = client.get("/app/tasks/?who=all").content.decode()

    assert ("Hers" in page, "Her team" in page, "Not hers" in page) == (True, True, False)
    assert client.get(f"/app/tasks/{other.pk}/").status_code == 404
    assert client.get(f"/app/tasks/{hers.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("role", "sees", "adds"),
    [
        (roles.LEAD, 200, True),
        (roles.SUPPORT, 200, True),
        (roles.MARKETING, 200, True),
        (roles.ANALYST, 200, False),
        (roles.VIEWER, 0, False),
    ],
)
def test_a_role_may_what_it_is_for(client, role, sees, adds):
    client.force_login(make_staff("ayu", role))
    siti = make_person("Siti")
    for address in (
        "/app/tasks/",
        "/app/calendar/",
        f"/app/notes/person/{siti.pk}/",
        "/app/calendar/address/",
    ):
        status = client.get(address).status_code
        assert status == sees or (not sees and status in {302, 404}), address
    client.post("/app/tasks/add/", {"line": "Call Siti"})
    client.post("/app/notes/write/", {"text": "Nice", "about_kind": "person", "about_id": siti.pk})
    assert (Task.objects.exists(), Note.objects.exists()) == (adds, adds)


def test_nobody_sees_nothing(client):
    task, meeting = make_task(), make_meeting()
    for address in (
        "/app/tasks/", f"/app/tasks/{task.pk}/", "/app/calendar/", f"/app/calendar/meetings/{meeting.pk}/",
        "/app/tasks/notices/", "/app/tasks/colleagues/", f"/app/calendar/meetings/{meeting.pk}/meeting.ics",
    ):  # fmt: skip
        assert client.get(address)["Location"].startswith("/app/login/"), address


def test_a_note_tells_those_it_mentions(client, dewi, now):
    budi = make_staff("budi", roles.SUPPORT)
    make_staff("rani", roles.VIEWER)
    siti = make_person("Siti")

    client.post(
        "/app/notes/write/",
        {
            "text": "@budi @rani @dewi see https://toko.example <b>",
            "about_kind": "person",
            "about_id": siti.pk,
        },
    )

    assert list(Notice.objects.values_list("user", "kind")) == [(budi.pk, "mention")]
    page = client.get(f"/app/notes/person/{siti.pk}/").content.decode()
    assert '<span class="ag-mention">@budi</span>' in page
    assert '<a href="https://toko.example" rel="nofollow">' in page
    assert "&lt;b&gt;" in page


def test_a_note_is_changed_by_whoever_wrote_it_and_keeps_its_history(client, dewi, now):
    siti, budi = make_person("Siti"), make_staff("budi", roles.SUPPORT)
    note = notes.write(text="Likes tea", about_kind="person", about_id=siti.pk, by=budi, now=now)
    client.force_login(budi)

    client.post(f"/app/notes/{note.pk}/", {"text": "Likes coffee"})
    assert "Likes tea" in client.get(f"/app/notes/{note.pk}/").content.decode()
    client.force_login(make_staff("ayu", roles.SUPPORT))
    assert client.post(f"/app/notes/{note.pk}/", {"text": "Mine"}).status_code in {302, 403}

    note.refresh_from_db()
    assert note.text == "Likes coffee"


def test_a_deleted_note_is_gone_and_can_come_back(client, dewi, now):
    siti = make_person("Siti")
    note = notes.write(text="Likes tea", about_kind="person", about_id=siti.pk, by=dewi, now=now)
    client.post(f"/app/notes/{note.pk}/delete/")
    assert "Likes tea" not in client.get(f"/app/notes/person/{siti.pk}/").content.decode()
    client.post(f"/app/notes/{note.pk}/delete/", {"restore": "1"})
    assert "Likes tea" in client.get(f"/app/notes/person/{siti.pk}/").content.decode()


def test_notes_follow_a_merge_and_come_apart_again(client, dewi, now):
    siti, other = make_person("Siti"), make_person("Siti Nurhaliza")
    notes.write(text="Likes tea", about_kind="person", about_id=other.pk, by=dewi, now=now)
    merge = merging.merge(person=siti, other=other, rule="staff", evidence={}, by=dewi, now=now)

    assert "Likes tea" in client.get(f"/app/notes/person/{siti.pk}/").content.decode()
    merging.unmerge(merge=merge, by=dewi, now=now)
    assert "Likes tea" not in client.get(f"/app/notes/person/{siti.pk}/").content.decode()


def test_the_person_page_shows_tasks_notes_and_meetings(client, dewi, now, eventlog):
    siti = make_person("Siti", handles={"email": "siti@example.com"})
    make_task("Send the offer", owner=dewi, about_kind="person", about_id=siti.pk)
    make_meeting(
        "Coffee", starts_at=now + timedelta(days=1), about_kind="person", about_id=siti.pk, owner=dewi
    )
    notes.write(text="Likes tea", about_kind="person", about_id=siti.pk, by=dewi, now=now)

    page = client.get(f"/app/people/{siti.pk}/").content.decode()

    assert [one in page for one in ("Send the offer", "Coffee", "Likes tea", "jk-card--failed")] == [
        True, True, True, False,
    ]  # fmt: skip


def test_home_and_the_bell_tell_of_today(client, dewi, now):
    budi = make_staff("budi", roles.SUPPORT)
    make_task("Send the offer", owner=dewi, by=budi, due_at=now)
    page = client.get("/app/").content.decode()
    assert "Send the offer" in page
    assert 'class="jk-bell__count">1<' in page

    notice = Notice.objects.get()
    assert client.get(f"/app/tasks/notices/{notice.pk}/")["Location"] == f"/app/tasks/{notice.task_id}/"
    assert "jk-bell__count" not in client.get("/app/tasks/notices/").content.decode()


def test_a_meeting_is_planned_held_and_on_the_trail(client, dewi):
    siti = make_person("Siti", handles={"email": "siti@example.com"})
    answer = client.post(
        "/app/calendar/plan/",
        {
            "title": "Coffee", "kind": "call", "starts_at": "2026-11-24T10:00", "ends_at": "2026-11-24T10:30",
            "owner": dewi.pk, "about_kind": "person", "about_id": siti.pk,
        },
    )  # fmt: skip
    meeting = Meeting.objects.get()
    assert answer["Location"] == f"/app/calendar/meetings/{meeting.pk}/"
    assert [one.person for one in meeting.attendees.all()] == [siti]

    client.post(f"/app/calendar/meetings/{meeting.pk}/held/", {"outcome": "Wants a discount"})

    meeting.refresh_from_db()
    assert (meeting.state, meeting.outcome) == ("held", "Wants a discount")
    messages = [json.loads(bytes(arrival.body))[0] for arrival in Arrival.objects.order_by("pk")]
    assert [message["event"] for message in messages] == ["Meeting Planned", "Call Made"]


def test_a_meeting_that_ends_before_it_begins_is_refused(client, dewi):
    said = {"title": "Coffee", "kind": "call", "starts_at": "2026-11-24T10:00", "ends_at": "2026-11-24T09:00"}
    page = client.post("/app/calendar/plan/", said)
    assert page.status_code == 422
    assert "It ends before it begins." in page.content.decode()


def test_weeks_and_months_are_drawn(client, dewi, now):
    make_meeting("Coffee", starts_at=now, ends_at=now + timedelta(hours=1), owner=dewi)
    make_meeting("Fair", starts_at=now, ends_at=now + timedelta(days=3), owner=dewi)
    for view in ("week", "month"):
        page = client.get(f"/app/calendar/?view={view}").content.decode()
        assert "Coffee" in page
        assert "Fair" in page
    assert client.get("/app/calendar/?on=nonsense&view=x&who=y").status_code == 200


def test_people_are_asked_and_answer(client, dewi):
    siti = make_person("Siti", handles={"email": "siti@example.com"})
    budi = make_staff("budi", roles.SUPPORT)
    meeting = make_meeting(owner=dewi)

    client.post(
        f"/app/calendar/meetings/{meeting.pk}/invite/",
        {"colleague": budi.pk, "emails": "Siti@Example.com; stranger@x.example; nonsense"},
    )

    asked = list(meeting.attendees.order_by("email").values_list("email", "person", "user"))
    assert asked == [
        ("budi@example.com", None, budi.pk), ("siti@example.com", siti.pk, None), ("stranger@x.example", None, None),
    ]  # fmt: skip
    attendee = meeting.attendees.get(person=siti)
    client.post(f"/app/calendar/meetings/{meeting.pk}/attendees/{attendee.pk}/", {"answer": "accepted"})
    attendee.refresh_from_db()
    assert attendee.answer == "accepted"


def test_a_calendar_is_read_by_its_secret_until_it_is_reset(client, dewi, now):
    make_meeting("Coffee; tea, and \\ more\nlines", starts_at=now, owner=dewi)
    make_meeting("Somebody else's", starts_at=now)
    token = feeds.reset(user=dewi, now=now)
    client.logout()

    answer = client.get(reverse("agenda_feed", args=[token]))

    text = answer.content.decode().replace("\r\n ", "")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "SUMMARY:Coffee\\; tea\\, and \\\\ more lines" in text
    assert "Somebody" not in text
    feeds.reset(user=dewi, now=now)
    assert client.get(reverse("agenda_feed", args=[token])).status_code == 404


def test_the_secret_is_shown_once(client, dewi):
    page = client.post("/app/calendar/address/").content.decode()
    assert ".ics" in page
    assert ".ics" not in client.get("/app/calendar/address/").content.decode()


def test_colleagues_are_found_by_their_first_letters(client, dewi):
    make_staff("budi", roles.SUPPORT, first_name="Budi", last_name="Santoso")
    assert client.get("/app/tasks/colleagues/?q=san").json() == {
        "staff": [{"username": "budi", "name": "Budi Santoso"}]
    }


def test_own_objects_have_tasks_and_notes_too(client, dewi, rf, now):
    own.declare_object(name="Vehicle", plural="Vehicles", now=now)
    kind = kinds.kind("vehicle")
    vehicle = changing.make(kind=kind, values={"title": "B 1 AYU"}, by=dewi, now=now)
    about = {"about_kind": "vehicle", "about_id": vehicle.pk}
    client.post("/app/tasks/add/", {"line": "Wash it", **about})
    client.post("/app/notes/write/", {"text": "It is red", **about})
    request = rf.get("/app/")
    request.user = dewi

    html = "".join(slots.fill("record.panels", request, kind=kind, record=vehicle))

    assert [one in html for one in ("Wash it", "It is red", "jk-card--failed")] == [True, True, False]
    assert "B 1 AYU" in client.get(f"/app/notes/vehicle/{vehicle.pk}/").content.decode()

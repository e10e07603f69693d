"""Who may see tasks, notes and meetings, and who may change them."""

from datetime import UTC, datetime
from typing import Any

from jejak.features.agenda.actions import meetings, notes
from jejak.features.agenda.actions.meetings import Guest
from jejak.features.agenda.models import CalendarFile, Notice
from jejak.features.agenda.tests.makers import make_meeting, make_task
from jejak.people.tests.makers import make_person
from jejak.staff.models import User
from tests.access import ANALYST, EVERYBODY, LEAD, MARKETING, SUPPORT, page, post, public

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_SEE = (LEAD, SUPPORT, MARKETING, ANALYST)
_DO = (LEAD, SUPPORT, MARKETING)


def task() -> dict[str, Any]:
    return {"task_id": make_task().pk}


def note() -> dict[str, Any]:
    # Only whoever wrote a note changes it: this one nobody of them did.
    siti = make_person("Siti")
    return {
        "note_id": notes.write(text="Likes tea", about_kind="person", about_id=siti.pk, by=None, now=NOW).pk
    }


def record() -> dict[str, Any]:
    return {"kind": "person", "record_id": make_person("Siti").pk}


def meeting() -> dict[str, Any]:
    return {"meeting_id": make_meeting().pk}


def attendee() -> dict[str, Any]:
    held = make_meeting()
    asked = meetings.invite(meeting=held, guests=[Guest(email="siti@example.com")], by=None, now=NOW)
    return {"meeting_id": held.pk, "attendee_id": asked[0].pk}


def notice() -> dict[str, Any]:
    user = User.objects.order_by("pk").first()
    assert user is not None
    number = Notice.objects.count()
    return {"notice_id": Notice.objects.create(user=user, kind="reminder", key=str(number), made_at=NOW).pk}


def file() -> dict[str, Any]:
    user = User.objects.order_by("pk").first()
    assert user is not None
    event = "BEGIN:VEVENT\nUID:1\nDTSTART:20261124T020000Z\nEND:VEVENT"
    text = f"BEGIN:VCALENDAR\n{event}\nEND:VCALENDAR\n"
    return {"file_id": CalendarFile.objects.create(by=user, made_at=NOW, text=text).pk}


ACCESS = {
    "agenda:tasks": page(*_SEE),
    "agenda:add_task": post(*_DO),
    "agenda:task": page(*_SEE, change=_DO, make=task),
    "agenda:task_done": post(*_DO, make=task),
    "agenda:task_postpone": post(*_DO, make=task),
    "agenda:task_remove": post(LEAD, SUPPORT, make=task),
    "agenda:notices": page(*EVERYBODY, change=EVERYBODY),
    "agenda:notice": page(*EVERYBODY, make=notice),
    "agenda:colleagues": page(*_SEE),
    "agenda:write_note": post(*_DO, only_refusals=True),
    "agenda:note": page(*_DO, make=note),
    "agenda:note_delete": post(*_DO, make=note, only_refusals=True),
    "agenda:note_pin": post(*_DO, make=note),
    "agenda:notes": page(*_SEE, make=record),
    "agenda:calendar": page(*_SEE),
    "agenda:plan": page(*_DO, change=_DO),
    "agenda:ics": page(*_DO, change=_DO),
    "agenda:ics_look": page(*_DO, change=_DO, make=file),
    "agenda:address": page(*_SEE, change=_SEE),
    "agenda:meeting": page(*_SEE, make=meeting),
    "agenda:meeting_edit": page(*_DO, change=_DO, make=meeting),
    "agenda:meeting_hold": post(*_DO, make=meeting),
    "agenda:meeting_cancel": post(*_DO, make=meeting),
    "agenda:meeting_invite": post(*_DO, make=meeting),
    "agenda:meeting_answer": post(*_DO, make=attendee),
    "agenda:meeting_file": page(*_SEE, make=meeting),
    "agenda_feed": public(make=lambda: {"token": "nobodys"}),
}

"""Tasks: given, done, repeated, reminded of."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from jejak.features.agenda.actions import notices, tasks
from jejak.features.agenda.models import Notice, Task
from jejak.features.agenda.tests.makers import DAY, HOUR, NOON, make_dewi, make_meeting, make_task
from jejak.people.tests.makers import make_person
from jejak.records import changing, filtering, kinds
from jejak.touchpoints.models import Arrival

pytestmark = pytest.mark.django_db
JAKARTA = ZoneInfo("Asia/Jakarta")


def told():
    """The touchpoints that were recorded: their names and handles."""
    messages = [json.loads(bytes(arrival.body))[0] for arrival in Arrival.objects.order_by("pk")]
    return [(message["event"], message["handles"]) for message in messages]


def test_a_task_about_a_person_is_on_their_trail_when_given_and_when_done():
    dewi, siti = make_dewi(), make_person("Siti", handles={"email": "siti@example.com"})
    task = make_task(owner=dewi, about_kind="person", about_id=siti.pk, due_at=NOON)

    tasks.complete(task=task, by=dewi, now=NOON + 3 * HOUR)

    assert told() == [
        ("Task Assigned", {"email": "siti@example.com"}),
        ("Task Completed", {"email": "siti@example.com"}),
    ]
    assert task.person_id == siti.pk


def test_a_task_is_done_once():
    task = make_task()
    tasks.complete(task=task, by=None, now=NOON)
    with pytest.raises(tasks.DoneAlready):
        tasks.complete(task=Task.objects.get(pk=task.pk), by=None, now=NOON)


@pytest.mark.parametrize(
    ("repeat", "due", "done", "following"),
    [
        ("daily", "2026-11-23 09:00", "2026-11-23 10:00", "2026-11-24 09:00"),
        ("daily", "2026-11-20 09:00", "2026-11-23 10:00", "2026-11-24 09:00"),
        ("weekly", "2026-11-23 09:00", "2026-11-22 10:00", "2026-11-30 09:00"),
        ("monthly", "2027-01-31 09:00", "2027-01-31 10:00", "2027-02-28 09:00"),
    ],
)
def test_one_that_repeats_makes_the_next(repeat, due, done, following):
    at = [datetime.fromisoformat(one).replace(tzinfo=JAKARTA) for one in (due, done, following)]
    task = make_task(due_at=at[0], repeat=repeat, remind_minutes=30)

    made = tasks.complete(task=task, by=None, now=at[1])

    assert made is not None
    assert (made.due_at, made.remind_at) == (at[2], at[2] - timedelta(minutes=30))


def test_a_monthly_task_of_the_31st_keeps_to_it():
    task = make_task(due_at=datetime(2027, 1, 31, 9, tzinfo=JAKARTA), repeat="monthly")
    second = tasks.complete(task=task, by=None, now=datetime(2027, 1, 31, 10, tzinfo=JAKARTA))
    third = tasks.complete(task=second, by=None, now=datetime(2027, 2, 28, 10, tzinfo=JAKARTA))
    assert third.due_at == datetime(2027, 3, 31, 9, tzinfo=JAKARTA)


def test_opening_it_again_takes_the_next_one_back():
    task = make_task(due_at=NOON, repeat="daily")
    tasks.complete(task=task, by=None, now=NOON)
    tasks.reopen(task=task, now=NOON)
    assert list(Task.objects.values_list("pk", "done_at")) == [(task.pk, None)]
    with pytest.raises(tasks.NotDone):
        tasks.reopen(task=task, now=NOON)


def test_a_reminder_is_given_once_and_again_only_when_the_time_moves():
    dewi = make_dewi()
    task = make_task(owner=dewi, due_at=NOON + DAY, remind_minutes=60)

    assert notices.sweep(now=NOON + DAY - 2 * HOUR) == 0
    assert notices.sweep(now=NOON + DAY - HOUR) == 1
    assert notices.sweep(now=NOON + DAY - HOUR) == 0
    tasks.postpone(task=task, due_at=NOON + 2 * DAY, by=dewi, now=NOON + DAY)
    assert notices.sweep(now=NOON + 2 * DAY) == 1

    assert Notice.objects.filter(user=dewi, kind="reminder").count() == 2


def test_what_is_done_or_nobodys_reminds_nobody():
    dewi = make_dewi()
    done = make_task(owner=dewi, due_at=NOON, remind_minutes=0)
    make_task(due_at=NOON, remind_minutes=0)
    tasks.complete(task=done, by=dewi, now=NOON)
    assert notices.sweep(now=NOON + HOUR) == 0


def test_a_meeting_reminds_its_owner():
    dewi = make_dewi()
    make_meeting(owner=dewi, remind_minutes=15)
    assert notices.sweep(now=NOON + DAY) == 1
    assert Notice.objects.get(kind="reminder").user == dewi


def test_notices_go_by_email_once_and_are_tried_again(monkeypatch):
    dewi = make_dewi()
    make_task(owner=dewi, due_at=NOON, remind_minutes=0)

    def broken(*args, **kwargs):
        raise OSError("no mail server")

    monkeypatch.setattr(notices, "send_mail", broken)
    notices.sweep(now=NOON)
    monkeypatch.undo()
    notices.sweep(now=NOON)
    notices.sweep(now=NOON)

    assert sorted(one.subject for one in mail.outbox) == ["A task for you: Call Siti", "Reminder: Call Siti"]


def test_nobody_is_told_what_they_did_themselves():
    dewi = make_dewi()
    make_task(owner=dewi, by=dewi)
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": " "}, "title"),
        ({"about_kind": "person", "about_id": 99}, "about_id"),
        ({"about_kind": "person"}, "about_id"),
        ({"remind_minutes": -5}, "remind_minutes"),
        ({"priority": "urgent"}, "priority"),
        ({"repeat": "hourly"}, "repeat"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(values, field):
    with pytest.raises(changing.BadValues) as refused:
        make_task(**values)
    assert list(refused.value.errors) == [field]


def test_a_list_asks_whether_tasks_are_done_and_undoes_it():
    kind = kinds.kind("task")
    open_, done = make_task("Call Siti"), make_task("Call Budi")
    deed = changing.change(kind=kind, record=done, values={"is_done": True}, by=None, now=NOON)

    def titles(where):
        rows = filtering.narrow(kind.rows(), kind, filtering.parse([where]), me=None, now=NOON)
        return [task.title for task in rows.order_by("pk")]

    assert (titles("is_done~is~yes"), titles("is_done~is~no")) == (["Call Budi"], ["Call Siti"])
    changing.undo(change=deed, by=None, now=NOON)
    assert titles("is_done~is~no") == ["Call Siti", "Call Budi"]
    assert open_.pk

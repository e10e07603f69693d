"""What can be done with tasks."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jejak.actions import offered
from jejak.features.agenda import about, clocks, when
from jejak.features.agenda.actions import notices
from jejak.features.agenda.models import Notice, Task
from jejak.features.agenda.touchpoints import TaskAssigned, TaskCompleted
from jejak.records import changing, kinds
from jejak.records.changing import BadValues
from jejak.records.types import Value
from jejak.staff.models import User
from jejak.touchpoints.recording import record


class DoneAlready(Exception):
    """This task was completed before."""


class NotDone(Exception):
    """A task that is not done cannot be opened again."""


@offered(_("Add a task"))
def add(
    *,
    title: str,
    now: datetime,
    text: str = "",
    due_at: datetime | None = None,
    remind_minutes: int | None = None,
    priority: str = "normal",
    repeat: str = "",
    owner: User | None = None,
    about_kind: str = "",
    about_id: int | None = None,
    by: User | None = None,
) -> Task:
    """Give somebody something to do, by a time. Raises changing.BadValues.

    owner: whose task it is; nobody's yet where left out. about_kind, about_id: the record it hangs on. priority: low,
    normal or high. repeat: daily, weekly, monthly or "".
    """
    values: dict[str, Any] = {
        "title": title,
        "text": text,
        "due_at": due_at.isoformat() if due_at else None,
        "remind_minutes": remind_minutes,
        "priority": priority,
        "repeat": repeat or None,
        "owner": owner.pk if owner else None,
        "about_kind": about_kind or None,
        "about_id": about_id,
    }
    made: Task = changing.make(kind=kinds.kind("task"), values=values, by=by, now=now)
    return made


@offered(_("Complete a task"))
def complete(*, task: Task, by: User | None, now: datetime) -> Task | None:
    """Mark a task as done, and return the next one where it repeats. Raises DoneAlready: the first one counts."""
    with transaction.atomic():
        if not Task.objects.filter(pk=task.pk, done_at=None).update(done_at=now, done_by=by, changed_at=now):
            raise DoneAlready(f"Task {task.pk} was done before.")
        task.done_at, task.done_by, task.changed_at = now, by, now
        if person_id := about.person_of(task.about_kind, task.about_id):
            fact = completed_as(task, by=by.get_username() if by else "", at=now)
            record(fact, handles=about.handles_of(person_id, now), happened_at=now)
        return _next(task, now)


@offered(_("Open a task again"))
def reopen(*, task: Task, now: datetime) -> None:
    """Take back that a task is done; the next one that it made goes, unless somebody touched it. Raises NotDone."""
    with transaction.atomic():
        changed = Task.objects.filter(pk=task.pk, done_at__isnull=False).update(
            done_at=None, done_by=None, changed_at=now
        )
        if not changed:
            raise NotDone(f"Task {task.pk} is not done.")
        task.done_at, task.done_by, task.changed_at = None, None, now
        following = Task.objects.filter(before=task, done_at=None).first()
        if following is not None and following.changed_at == following.created_at:
            following.delete()


@offered(_("Give a task to somebody"))
def assign(*, task: Task, owner: User | None, by: User | None, now: datetime) -> None:
    """Make a task somebody's; they are told, and so is the trail of the person it is about."""
    changing.change(
        kind=kinds.kind("task"),
        record=task,
        values={"owner": owner.pk if owner else None},
        by=by,
        now=now,
    )


@offered(_("Postpone a task"))
def postpone(*, task: Task, due_at: datetime, by: User | None, now: datetime) -> None:
    """Let a task be due later; its reminder moves with it."""
    changing.change(
        kind=kinds.kind("task"), record=task, values={"due_at": due_at.isoformat()}, by=by, now=now
    )


def make(values: Mapping[str, Value], *, by: User | None, now: datetime) -> Task:
    """Begin a task of checked values: what a form, an import or the API says. Raises BadValues."""
    task = Task(made_by=by, created_at=now, changed_at=now)
    write(task, values, by=by, now=now)
    return task


@transaction.atomic
def write(task: Task, values: Mapping[str, Value], *, by: User | None, now: datetime) -> None:
    """Save checked values of a task, with all that follows from them. Raises BadValues."""
    left = dict(values)
    done = left.pop("is_done", None)
    owner_before = task.owner_id
    _check(left, by)
    if "person" in left:
        person_id = left.pop("person")
        left |= {"about_kind": "person" if person_id else None, "about_id": person_id}
    if "about_kind" in left or "about_id" in left:
        _hang(task, left)
    if {"due_at", "remind_minutes"} & left.keys() or task.pk is None:
        _set_times(task, left, now)
    columns = [
        "about_kind", "about_id", "person", "team_key", "remind_at", "reminded_at", "repeat_day",
    ]  # fmt: skip
    if not left.get("priority", "normal"):
        left["priority"] = Task.Priority.NORMAL.value
    if "owner" in left and not task.team_key:
        _take_team(task, left["owner"])
    changing.put(task, kinds.kind("task"), left, now=now, columns=columns)
    if task.owner_id and task.owner_id != owner_before and task.done_at is None:
        _tell_assigned(task, by, now)
    if done and task.done_at is None:
        complete(task=task, by=by, now=now)
    elif done is False and task.done_at is not None:
        reopen(task=task, now=now)


def _check(values: Mapping[str, Value], by: User | None) -> None:
    errors = about.fault_of(values.get("about_kind"), values.get("about_id"), by)
    due = values.get("due_at")
    if why := about.fault_of_time(datetime.fromisoformat(due) if isinstance(due, str) else None):
        errors["due_at"] = why
    minutes = values.get("remind_minutes")
    if isinstance(minutes, int | float) and not 0 <= minutes <= 525_600:
        errors["remind_minutes"] = gettext("A reminder comes at most a year before.")
    elif isinstance(minutes, float):
        errors["remind_minutes"] = gettext("Whole minutes are needed.")
    if errors:
        raise BadValues(errors)


def _hang(task: Task, values: dict[str, Any]) -> None:
    task.about_kind = values.pop("about_kind", None) or ""
    task.about_id = values.pop("about_id", None)
    task.person_id = task.about_id if task.about_kind == "person" else None
    task.team_key = about.team_of(task.about_kind, task.about_id) or task.team_key


def _take_team(task: Task, owner: Value) -> None:
    user = User.objects.filter(pk=int(str(owner))).first() if owner else None
    task.team_key = user.team_keys[0] if user and user.team_keys else ""


def _set_times(task: Task, values: Mapping[str, Value], now: datetime) -> None:
    due = values.get("due_at", task.due_at)
    due_at = datetime.fromisoformat(due) if isinstance(due, str) else due
    minutes = values.get("remind_minutes", task.remind_minutes)
    assert due_at is None or isinstance(due_at, datetime)
    remind_at = due_at - timedelta(minutes=int(str(minutes))) if due_at and minutes is not None else None
    if remind_at != task.remind_at:
        # What was due before it was written down reminds nobody.
        task.remind_at, task.reminded_at = remind_at, now if due_at and due_at < now else None
    if due_at is not None:
        task.repeat_day = due_at.astimezone(clocks.zone_of(task.owner)).day


def _tell_assigned(task: Task, by: User | None, now: datetime) -> None:
    owner = User.objects.get(pk=task.owner_id or 0)
    key = f"assigned:task:{task.pk}:{now:%Y%m%dT%H%M%S%f}"
    notices.give(to=[owner], kind=Notice.Kind.ASSIGNED, key=key, now=now, by=by, task=task)
    if person_id := about.person_of(task.about_kind, task.about_id):
        fact = assigned_as(task, owner=owner.get_username())
        record(fact, handles=about.handles_of(person_id, now), happened_at=now)


def assigned_as(task: Task, *, owner: str) -> TaskAssigned:
    """Return what happened when somebody got a task. owner: their login name."""
    return TaskAssigned(
        task_id=task.pk, title=task.title, owner=owner, priority=task.priority, team=task.team_key
    )


def completed_as(task: Task, *, by: str, at: datetime) -> TaskCompleted:
    """Return what happened when a task was done. by: the login name of whoever did it, or ""."""
    late = max(timedelta(), at - task.due_at) if task.due_at else timedelta()
    hours = round(late.total_seconds() / 3600, 1)
    return TaskCompleted(task_id=task.pk, title=task.title, by=by, late_hours=hours, team=task.team_key)


def _next(task: Task, now: datetime) -> Task | None:
    """Make the next one of a task that repeats: the first that is still to come."""
    if not task.repeat or task.due_at is None or task.archived_at is not None:
        return None
    due_at = after(task, now=now, zone=clocks.zone_of(task.owner))
    minutes = int(task.remind_minutes) if task.remind_minutes is not None else None
    made, is_new = Task.objects.get_or_create(
        before=task,
        defaults={
            "title": task.title,
            "text": task.text,
            "due_at": due_at,
            "remind_minutes": minutes,
            "remind_at": due_at - timedelta(minutes=minutes) if minutes is not None else None,
            "priority": task.priority,
            "repeat": task.repeat,
            "repeat_day": task.repeat_day,
            "owner_id": task.owner_id,
            "made_by_id": task.made_by_id,
            "team_key": task.team_key,
            "tags": task.tags,
            "own": task.own,
            "about_kind": task.about_kind,
            "about_id": task.about_id,
            "person_id": task.person_id,
            "is_sample": task.is_sample,
            "created_at": now,
            "changed_at": now,
        },
    )
    return made if is_new else None


def after(task: Task, *, now: datetime, zone: tzinfo) -> datetime:
    """Return when a task that repeats is due next: at the same time of the day, whatever the clocks do."""
    assert task.due_at is not None
    local = task.due_at.astimezone(zone)
    day, clock = local.date(), local.time()
    while True:
        if task.repeat == Task.Repeat.MONTHLY:
            day = when.months_later(day, 1, on=task.repeat_day)
        else:
            day += timedelta(days=1 if task.repeat == Task.Repeat.DAILY else 7)
        due_at = datetime.combine(day, clock, zone)
        if due_at > now:
            return due_at

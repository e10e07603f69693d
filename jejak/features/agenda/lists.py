"""Tasks, notes and meetings as pages show them: grouped, named, within a staff member's reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jejak.features.agenda import about
from jejak.features.agenda.about import About
from jejak.features.agenda.models import Meeting, Note, Task
from jejak.staff import scope
from jejak.staff.models import User

MOST_SHOWN = 200
_DONE_DAYS, _MOST_DONE = 7, 30
WHO: dict[str, Promise] = {"mine": _("Mine"), "team": _("My team's"), "all": _("Everybody's")}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A task as a list shows it. on: what it hangs on, where its reader may see that."""

    task: Task
    on: About | None
    is_late: bool
    is_today: bool


@dataclass(frozen=True, kw_only=True)
class Group:
    """Some tasks under a heading. more: there are others, which are not shown."""

    key: str
    title: str | Promise
    rows: list[Row]
    more: bool = False


def tasks(user: Any) -> QuerySet[Task]:
    """Return the tasks that somebody sees, those put away aside: their own always, others by their scope."""
    seen = scope.reach(user)
    return Task.objects.filter(archived_at=None).filter(seen | Q(made_by=user.pk) if seen else seen)


def meetings(user: Any) -> QuerySet[Meeting]:
    """Return the meetings that somebody sees: their own, those they are asked to, others by their scope."""
    seen = scope.reach(user)
    asked = Q(pk__in=Meeting.objects.filter(attendees__user=user.pk).values("pk"))
    return Meeting.objects.filter(archived_at=None).filter(
        seen | asked | Q(made_by=user.pk) if seen else seen
    )


def of_whom(found: QuerySet[Task], who: str, user: Any) -> QuerySet[Task]:
    """Narrow tasks to somebody's own, to those of their teams, or not at all."""
    if who == "mine":
        return found.filter(owner=user.pk)
    if who == "team":
        colleagues = User.objects.filter(teams__key__in=user.team_keys).values("pk")
        return found.filter(Q(team_key__in=user.team_keys) | Q(owner__in=colleagues) | Q(owner=user.pk))
    return found


def groups(found: QuerySet[Task], *, now: datetime) -> list[Group]:
    """Return tasks under Overdue, Today, This week, Later and Done, in four queries or so."""
    open_ = list(
        found.filter(done_at=None)
        .select_related("owner")
        .order_by(F("due_at").asc(nulls_last=True), "pk")[: MOST_SHOWN + 1]
    )
    done = list(
        found.filter(done_at__gte=now - timedelta(days=_DONE_DAYS))
        .select_related("owner")
        .order_by("-done_at", "-pk")[:_MOST_DONE]
    )
    more, open_ = len(open_) > MOST_SHOWN, open_[:MOST_SHOWN]
    named = about.named([*open_, *done])
    today = timezone.localdate(now)
    tomorrow, next_week = (
        _midnight(today + timedelta(days=1)),
        _midnight(today + timedelta(days=7 - today.weekday())),
    )
    sorted_: dict[str, list[Row]] = {"overdue": [], "today": [], "week": [], "later": []}
    for task in open_:
        at = task.due_at
        if at is None or at >= max(next_week, tomorrow):
            key = "later"
        else:
            key = "overdue" if at < now else "today" if at < tomorrow else "week"
        sorted_[key].append(row(task, named, now))
    titles = {"overdue": _("Overdue"), "today": _("Today"), "week": _("This week"), "later": _("Later")}
    found_groups = [
        Group(key=key, title=title, rows=sorted_[key], more=more and key == "later")
        for key, title in titles.items()
    ]
    return [*found_groups, Group(key="done", title=_("Done"), rows=[row(task, named, now) for task in done])]


def row(task: Task, named: Any, now: datetime) -> Row:
    at = task.due_at
    return Row(
        task=task,
        on=named.get((task.about_kind, task.about_id)),
        is_late=at is not None and at < now and task.done_at is None,
        is_today=at is not None and timezone.localdate(at) == timezone.localdate(now),
    )


def rows(found: Sequence[Task], *, now: datetime) -> list[Row]:
    """Return tasks as rows, with what they hang on."""
    named = about.named(found)
    return [row(task, named, now) for task in found]


def notes(on: About) -> QuerySet[Note]:
    """Return the notes of a record, those that are pinned first, then the newest."""
    found = Note.objects.filter(about.condition(on), deleted_at=None)
    return found.select_related("by").order_by(F("pinned_at").desc(nulls_last=True), "-made_at", "-pk")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())

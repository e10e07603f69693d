"""What the agenda shows on the pages of others: beside a record, on Home, in the frame."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone

from jejak.features.agenda import about, lists
from jejak.features.agenda.about import About
from jejak.features.agenda.models import Attendee, Meeting, Notice

_TASKS, _NOTES, _MEETINGS, _TODAY = 8, 5, 3, 8


def unseen(request: HttpRequest) -> int:
    """Return how many notices of somebody are new."""
    return Notice.objects.filter(user=request.user.pk, seen_at=None).count()


def tasks(request: HttpRequest, on: About) -> dict[str, Any]:
    """Return the open tasks of a record."""
    now = datetime.now(UTC)
    found = lists.tasks(request.user).filter(about.condition(on), done_at=None).select_related("owner")
    open_ = list(found.order_by(F("due_at").asc(nulls_last=True), "pk")[: _TASKS + 1])
    return {
        "on": on,
        "rows": [lists.row(task, {}, now) for task in open_[:_TASKS]],
        "more": len(open_) > _TASKS,
        "may_add": request.user.has_perm("agenda.add_task"),
        "may_change": request.user.has_perm("agenda.change_task"),
    }


def meetings(request: HttpRequest, on: About) -> dict[str, Any]:
    """Return the next meetings with a record, and the last ones."""
    now = datetime.now(UTC)
    whose = about.condition(on)
    if on.kind == "person":
        whose |= Q(pk__in=Attendee.objects.filter(person__in=on.ids).values("meeting"))
    found = lists.meetings(request.user).filter(whose)
    coming = found.filter(ends_at__gte=now, state=Meeting.State.PLANNED)
    before = found.filter(starts_at__lt=now).exclude(state=Meeting.State.CANCELLED)
    return {
        "on": on,
        "coming": list(coming.order_by("starts_at", "pk")[:_MEETINGS]),
        "before": [
            one
            for one in before.order_by("-starts_at", "-pk")[:_MEETINGS]
            if one.ends_at < now or one.state == "held"
        ],
        "may_add": request.user.has_perm("agenda.add_meeting"),
    }


def notes(request: HttpRequest, on: About) -> dict[str, Any]:
    """Return the notes of a record, pinned ones first."""
    found = list(lists.notes(on)[: _NOTES + 1])
    return {
        "on": on,
        "notes": found[:_NOTES],
        "more": len(found) > _NOTES,
        "may_add": request.user.has_perm("agenda.add_note"),
    }


def today(request: HttpRequest) -> dict[str, Any] | None:
    """Return my overdue tasks and those of today, and the meetings of today; None on a free day."""
    now = datetime.now(UTC)
    begins = datetime.combine(timezone.localdate(now), time(), timezone.get_current_timezone())
    ends = begins + timedelta(days=1)
    mine = lists.tasks(request.user).filter(owner=request.user.pk, done_at=None, due_at__lt=ends)
    found = list(mine.select_related("owner").order_by("due_at", "pk")[: _TODAY + 1])
    held = lists.meetings(request.user).filter(
        Q(owner=request.user.pk) | Q(pk__in=Attendee.objects.filter(user=request.user.pk).values("meeting")),
        starts_at__lt=ends,
        ends_at__gt=begins,
    )
    planned = list(held.exclude(state=Meeting.State.CANCELLED).order_by("starts_at", "pk")[:_TODAY])
    if not found and not planned:
        return None
    return {
        "rows": lists.rows(found[:_TODAY], now=now),
        "more": len(found) > _TODAY,
        "meetings": planned,
        "may_change": request.user.has_perm("agenda.change_task"),
    }

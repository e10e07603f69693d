"""Notices: given once, seen, and sent by e-mail where a mail server is there."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from jejak.features.agenda import clocks
from jejak.features.agenda.models import CalendarFile, Meeting, Note, Notice, Task
from jejak.staff.models import User

log = logging.getLogger(__name__)

_MOST_AT_ONCE = 500
_MOST_TRIES = 5
_LATE = timedelta(days=1)


def give(
    *,
    to: Iterable[User | int],
    kind: str,
    key: str,
    now: datetime,
    by: User | None = None,
    task: Task | None = None,
    note: Note | None = None,
    meeting: Meeting | None = None,
) -> None:
    """Tell staff something, each of them once for the same key. Nobody is told what they did themselves."""
    ids = {user if isinstance(user, int) else user.pk for user in to} - {by.pk if by else None}
    Notice.objects.bulk_create(
        [
            Notice(
                user_id=pk,
                kind=kind,
                key=key,
                by_name=(by.get_full_name() or by.get_username())[:150] if by else "",
                task=task,
                note=note,
                meeting=meeting,
                made_at=now,
            )
            for pk in sorted(pk for pk in ids if pk is not None)
        ],
        ignore_conflicts=True,
    )


def see(*, user: User, now: datetime, notice: Notice | None = None) -> int:
    """Mark a notice as seen, or all of somebody's, and return how many were new."""
    unseen = Notice.objects.filter(user=user, seen_at=None)
    return (unseen.filter(pk=notice.pk) if notice else unseen).update(seen_at=now)


def sweep(*, now: datetime) -> int:
    """Give what reminders are due, send what waits for e-mail, and return how many reminders were given.

    Two processes may do it at once: one UPDATE decides for each reminder, and for each e-mail.
    """
    tasks = Task.objects.filter(done_at=None, owner__isnull=False)
    given = _remind(tasks, now) + _remind(Meeting.objects.filter(state=Meeting.State.PLANNED), now)
    if can_mail():
        _mail(now)
    # What somebody looked at and left holds other people's addresses.
    CalendarFile.objects.filter(change=None, made_at__lt=now - _LATE).delete()
    return given


def can_mail() -> bool:
    """Tell whether this install can send e-mail."""
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    return smtp != settings.EMAIL_BACKEND or settings.EMAIL_HOST not in {"", "localhost"}


def _remind(waiting: QuerySet[Any], now: datetime) -> int:
    waiting = waiting.filter(remind_at__lte=now, reminded_at=None, archived_at=None)
    given = 0
    for thing in waiting.order_by("remind_at")[:_MOST_AT_ONCE]:
        with transaction.atomic():
            # One UPDATE decides which process tells of it, and a change of the time meanwhile wins.
            mine = waiting.filter(pk=thing.pk, remind_at=thing.remind_at).update(reminded_at=now)
            if mine:
                _give_reminder(thing, now)
                given += 1
    return given


def _give_reminder(thing: Task | Meeting, now: datetime) -> None:
    assert thing.remind_at is not None
    key = f"reminder:{thing._meta.model_name}:{thing.pk}:{thing.remind_at:%Y%m%dT%H%M%S}"
    if isinstance(thing, Task):
        give(to=[thing.owner_id or 0], kind=Notice.Kind.REMINDER, key=key, now=now, task=thing)
        return
    colleagues = set(thing.attendees.filter(user__isnull=False).values_list("user_id", flat=True))
    to = {pk for pk in {thing.owner_id, *colleagues} if pk}
    give(to=to, kind=Notice.Kind.REMINDER, key=key, now=now, meeting=thing)


def _mail(now: datetime) -> None:
    waiting = Notice.objects.filter(
        Q(seen_at=None), mailed_at=None, mail_tries__lt=_MOST_TRIES, made_at__gt=now - _LATE
    )
    for notice in waiting.select_related("user", "task", "meeting", "note").order_by("made_at")[
        :_MOST_AT_ONCE
    ]:
        claimed = Notice.objects.filter(pk=notice.pk, mailed_at=None).update(
            mailed_at=now, mail_tries=F("mail_tries") + 1
        )
        if not claimed or not notice.user.email or not notice.user.is_active:
            continue
        try:
            _send(notice)
        except Exception as error:
            log.warning("A notice could not be sent by e-mail: %s", type(error).__name__)
            Notice.objects.filter(pk=notice.pk).update(mailed_at=None)


def _send(notice: Notice) -> None:
    with (
        translation.override(clocks.language_of(notice.user)),
        timezone.override(clocks.zone_of(notice.user)),
    ):
        # An e-mail lies about unencrypted: it names the task, and never what was written about a person.
        title = notice.task or notice.meeting
        subject = f"{notice.get_kind_display()}: {title}" if title else notice.get_kind_display()
        lines = [subject]
        if at := notice.task.due_at if notice.task else notice.meeting.starts_at if notice.meeting else None:
            lines.append(date_format(timezone.localtime(at), "DATETIME_FORMAT"))
        if notice.by_name:
            lines.append(_("By %(name)s") % {"name": notice.by_name})
        lines += ["", f"{settings.BASE_URL.rstrip('/')}/app/tasks/notices/"]
        send_mail(" ".join(subject.split())[:180], "\n".join(lines), None, [notice.user.email])

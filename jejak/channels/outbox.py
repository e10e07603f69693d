"""Sends what waits, outside of any transaction, and tells the trail how it went.

Between the mail server's "taken" and our note of it a process may die. The message is then sent again, with the same
Message-ID, by which receivers recognise it: better twice the same than not at all.
"""

import logging
import smtplib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min, QuerySet

from jejak.channels.email.writing import NotOneLine, written
from jejak.channels.models import Outgoing
from jejak.channels.touchpoints import EmailFailed, EmailSent
from jejak.people import consent
from jejak.people.merging import trail_ids
from jejak.people.whole import recognised_by
from jejak.touchpoints.recording import Touchpoint, record

log = logging.getLogger(__name__)

_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
"""After each attempt that may go better the next time; after the last one it has failed."""
_LEASE = timedelta(minutes=10)
State = Outgoing.State


class _ForGood(Exception):
    """It makes no sense to try again."""


def send_due(
    now: datetime, stopping: threading.Event, *, clock: Callable[[], datetime] | None = None
) -> timedelta | None:
    """Send everything that is due, and return after which time something is due again. clock: for the time it takes."""
    while not stopping.is_set() and (message := _take(clock() if clock else now)):
        _send(message, clock() if clock else now)
    next_at = _waiting().aggregate(at=Min("due_at"))["at"]
    return max(next_at - now, timedelta(seconds=1)) if next_at else None


def _waiting() -> "QuerySet[Outgoing]":
    return Outgoing.objects.filter(state__in=[State.QUEUED, State.SENDING])


def _take(now: datetime) -> Outgoing | None:
    """Take one that is due; of two processes that want the same, one UPDATE lets one have it."""
    for message in _waiting().filter(due_at__lte=now).select_related("by").order_by("due_at")[:20]:
        mine = _waiting().filter(pk=message.pk, due_at=message.due_at, attempts=message.attempts)
        if mine.update(state=State.SENDING, due_at=now + _LEASE, attempts=message.attempts + 1):
            message.attempts += 1
            return message
    return None


def _send(message: Outgoing, now: datetime) -> None:
    try:
        _hand_over(message)
    except _ForGood as error:
        _failed(message, str(error), now)
    except (smtplib.SMTPException, OSError) as error:
        # Neither the address nor what was written is for the process's log.
        log.warning(
            "E-mail %s could not be sent (attempt %s): %s", message.pk, message.attempts, type(error).__name__
        )
        if message.attempts > len(_WAITS):
            _failed(message, _said(error), now)
        else:
            Outgoing.objects.filter(pk=message.pk).update(
                state=State.QUEUED, due_at=now + _WAITS[message.attempts - 1], trouble=_said(error)[:300]
            )
    else:
        _sent(message, now)


def _hand_over(message: Outgoing) -> None:
    try:
        consent.check(trail_ids(message.person_id), purpose=message.purpose, channel=message.channel)
        written(message).send()
    except (consent.NotAllowed, NotOneLine) as error:
        raise _ForGood(str(error)) from error
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        if code >= 500:
            raise _ForGood(_text(said)) from error
        raise
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        if error.smtp_code >= 500:
            raise _ForGood(_said(error)) from error
        raise


@transaction.atomic
def _sent(message: Outgoing, now: datetime) -> None:
    Outgoing.objects.filter(pk=message.pk).update(state=State.SENT, sent_at=now, trouble="")
    fact = EmailSent(
        subject=message.subject, purpose=message.purpose, email_id=message.message_id, by=_name(message)
    )
    _record(message, fact, now)


@transaction.atomic
def _failed(message: Outgoing, why: str, now: datetime) -> None:
    Outgoing.objects.filter(pk=message.pk).update(state=State.FAILED, trouble=why[:300])
    fact = EmailFailed(
        subject=message.subject,
        purpose=message.purpose,
        email_id=message.message_id,
        why=why[:300],
        by=_name(message),
    )
    _record(message, fact, now)


def _record(message: Outgoing, fact: Touchpoint, now: datetime) -> None:
    # Whoever was forgotten meanwhile has no handles any more, and no trail to tell it on.
    if handles := recognised_by(trail_ids(message.person_id)):
        record(fact, handles=handles, happened_at=now, channel=message.channel)


def _name(message: Outgoing) -> str:
    return (message.by.get_full_name() or message.by.get_username()) if message.by else ""


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _text(error.smtp_error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(_text(said) for _code, said in error.recipients.values())
    return f"{type(error).__name__}: {error}"


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said

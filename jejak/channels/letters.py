"""Letters: what staff and other systems are told. Kept before it is sent, sent once, tried again for two days.

    letters.write(key="digest.7.2026-11-23.4", user=dewi, subject="…", text="…", html="…", pictures={"tile1": png}, now=now)
    letters.call(key="alert.9.hook.2", url=hook.url, body={…}, signed_as="hook:2:…", now=now)

The key makes a letter once: whoever writes it a second time changes nothing. Between the server's "taken" and our note
of it a process may die: then it goes out again with the same Message-ID, or the same Jejak-Delivery.
"""

import base64
import hashlib
import hmac
import json
import logging
import smtplib
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.mime.image import MIMEImage
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Min, QuerySet
from django.utils.crypto import salted_hmac

from jejak.channels.email.writing import NotOneLine, checked_line
from jejak.channels.models import Letter
from jejak.common import later, outgoing
from jejak.staff.models import User

log = logging.getLogger(__name__)

WORK = "letters"
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440))
_LEASE = timedelta(minutes=5)
State = Letter.State


class _ForGood(Exception):
    """It makes no sense to try again."""


def write(
    *,
    key: str,
    user: User,
    subject: str,
    text: str,
    html: str = "",
    pictures: Mapping[str, bytes] | None = None,
    stop_url: str = "",
    now: datetime,
    due_at: datetime | None = None,
) -> bool:
    """Keep an e-mail to one of the staff, and tell whether it is a new one. Nothing is kept for who has no address."""
    if not user.email or not user.is_active:
        return False
    parts = [{"cid": cid, "png": base64.b64encode(png).decode()} for cid, png in (pictures or {}).items()]
    held: dict[str, Any] = {
        "kind": "email",
        "user": user,
        "address": user.email,
        "subject": " ".join(subject.split())[:200],
        "text": text,
        "html": html,
        "parts": parts,
        "stop_url": stop_url,
        "queued_at": now,
        "due_at": due_at or now,
    }
    return _keep(key, held)


def call(
    *,
    key: str,
    url: str,
    body: Mapping[str, Any],
    signed_as: str,
    now: datetime,
    due_at: datetime | None = None,
) -> bool:
    """Keep a call of another system, and tell whether it is a new one."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    held: dict[str, Any] = {
        "kind": "webhook",
        "address": url,
        "text": text,
        "signed_as": signed_as,
        "queued_at": now,
        "due_at": due_at or now,
    }
    return _keep(key, held)


def _keep(key: str, held: dict[str, Any]) -> bool:
    _letter, is_new = Letter.objects.get_or_create(key=key[:200], defaults=held)
    later.wake(WORK)
    return is_new


def can_mail() -> bool:
    """Tell whether this install can send e-mail."""
    return bool(settings.SMTP_HOST) or "smtp" not in settings.EMAIL_BACKEND


def secret(signed_as: str) -> str:
    """Return the secret that calls are signed with: derived from the install's own, so that it is kept nowhere."""
    return salted_hmac("jejak.letters", signed_as, algorithm="sha256").hexdigest()


def signature(signed_as: str, at: int, body: bytes) -> str:
    """Return what stands in Jejak-Signature: HMAC-SHA256 over the time, a dot, and the body."""
    return hmac.new(secret(signed_as).encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def send_due(
    now: datetime, stopping: threading.Event, *, clock: Callable[[], datetime] | None = None
) -> timedelta | None:
    """Send everything that is due, and return after which time something is due again."""
    while not stopping.is_set() and (letter := _take(clock() if clock else now)):
        _send(letter, clock() if clock else now)
    next_at = _waiting().aggregate(at=Min("due_at"))["at"]
    return max(next_at - now, timedelta(seconds=1)) if next_at else None


def _waiting() -> "QuerySet[Letter]":
    return Letter.objects.filter(state__in=[State.QUEUED, State.SENDING])


def _take(now: datetime) -> Letter | None:
    """Take one that is due; of two processes that want the same, one UPDATE lets one have it."""
    for letter in _waiting().filter(due_at__lte=now).select_related("user").order_by("due_at")[:20]:
        if letter.kind == "email" and not can_mail():
            continue
        mine = _waiting().filter(pk=letter.pk, due_at=letter.due_at, attempts=letter.attempts)
        if mine.update(state=State.SENDING, due_at=now + _LEASE, attempts=letter.attempts + 1):
            letter.attempts += 1
            return letter
    return None


def _send(letter: Letter, now: datetime) -> None:
    try:
        if letter.kind == "email":
            _mail(letter)
        else:
            _call(letter, now)
    except _ForGood as error:
        Letter.objects.filter(pk=letter.pk).update(state=State.FAILED, trouble=str(error)[:300])
    except (smtplib.SMTPException, OSError) as error:
        # Neither the address nor what was written is for the process's log.
        log.warning(
            "Letter %s could not be sent (attempt %s): %s", letter.pk, letter.attempts, type(error).__name__
        )
        said = f"{type(error).__name__}: {error}"[:300]
        if letter.attempts > len(_WAITS):
            Letter.objects.filter(pk=letter.pk).update(state=State.FAILED, trouble=said)
        else:
            due_at = now + _WAITS[letter.attempts - 1]
            Letter.objects.filter(pk=letter.pk).update(state=State.QUEUED, due_at=due_at, trouble=said)
    else:
        # The pictures have been seen; what is kept says that it was sent.
        Letter.objects.filter(pk=letter.pk).update(state=State.SENT, sent_at=now, trouble="", parts=[])


def _mail(letter: Letter) -> None:
    if letter.user is None or not letter.user.is_active:
        raise _ForGood("They do not work here any more.")
    try:
        written(letter).send()
    except NotOneLine as error:
        raise _ForGood(str(error)) from error
    except smtplib.SMTPRecipientsRefused as error:
        if next(iter(error.recipients.values()))[0] >= 500:
            raise _ForGood(f"{type(error).__name__}") from error
        raise
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        if error.smtp_code >= 500:
            raise _ForGood(f"{type(error).__name__} {error.smtp_code}") from error
        raise


def written(letter: Letter) -> EmailMultiAlternatives:
    """Return a letter as the mail backend takes it: text and HTML, with its pictures inside."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<{letter.pk.hex}@{domain}>", "Auto-Submitted": "auto-generated"}
    if letter.stop_url:
        headers |= {
            "List-Unsubscribe": f"<{letter.stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    email = EmailMultiAlternatives(
        subject=checked_line(letter.subject, 200),
        body=letter.text,
        from_email=formataddr(("Jejak", settings.DEFAULT_FROM_EMAIL)),
        to=[letter.address],
        headers=headers,
    )
    email.mixed_subtype = "related"  # type: ignore[attr-defined] # Django has it, its stubs do not.
    if letter.html:
        email.attach_alternative(letter.html, "text/html")
    for part in letter.parts:
        image = MIMEImage(base64.b64decode(part["png"]), "png")
        image.add_header("Content-ID", f"<{part['cid']}>")
        image.add_header("Content-Disposition", "inline", filename=f"{part['cid'].partition('@')[0]}.png")
        email.attach(image)
    return email


def _call(letter: Letter, now: datetime) -> None:
    body = letter.text.encode()
    at = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Jejak",
        "Jejak-Delivery": letter.pk.hex,
        "Jejak-Time": str(at),
        "Jejak-Signature": signature(letter.signed_as, at, body),
    }
    try:
        outgoing.post(letter.address, body, headers)
    except outgoing.NotOutside as error:
        raise _ForGood("NotOutside") from error
    except outgoing.Refused as error:
        if error.status in (400, 401, 403, 404, 405, 410, 422):
            raise _ForGood(str(error)) from error
        raise

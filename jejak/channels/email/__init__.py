"""E-mail: words in, a kept message out; the outbox sends it in the background.

email.send(person=whole, purpose=consent.SERVICE, subject="…", text="…", from_name="Dewi", by=user, now=now)
"""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction

from jejak.channels.email.writing import NotOneLine, checked_line
from jejak.channels.models import Outgoing
from jejak.common import later
from jejak.people import consent
from jejak.people.models import Handle
from jejak.people.normalising import normalise
from jejak.people.whole import Whole
from jejak.staff.models import User

__all__ = ["CHANNEL", "NoAddress", "NotConfigured", "NotOneLine", "address_of", "is_configured", "send"]

CHANNEL = "email"
LONGEST_SUBJECT, LONGEST_TEXT, LONGEST_NAME = 200, 50_000, 100


class NotConfigured(Exception):
    """This install does not know by which server to send: JEJAK_SMTP_HOST and JEJAK_EMAIL_FROM."""


class NoAddress(Exception):
    """No e-mail address of this person is known."""


def is_configured() -> bool:
    """Tell whether this install can send e-mail."""
    return bool(settings.SMTP_HOST and settings.EMAIL_FROM)


def address_of(person: Whole) -> str:
    """Return where a person gets e-mail: as last said, else by what they are recognised; "" where nothing is known."""
    said = person.traits.get("email")
    if said and (address := normalise("email", said.value, settings.PHONE_COUNTRIES)):
        return address
    handles = Handle.objects.filter(person__in=person.trail_ids, kind="email").order_by(
        "-first_seen_at", "-pk"
    )
    return handles.values_list("value", flat=True).first() or ""


@transaction.atomic
def send(
    *,
    person: Whole,
    purpose: str,
    subject: str,
    text: str,
    from_name: str,
    by: User | None,
    now: datetime,
) -> Outgoing:
    """Keep an e-mail to a person, to be sent as soon as this transaction is committed.

    purpose: of people.consent. Raises consent.NotAllowed with the reason, NoAddress, NotConfigured, NotOneLine.
    """
    if not is_configured():
        raise NotConfigured
    consent.check(person.trail_ids, purpose=purpose, channel=CHANNEL)
    address = address_of(person)
    if not address:
        raise NoAddress(f"No e-mail address of person {person.root.pk} is known.")
    key = uuid.uuid4()
    kept = Outgoing.objects.create(
        pk=key,
        channel=CHANNEL,
        person=person.root,
        purpose=purpose,
        address=address,
        subject=checked_line(subject, LONGEST_SUBJECT),
        text=text[:LONGEST_TEXT],
        from_name=checked_line(from_name, LONGEST_NAME),
        message_id=f"<{key.hex}@{settings.EMAIL_FROM.rpartition('@')[2] or 'localhost'}>",
        due_at=now,
        queued_at=now,
        by=by,
    )
    later.wake("outbox")
    return kept

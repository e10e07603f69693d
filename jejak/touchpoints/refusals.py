"""What was taken in and could not become a touchpoint: kept with its reason, and given another try on request."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jejak.touchpoints import inlet
from jejak.touchpoints.models import Refusal

REASONS = {
    "not_json": _("It is not JSON."),
    "wrong_type": _("A field has a value of the wrong type."),
    "unknown_type": _("Its type is not one we know."),
    "no_name": _("It does not say what happened."),
    "nobody": _("It does not say of whom."),
    "off_scale": _("The score is not on its scale."),
    "too_large": _("The message is too large."),
    "bot": _("It comes from a known bot."),
    "not_stored": _("The log cannot hold it."),
    "forgotten": _("It is of somebody who was forgotten."),
}


def replay(*, refusals: Iterable[Refusal], now: datetime) -> int:
    """Send refused messages through the pipeline again and return how many. Raises inlet.Overloaded.

    Each is sent once: one that is refused again stands in the list anew.
    """
    sent = 0
    for refusal in refusals:
        with transaction.atomic():
            # One UPDATE decides the race of two people pressing the button.
            if not Refusal.objects.filter(pk=refusal.pk, replayed_at=None).update(replayed_at=now):
                continue
            inlet.accept_now(
                [
                    inlet.Accepted(
                        source=refusal.source,
                        received_at=refusal.received_at,
                        messages=1,
                        body=b"[" + bytes(refusal.message) + b"]",
                        meta={**refusal.meta, "replay_of": refusal.pk},
                    )
                ]
            )
            sent += 1
    return sent

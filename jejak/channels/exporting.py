"""What we wrote to a person, for their export."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from jejak.channels.models import Outgoing
from jejak.people import exporting
from jejak.people.whole import Whole


@exporting.part("messages", _("What was written to them"))
def messages(person: Whole) -> Any:
    """Return every message, the oldest first."""
    kept = Outgoing.objects.filter(person__in=person.trail_ids).order_by("queued_at")
    columns = (
        "channel",
        "purpose",
        "address",
        "subject",
        "text",
        "from_name",
        "state",
        "queued_at",
        "sent_at",
    )
    return list(kept.values(*columns))

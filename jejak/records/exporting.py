"""Own records of a person, and how their fields were changed by hand, for whoever asks for all of it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from jejak.people import exporting
from jejak.people.whole import Whole
from jejak.records.models import ChangedRecord, OwnRecord


@exporting.part("records", _("Records of the company's own that belong to them"))
def records(person: Whole) -> Any:
    """Return each with its fields."""
    held = OwnRecord.objects.filter(person__in=person.trail_ids).select_related("object")
    return [{"object": one.object.key, "title": one.title, "tags": one.tags, **one.own} for one in held]


@exporting.part("changes", _("What staff changed"))
def changes(person: Whole) -> Any:
    """Return what stood in their fields before and after."""
    rows = ChangedRecord.objects.filter(kind="person", record_id__in=person.trail_ids).select_related(
        "change"
    )
    return [{"at": row.change.at, "before": row.before, "after": row.after} for row in rows.order_by("pk")]

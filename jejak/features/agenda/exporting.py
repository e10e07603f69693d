"""Tasks, notes and meetings of a person, for whoever asks for all that is known of them."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jejak.features.agenda.models import Attendee, Meeting, Note, Task
from jejak.people import exporting
from jejak.people.whole import Whole


@exporting.part("agenda", _("Tasks, notes and meetings"))
def agenda(person: Whole) -> Any:
    """Return what was to be done for them, what was written about them, and when they were met."""
    told = {"tasks": _tasks(person), "notes": _notes(person), "meetings": _meetings(person)}
    return {key: held for key, held in told.items() if held}


def _tasks(person: Whole) -> list[dict[str, Any]]:
    found = Task.objects.filter(person__in=person.trail_ids).order_by("pk")
    columns = ("title", "text", "due_at", "done_at", "priority", "tags", "own", "created_at")
    return [dict(row) for row in found.values(*columns)]


def _notes(person: Whole) -> list[dict[str, Any]]:
    found = Note.objects.filter(person__in=person.trail_ids).prefetch_related("versions").order_by("pk")
    return [
        {
            "text": note.text,
            "by": note.by_name,
            "at": note.made_at,
            "deleted_at": note.deleted_at,
            "before": [{"text": version.text, "until": version.until} for version in note.versions.all()],
        }
        for note in found
    ]


def _meetings(person: Whole) -> list[dict[str, Any]]:
    asked = Attendee.objects.filter(person__in=person.trail_ids)
    found = Meeting.objects.filter(Q(person__in=person.trail_ids) | Q(pk__in=asked.values("meeting")))
    columns = ("title", "kind", "state", "starts_at", "ends_at", "place", "text", "outcome")
    answers = dict(asked.values_list("meeting", "answer"))
    return [
        {column: getattr(meeting, column) for column in columns} | {"answer": answers.get(meeting.pk, "")}
        for meeting in found.order_by("starts_at", "pk")
    ]

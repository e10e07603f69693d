"""Tasks, notes and meetings hang on records of any kind: whatever has some was touched."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from jejak.features.agenda.models import Meeting, Note, Task
from jejak.records import unmaking


@unmaking.touches("agenda", _("tasks, notes and meetings"))
def hangs(kind: str, ids: Collection[int]) -> set[int]:
    """Return of which of these records there are some."""
    found: set[int] = set()
    for model in (Task, Note, Meeting):
        held = model.objects.filter(about_kind=kind, about_id__in=ids)
        found |= {about for about in held.values_list("about_id", flat=True) if about is not None}
    return found

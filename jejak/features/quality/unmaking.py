"""What was found wrong with records that are taken away."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from jejak.features.quality.models import Finding, Standing
from jejak.records import unmaking


@unmaking.touches("quality", _("findings that staff put aside"))
def dismissed(kind: str, ids: Collection[int]) -> set[int]:
    """Return of which of these records staff looked at what was found."""
    found = Finding.objects.filter(kind=kind, record_id__in=ids).exclude(dismissed_at=None)
    return set(found.values_list("record_id", flat=True))


@unmaking.goes_along
def findings(kind: str, ids: Collection[int]) -> None:
    """Delete what was worked out of them."""
    Finding.objects.filter(kind=kind, record_id__in=ids).delete()
    Standing.objects.filter(kind=kind, record_id__in=ids).delete()

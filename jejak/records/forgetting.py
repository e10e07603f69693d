"""What the journal of changes holds of somebody who is forgotten. Own records lose their person, and stay."""

from django.utils.translation import gettext_lazy as _

from jejak.people import forgetting
from jejak.people.forgetting import Whom
from jejak.records.models import ChangedRecord


def _count(who: Whom) -> int:
    return ChangedRecord.objects.filter(kind="person", record_id__in=who.trail_ids).count()


@forgetting.part("changes", _("What staff changed"), count=_count)
def changes(who: Whom) -> int:
    """Delete what stood in their fields; that a change was made, by whom and when, stays."""
    return ChangedRecord.objects.filter(kind="person", record_id__in=who.trail_ids).delete()[0]

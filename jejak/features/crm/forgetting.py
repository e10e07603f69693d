"""What goes from deals when a person is forgotten: that they were the main contact, and their name.

The deal itself is the company's own record and stays. Roles go with the person's rows.
"""

from django.utils.translation import gettext_lazy as _

from jejak.features.crm.models import Deal
from jejak.people import forgetting
from jejak.people.forgetting import Whom
from jejak.records.forgetting import redact
from jejak.records.models import ChangedRecord


def _count_names(whom: Whom) -> int:
    return _names(whom, keep=False)


@forgetting.part("names_in_deals", _("Names in deals"), order=forgetting.NAMES, count=_count_names)
def names(whom: Whom) -> int:
    """Take their names out of the titles and texts of their deals."""
    return _names(whom, keep=True)


def _names(whom: Whom, *, keep: bool) -> int:
    held = Deal.objects.filter(person__in=whom.trail_ids)
    return redact("deal", held, whom, columns=("title", "source"), keep=keep)


def _count(whom: Whom) -> int:
    return Deal.objects.filter(person__in=whom.trail_ids).count()


@forgetting.part("deals", _("Main contact of deals"), order=forgetting.BEFORE, count=_count)
def deals(whom: Whom) -> int:
    """Take the person away from their deals, and from what the journal says of these."""
    held = Deal.objects.filter(person__in=whom.trail_ids)
    ids = list(held.values_list("pk", flat=True))
    for row in ChangedRecord.objects.filter(kind="deal", record_id__in=ids):
        for values in (row.before, row.after):
            if values.get("person") in whom.trail_ids:
                values["person"] = None
        row.save(update_fields=["before", "after"])
    return held.update(person=None)

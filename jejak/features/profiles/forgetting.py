"""Whoever is forgotten goes from the audit log by name, and from answers that the API keeps for callers who ask twice."""

from django.utils.translation import gettext_lazy as _

from jejak.people import forgetting
from jejak.people.forgetting import Whom
from jejak.staff import audit
from jejak.staff.models import Answered


@forgetting.part("audit", _("Names in the audit log"), order=forgetting.AFTER)
def names(who: Whom) -> int:
    """Take the names away; that somebody saw and changed the record stays."""
    return audit.forget(kind="person", record_ids=who.trail_ids)


@forgetting.part("answers", _("Answers kept for the API"), order=forgetting.AFTER)
def answers(who: Whom) -> int:
    """Delete answers that name the person."""
    kept = Answered.objects.only("body").iterator(chunk_size=200)
    found = [one.pk for one in kept if who.in_text(bytes(one.body).decode(errors="replace"))]
    return Answered.objects.filter(pk__in=found).delete()[0]

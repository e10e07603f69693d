"""What the agenda holds of somebody who is forgotten."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jejak.features.agenda.models import Attendee, CalendarFile, Meeting, Note, Task
from jejak.people import forgetting
from jejak.people.forgetting import Whom
from jejak.records.models import ChangedRecord
from jejak.staff import audit


def _own_meetings(who: Whom) -> Q:
    """Meetings about them, and those to which nobody else from outside was asked."""
    emails = [value for kind, value in who.handles if kind == "email"]
    theirs = Q(person__in=who.trail_ids) | Q(email__in=emails)
    asked = Attendee.objects.filter(theirs).values("meeting")
    others = Attendee.objects.filter(user=None).exclude(theirs).values("meeting")
    return Q(person__in=who.trail_ids) | (Q(about_kind="") & Q(pk__in=asked) & ~Q(pk__in=others))


def _count(who: Whom) -> int:
    return (
        Task.objects.filter(person__in=who.trail_ids).count()
        + Note.objects.filter(person__in=who.trail_ids).count()
        + Meeting.objects.filter(_own_meetings(who)).count()
    )


@forgetting.part("agenda", _("Tasks, notes and meetings"), count=_count)
def agenda(who: Whom) -> int:
    """Delete them, with what their journal says, and take the person off the meetings of others."""
    gone = _count(who)
    tasks = list(Task.objects.filter(person__in=who.trail_ids).values_list("pk", flat=True))
    meetings = list(Meeting.objects.filter(_own_meetings(who)).values_list("pk", flat=True))
    for kind, ids in (("task", tasks), ("meeting", meetings)):
        ChangedRecord.objects.filter(kind=kind, record_id__in=ids).delete()
        audit.forget(kind=kind, record_ids=ids)
    emails = [value for kind, value in who.handles if kind == "email"]
    Attendee.objects.filter(Q(person__in=who.trail_ids) | Q(email__in=emails)).delete()
    Meeting.objects.filter(pk__in=meetings).delete()
    Task.objects.filter(pk__in=tasks).delete()
    Note.objects.filter(person__in=who.trail_ids).delete()
    for held in CalendarFile.objects.exclude(text=""):
        if who.in_text(held.text):
            held.delete()
    return gone

"""What the agenda holds of somebody who is forgotten."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from jejak.features.agenda.models import Attendee, CalendarFile, Meeting, Note, NoteVersion, Task
from jejak.people import forgetting
from jejak.people.forgetting import Whom
from jejak.people.models import Membership
from jejak.records.forgetting import companies, hung_on, redact
from jejak.records.models import ChangedRecord
from jejak.staff import audit


def _own_meetings(who: Whom) -> Q:
    """Meetings about them, and those to which nobody else from outside was asked."""
    asked = _asked(who)
    others = Attendee.objects.filter(user=None).exclude(pk__in=asked.values("pk")).values("meeting")
    only = Q(about_kind="") & Q(pk__in=asked.values("meeting")) & ~Q(pk__in=others)
    return Q(person__in=who.trail_ids) | only


def _asked(who: Whom) -> QuerySet[Attendee]:
    return Attendee.objects.filter(Q(person__in=who.trail_ids) | Q(email__in=_emails(who)))


def _emails(who: Whom) -> list[str]:
    return [value for kind, value in who.handles if kind == "email"]


def _count_names(who: Whom) -> int:
    return _names(who, keep=False)


@forgetting.part(
    "names_in_agenda",
    _("Names in tasks, notes and meetings that stay"),
    order=forgetting.NAMES,
    count=_count_names,
)
def names(who: Whom) -> int:
    """Take their names out of what hangs on their deals, own records and companies, and out of meetings with others."""
    return _names(who, keep=True)


def _names(who: Whom, *, keep: bool) -> int:
    theirs = Q(pk__in=[])
    for kind, ids in hung_on(who).items():
        theirs |= Q(about_kind=kind, about_id__in=ids)
    worked = Membership.objects.filter(person__in=who.trail_ids).values("company")
    # What hangs on a company tells of others, too: there only the whole name is theirs.
    company = Q(about_kind="company", about_id__in=worked)
    gone = Q(person__in=who.trail_ids)
    met = Q(pk__in=_asked(who).values("meeting"))
    count = 0
    for rows, parts in ((theirs, True), (company, False)):
        count += redact(
            "task",
            Task.objects.filter(rows).exclude(gone),
            who,
            columns=("title", "text"),
            parts=parts,
            keep=keep,
        )
        count += _in_notes(Note.objects.filter(rows).exclude(gone), who, parts=parts, keep=keep)
        count += redact(
            "meeting",
            Meeting.objects.filter((rows | met) if parts else rows & ~met).exclude(_own_meetings(who)),
            who,
            columns=("title", "text", "outcome", "place"),
            parts=parts,
            keep=keep,
        )
    if keep:
        Meeting.objects.filter(organizer__in=_emails(who)).update(organizer="")
    return count


def _in_notes(notes: QuerySet[Note], who: Whom, *, parts: bool, keep: bool) -> int:
    spare, naming = companies(who), 0
    for note in notes.prefetch_related("versions"):
        said: list[Note | NoteVersion] = [note, *note.versions.all()]
        named = [
            (held, text)
            for held in said
            if (text := who.without(held.text, parts=parts, spare=spare)) != held.text
        ]
        for held, text in named if keep else []:
            held.text = text
            held.save(update_fields=["text"])
        naming += bool(named)
    return naming


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
    _asked(who).delete()
    Meeting.objects.filter(pk__in=meetings).delete()
    Task.objects.filter(pk__in=tasks).delete()
    Note.objects.filter(person__in=who.trail_ids).delete()
    for held in CalendarFile.objects.exclude(text=""):
        if who.in_text(held.text):
            held.delete()
    return gone

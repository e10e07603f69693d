"""From a calendar to meetings: what would be added and changed, and then doing it, as one deed that can be undone."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jejak.features.agenda.actions import meetings
from jejak.features.agenda.actions.meetings import Guest
from jejak.features.agenda.ics.reading import ReadEvent, Reading
from jejak.features.agenda.models import Attendee, Meeting
from jejak.records import changing, kinds
from jejak.records.changing import BadValues
from jejak.records.models import Change
from jejak.staff.models import User

ADD, CHANGE, CANCEL, ANSWER, SAME, OLDER, UNKNOWN, OUT_OF_REACH = (
    "add", "change", "cancel", "answer", "same", "older", "unknown", "out_of_reach",
)  # fmt: skip
VERDICTS: dict[str, Promise] = {
    ADD: _("Is added"),
    CHANGE: _("Is changed"),
    CANCEL: _("Is called off"),
    ANSWER: _("An answer"),
    SAME: _("Is here already"),
    OLDER: _("Is older than ours"),
    UNKNOWN: _("Is not known here"),
    OUT_OF_REACH: _("Is somebody else’s"),
}
_DOES = frozenset({ADD, CHANGE, CANCEL, ANSWER})


@dataclass(frozen=True, kw_only=True)
class Step:
    """What becomes of one event. changed: the labels of the fields that change."""

    event: ReadEvent
    verdict: str
    meeting: Meeting | None = None
    changed: tuple[str, ...] = ()

    @property
    def word(self) -> str | Promise:
        return VERDICTS[self.verdict]

    @property
    def does_something(self) -> bool:
        return self.verdict in _DOES


@dataclass(kw_only=True)
class Done:
    """What an import did. refused: (title, why)."""

    change: Change
    added: int = 0
    changed: int = 0
    answers: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def plan(reading: Reading, *, mine: Any) -> list[Step]:
    """Return what would become of each event. mine: the meetings that whoever imports may change."""
    held = _held(reading.events)
    reach = set(mine.filter(pk__in=[one.pk for one in held.values()]).values_list("pk", flat=True)) | {
        one.pk for one in held.values() if one.archived_at is not None and one.is_imported
    }
    return [
        _step(event, held.get((event.uid, event.recurrence_id)), reading.method, reach)
        for event in reading.events
    ]


def do(steps: Iterable[Step], *, by: User, note: str, now: datetime) -> Done:
    """Take the events in, and return what was done. A file that is taken twice changes nothing the second time."""
    kind = kinds.kind("meeting")
    done = Done(change=changing.begin_import(kind=kind, by=by, now=now, note=note))
    for step in steps:
        if not step.does_something:
            continue
        try:
            with transaction.atomic():
                _do(step, kind, done, by, now)
        except BadValues as error:
            done.refused.append((step.event.title, "; ".join(error.errors.values())))
    return done


def _step(event: ReadEvent, meeting: Meeting | None, method: str, reach: set[int]) -> Step:
    if meeting is None or (meeting.archived_at is not None and method not in {"REPLY", "CANCEL"}):
        known = method in {"REPLY", "CANCEL"} or (event.is_cancelled and meeting is None)
        return Step(event=event, verdict=UNKNOWN if known else ADD, meeting=meeting)
    if meeting.pk not in reach:
        return Step(event=event, verdict=OUT_OF_REACH, meeting=meeting)
    if method == "REPLY":
        answers = {one.email: one.answer for one in meeting.attendees.all()}
        new = any(
            one.answer != "none" and one.email in answers and answers[one.email] != one.answer
            for one in event.guests
        )
        return Step(event=event, verdict=ANSWER if new else SAME, meeting=meeting)
    if event.sequence < meeting.sequence:
        return Step(event=event, verdict=OLDER, meeting=meeting)
    if method == "CANCEL" or event.is_cancelled:
        is_off = meeting.state == Meeting.State.CANCELLED
        return Step(event=event, verdict=SAME if is_off else CANCEL, meeting=meeting)
    kind = kinds.kind("meeting")
    values = changing.cleaned(kind, _values(event, meeting))
    changed = [
        str(kind.field(key).label)
        for key, new in values.items()
        if kind.value(meeting, kind.field(key)) != new
    ]
    asked = {(one.email, one.answer) for one in meeting.attendees.all()}
    if any((one.email, one.answer) not in asked for one in event.guests):
        changed.append(str(_("Who is asked")))
    return Step(event=event, verdict=CHANGE if changed else SAME, meeting=meeting, changed=tuple(changed))


def _do(step: Step, kind: kinds.Kind, done: Done, by: User, now: datetime) -> None:
    event, meeting = step.event, step.meeting
    if step.verdict == ANSWER and meeting is not None:
        for guest in event.guests:
            for attendee in meeting.attendees.filter(email=guest.email).exclude(answer=guest.answer):
                if guest.answer != Attendee.Answer.NONE:
                    meetings.answer(attendee=attendee, answer=guest.answer, now=now)
                    done.answers += 1
        return
    if step.verdict == CANCEL and meeting is not None:
        values = {"state": Meeting.State.CANCELLED.value}
        changing.change_within(deed=done.change, kind=kind, record=meeting, values=values, by=by, now=now)
        done.changed += 1
    elif meeting is None:
        meeting = changing.make(
            kind=_importing(kind, event),
            values=_values(event) | {"owner": by.pk},
            by=by,
            now=now,
            change=done.change,
        )
        done.added += 1
    else:
        if meeting.archived_at is not None:
            # It was imported before, and that was undone: now it is wanted again.
            Meeting.objects.filter(pk=meeting.pk).update(archived_at=None)
            meeting.archived_at = None
        changing.change_within(
            deed=done.change, kind=kind, record=meeting, values=_values(event, meeting), by=by, now=now
        )
        done.changed += 1
    assert meeting is not None
    if step.verdict == CANCEL:
        Meeting.objects.filter(pk=meeting.pk).update(sequence=event.sequence)
        return
    guests = [Guest(email=one.email, name=one.name, answer=one.answer) for one in event.guests]
    meetings.invite(meeting=meeting, guests=guests, by=by, now=now)
    Meeting.objects.filter(pk=meeting.pk).update(sequence=event.sequence)


def _importing(kind: kinds.Kind, event: ReadEvent) -> kinds.Kind:
    """Return the kind of meetings with a verb that begins one of this event, with its UID."""

    def make(values: Any, *, by: User | None, now: datetime) -> Meeting:
        made = Meeting(
            made_by=by,
            created_at=now,
            changed_at=now,
            uid=event.uid,
            recurrence_id=event.recurrence_id,
            sequence=event.sequence,
            organizer=event.organizer,
            is_imported=True,
        )
        meetings.write(made, values, by=by, now=now)
        return made

    return replace(kind, make=make)


def _values(event: ReadEvent, meeting: Meeting | None = None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "title": event.title,
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "is_all_day": event.is_all_day,
        "place": event.place or None,
        "link": event.link or None,
        "text": event.text or None,
    }
    # That a meeting was held, its invitation does not know.
    if meeting is None or meeting.state != Meeting.State.HELD:
        values["state"] = (Meeting.State.CANCELLED if event.is_cancelled else Meeting.State.PLANNED).value
    return values


def _held(events: Iterable[ReadEvent]) -> dict[tuple[str, str], Meeting]:
    uids = {event.uid for event in events}
    found = {}
    for some in _pieces(sorted(uids)):
        for meeting in Meeting.objects.filter(uid__in=some).prefetch_related("attendees"):
            found[meeting.uid, meeting.recurrence_id] = meeting
    return found


def _pieces(uids: list[str]) -> Iterable[list[str]]:
    return (uids[start : start + 500] for start in range(0, len(uids), 500))

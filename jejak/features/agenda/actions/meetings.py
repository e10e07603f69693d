"""What can be done with meetings, calls and visits."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jejak.actions import offered
from jejak.features.agenda import about
from jejak.features.agenda.actions import notices
from jejak.features.agenda.models import Attendee, Meeting, Notice
from jejak.features.agenda.touchpoints import CallMade, MeetingHeld, MeetingPlanned
from jejak.people.models import Handle, Person
from jejak.people.normalising import normalise
from jejak.records import changing, kinds
from jejak.records.changing import BadValues
from jejak.records.types import Value
from jejak.staff.models import User
from jejak.touchpoints import recording

CHANNELS = {Meeting.Kind.CALL: "phone", Meeting.Kind.VISIT: "visit", Meeting.Kind.MEETING: "meeting"}
_TOLD = frozenset({"title", "starts_at", "ends_at", "is_all_day", "place", "link", "state"})
"""What an attendee must be told of when it changes: iCalendar counts these changes."""


class NotPlanned(Exception):
    """A meeting that was held or called off before cannot be marked as held."""


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Somebody to be asked: by e-mail, or as a person or a colleague that we know."""

    email: str = ""
    name: str = ""
    person_id: int | None = None
    user_id: int | None = None
    answer: str = Attendee.Answer.NONE


@offered(_("Plan a meeting"))
def plan(
    *,
    title: str,
    starts_at: datetime,
    now: datetime,
    ends_at: datetime | None = None,
    kind: str = "meeting",
    place: str = "",
    link: str = "",
    text: str = "",
    remind_minutes: int | None = None,
    owner: User | None = None,
    about_kind: str = "",
    about_id: int | None = None,
    by: User | None = None,
) -> Meeting:
    """Plan a call, a meeting or a visit. Raises changing.BadValues. ends_at: an hour later where left out."""
    values: dict[str, Any] = {
        "title": title,
        "kind": kind,
        "starts_at": starts_at.isoformat(),
        "ends_at": ends_at.isoformat() if ends_at else None,
        "place": place,
        "link": link,
        "text": text,
        "remind_minutes": remind_minutes,
        "owner": owner.pk if owner else None,
        "about_kind": about_kind or None,
        "about_id": about_id,
    }
    made: Meeting = changing.make(kind=kinds.kind("meeting"), values=values, by=by, now=now)
    return made


@offered(_("Mark a meeting as held"))
def hold(*, meeting: Meeting, outcome: str, by: User | None, now: datetime) -> None:
    """Say that a meeting took place, and what came of it. Raises NotPlanned: the first one counts."""
    with transaction.atomic():
        held = Meeting.objects.filter(pk=meeting.pk, state=Meeting.State.PLANNED).update(
            state=Meeting.State.HELD, held_at=now, outcome=outcome, changed_at=now
        )
        if not held:
            raise NotPlanned(f"Meeting {meeting.pk} is not planned any more.")
        meeting.refresh_from_db()
        fact, happened_at = held_as(meeting), min(meeting.starts_at, now)
        for person_id in people_of(meeting):
            _record(fact, person_id, channel=CHANNELS[Meeting.Kind(meeting.kind)], at=happened_at, now=now)


@offered(_("Call off a meeting"))
def cancel(*, meeting: Meeting, by: User | None, now: datetime) -> None:
    """Call a meeting off: calendars that have it take it out."""
    changing.change(
        kind=kinds.kind("meeting"),
        record=meeting,
        values={"state": Meeting.State.CANCELLED.value},
        by=by,
        now=now,
    )


def invite(*, meeting: Meeting, guests: Iterable[Guest], by: User | None, now: datetime) -> list[Attendee]:
    """Ask people and colleagues to a meeting, each once; addresses that we know become those people. Raises BadValues."""
    known = _known(guests)
    with transaction.atomic():
        before = set(meeting.attendees.values_list("pk", flat=True))
        for guest in known:
            _ask(meeting, guest, now)
        new = list(meeting.attendees.exclude(pk__in=before))
        if new and before:
            Meeting.objects.filter(pk=meeting.pk).update(sequence=F("sequence") + 1, changed_at=now)
        colleagues = [one.user_id for one in new if one.user_id]
        notices.give(
            to=colleagues,
            kind=Notice.Kind.INVITED,
            key=f"invited:meeting:{meeting.pk}",
            now=now,
            by=by,
            meeting=meeting,
        )
        for one in new:
            if one.person_id and one.person_id not in _about(meeting):
                _tell_planned(meeting, one.person_id, now)
    return new


def uninvite(*, attendee: Attendee, now: datetime) -> None:
    """Take somebody off a meeting."""
    with transaction.atomic():
        attendee.delete()
        Meeting.objects.filter(pk=attendee.meeting_id).update(sequence=F("sequence") + 1, changed_at=now)


def answer(*, attendee: Attendee, answer: str, now: datetime) -> None:
    """Keep what somebody answers to being asked."""
    Attendee.objects.filter(pk=attendee.pk).update(answer=answer, answered_at=now)


def make(values: Mapping[str, Value], *, by: User | None, now: datetime) -> Meeting:
    """Begin a meeting of checked values. Raises BadValues."""
    meeting = Meeting(
        made_by=by, created_at=now, changed_at=now, uid=f"{uuid.uuid4()}@{_host()}", kind=Meeting.Kind.MEETING
    )
    write(meeting, values, by=by, now=now)
    return meeting


@transaction.atomic
def write(meeting: Meeting, values: Mapping[str, Value], *, by: User | None, now: datetime) -> None:
    """Save checked values of a meeting, with all that follows from them. Raises BadValues."""
    left = dict(values)
    is_new = meeting.pk is None
    if "person" in left:
        person_id = left.pop("person")
        left |= {"about_kind": "person" if person_id else None, "about_id": person_id}
    state = left.pop("state", None)
    if not left.get("kind", "meeting"):
        left["kind"] = Meeting.Kind.MEETING.value
    _check(meeting, left, by)
    if "about_kind" in left or "about_id" in left:
        meeting.about_kind = str(left.pop("about_kind", None) or "")
        about_id = left.pop("about_id", None)
        meeting.about_id = int(str(about_id)) if about_id else None
        meeting.person_id = meeting.about_id if meeting.about_kind == "person" else None
        meeting.team_key = about.team_of(meeting.about_kind, meeting.about_id) or meeting.team_key
    _set_times(meeting, left, now)
    if not is_new and (_TOLD & left.keys() or (state and state != meeting.state)):
        meeting.sequence += 1
    if state and state != Meeting.State.HELD:
        meeting.state = str(state)
        meeting.held_at = None
    columns = [
        "about_kind", "about_id", "person", "team_key", "ends_at", "remind_at", "reminded_at", "sequence",
        "state", "held_at",
    ]  # fmt: skip
    changing.put(meeting, kinds.kind("meeting"), left, now=now, columns=columns)
    if is_new and not meeting.is_imported:
        for person_id in people_of(meeting):
            _tell_planned(meeting, person_id, now)
    if state == Meeting.State.HELD and meeting.state == Meeting.State.PLANNED:
        hold(meeting=meeting, outcome=meeting.outcome, by=by, now=now)


def people_of(meeting: Meeting) -> list[int]:
    """Return the trails of those whom a meeting is with: whom it is about, and who is asked."""
    attending = meeting.attendees.filter(person__isnull=False).values_list("person_id", flat=True)
    return list(dict.fromkeys([*_about(meeting), *(pk for pk in attending if pk)]))


def _record(
    fact: Any, person_id: int, *, now: datetime, at: datetime | None = None, channel: str = ""
) -> None:
    recording.record(fact, handles=about.handles_of(person_id, now), happened_at=at or now, channel=channel)


def held_as(meeting: Meeting) -> MeetingHeld | CallMade:
    """Return what happened when a meeting was held, or a call made."""
    minutes = round((meeting.ends_at - meeting.starts_at).total_seconds() / 60)
    common: dict[str, Any] = {
        "meeting_id": meeting.pk,
        "title": meeting.title,
        "minutes": minutes,
        "outcome": meeting.outcome,
        "team": meeting.team_key,
    }
    return (
        CallMade(**common) if meeting.kind == Meeting.Kind.CALL else MeetingHeld(kind=meeting.kind, **common)
    )


def planned_as(meeting: Meeting) -> MeetingPlanned:
    """Return what happened when a meeting was planned."""
    return MeetingPlanned(
        meeting_id=meeting.pk,
        title=meeting.title,
        kind=meeting.kind,
        starts_at=meeting.starts_at.isoformat(),
        place=meeting.place,
        team=meeting.team_key,
    )


def _about(meeting: Meeting) -> list[int]:
    person_id = about.person_of(meeting.about_kind, meeting.about_id)
    return [person_id] if person_id else []


def _tell_planned(meeting: Meeting, person_id: int, now: datetime) -> None:
    _record(planned_as(meeting), person_id, now=now)


def _check(meeting: Meeting, values: dict[str, Value], by: User | None) -> None:
    errors = about.fault_of(values.get("about_kind"), values.get("about_id"), by)
    starts, ends = _moment(values, "starts_at", meeting), _moment(values, "ends_at", meeting)
    if starts is None:
        errors["starts_at"] = gettext("This field must be filled.")
    elif why := about.fault_of_time(starts):
        errors["starts_at"] = why
    elif "ends_at" in values and ends is not None and ends < starts:
        errors["ends_at"] = gettext("It ends before it begins.")
    elif "ends_at" in values and ends is not None and ends - starts > timedelta(days=366):
        errors["ends_at"] = gettext("It lasts more than a year.")
    minutes = values.get("remind_minutes")
    if isinstance(minutes, int | float) and not 0 <= minutes <= 525_600:
        errors["remind_minutes"] = gettext("A reminder comes at most a year before.")
    elif isinstance(minutes, float):
        errors["remind_minutes"] = gettext("Whole minutes are needed.")
    if errors:
        raise BadValues(errors)


def _moment(values: Mapping[str, Value], key: str, meeting: Meeting) -> datetime | None:
    if key not in values:
        at: datetime | None = getattr(meeting, key)
        return at
    held = values[key]
    return datetime.fromisoformat(held) if isinstance(held, str) else None


def _set_times(meeting: Meeting, values: dict[str, Value], now: datetime) -> None:
    starts_at, ends_at = _moment(values, "starts_at", meeting), _moment(values, "ends_at", meeting)
    assert starts_at is not None
    if ends_at is None:
        values.pop("ends_at", None)
        meeting.ends_at = starts_at + timedelta(hours=1)
    elif "starts_at" in values and "ends_at" not in values and meeting.pk:
        # Moved, it stays as long as it was.
        meeting.ends_at = starts_at + (meeting.ends_at - meeting.starts_at)
    minutes = values.get("remind_minutes", meeting.remind_minutes)
    remind_at = starts_at - timedelta(minutes=int(str(minutes))) if minutes is not None else None
    if remind_at != meeting.remind_at:
        # What began before it was written down reminds nobody.
        meeting.remind_at, meeting.reminded_at = remind_at, now if starts_at < now else None


def _known(guests: Iterable[Guest]) -> list[Guest]:
    """Return guests with whom each address belongs to, in two queries."""
    asked = list(guests)
    emails = {guest.email.casefold() for guest in asked if guest.email}
    users = {
        user.email.casefold(): user
        for user in User.objects.filter(is_active=True).exclude(email="")
        if user.email.casefold() in emails
    }
    spelled = {normalise("email", email, settings.PHONE_COUNTRIES) or email for email in emails}
    people = {
        handle.value: handle.person
        for handle in Handle.objects.filter(kind="email", value__in=spelled).select_related("person")
    }
    found = []
    for guest in asked:
        email = guest.email.casefold()
        user, person = (
            users.get(email),
            people.get(normalise("email", email, settings.PHONE_COUNTRIES) or email),
        )
        found.append(
            Guest(
                email=email,
                name=guest.name,
                person_id=guest.person_id or (person.pk if person and not user else None),
                user_id=guest.user_id or (user.pk if user else None),
                answer=guest.answer,
            )
        )
    return found


def _ask(meeting: Meeting, guest: Guest, now: datetime) -> None:
    if guest.user_id:
        key: dict[str, Any] = {"user_id": guest.user_id}
        user = User.objects.get(pk=guest.user_id)
        named = {"email": user.email.casefold(), "name": user.get_full_name() or user.get_username()}
    elif guest.person_id:
        key = {"person_id": guest.person_id}
        person = Person.objects.get(pk=guest.person_id)
        named = {"email": guest.email or person.email.casefold(), "name": person.name or guest.name}
    else:
        key, named = {"email": guest.email}, {"name": guest.name}
    if not any(key.values()):
        return
    if named.get("email") and meeting.attendees.filter(email=named["email"]).exists():
        key = {"email": named.pop("email")}
    held, is_new = Attendee.objects.get_or_create(
        meeting=meeting, **key, defaults={**named, "answer": guest.answer}
    )
    if not is_new and guest.answer != Attendee.Answer.NONE and held.answer != guest.answer:
        answer(attendee=held, answer=guest.answer, now=now)


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or "jejak"

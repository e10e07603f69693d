"""Meetings and tasks as iCalendar text, which calendars of others read."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Todo, vCalAddress, vText

from jejak import __version__
from jejak.features.agenda.models import Attendee, Meeting, Task

_PARTSTAT = {
    Attendee.Answer.NONE: "NEEDS-ACTION",
    Attendee.Answer.ACCEPTED: "ACCEPTED",
    Attendee.Answer.DECLINED: "DECLINED",
    Attendee.Answer.TENTATIVE: "TENTATIVE",
}
_STATUS = {
    Meeting.State.PLANNED: "CONFIRMED",
    Meeting.State.HELD: "CONFIRMED",
    Meeting.State.CANCELLED: "CANCELLED",
}
_PRIORITY = {Task.Priority.HIGH: 1, Task.Priority.NORMAL: 5, Task.Priority.LOW: 9}


def calendar(
    meetings: Iterable[Meeting],
    tasks: Iterable[Task] = (),
    *,
    name: str,
    zone: ZoneInfo,
    now: datetime,
    base_url: str,
) -> str:
    """Return somebody's meetings and tasks as one calendar to subscribe to. zone: in which they live."""
    made = _calendar()
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", zone.key)
    made.add("refresh-interval;value=duration", timedelta(minutes=30))
    for meeting in meetings:
        made.add_component(_event(meeting, zone=zone, now=now, base_url=base_url))
    for task in tasks:
        made.add_component(_todo(task, zone=zone, now=now, base_url=base_url))
    return _text(made)


def message(meeting: Meeting, *, method: str, zone: ZoneInfo, now: datetime, base_url: str) -> str:
    """Return an invitation to a meeting (REQUEST), its calling off (CANCEL), or the meeting to keep (PUBLISH)."""
    made = _calendar()
    made.add("method", method)
    made.add_component(_event(meeting, zone=zone, now=now, base_url=base_url, method=method))
    return _text(made)


def _calendar() -> Calendar:
    made = Calendar()
    made.add("prodid", f"-//Jejak//Jejak {__version__}//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    return made


def _text(made: Calendar) -> str:
    made.add_missing_timezones()
    return str(made.to_ical().decode())


def _event(meeting: Meeting, *, zone: ZoneInfo, now: datetime, base_url: str, method: str = "") -> Event:
    event = Event()
    event.add("uid", meeting.uid)
    # With a method it is when the message was made; without, when the meeting was changed last.
    event.add("dtstamp", (now if method else meeting.changed_at).astimezone(UTC))
    event.add("created", meeting.created_at.astimezone(UTC))
    event.add("last-modified", meeting.changed_at.astimezone(UTC))
    event.add("sequence", meeting.sequence)
    event.add("summary", meeting.title)
    if meeting.is_all_day:
        event.add("dtstart", meeting.starts_at.astimezone(zone).date())
        event.add("dtend", meeting.ends_at.astimezone(zone).date())
    else:
        event.add("dtstart", meeting.starts_at.astimezone(zone))
        event.add("dtend", meeting.ends_at.astimezone(zone))
    if meeting.recurrence_id:
        event.add(
            "recurrence-id", datetime.strptime(meeting.recurrence_id, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        )
    is_off = meeting.state == Meeting.State.CANCELLED or method == "CANCEL"
    event.add("status", "CANCELLED" if is_off else _STATUS[Meeting.State(meeting.state)])
    if meeting.place:
        event.add("location", meeting.place)
    if meeting.text:
        event.add("description", meeting.text)
    if meeting.link or not method:
        # Those who are asked have no use for the address of our back office.
        event.add("url", meeting.link or f"{base_url}/app/calendar/meetings/{meeting.pk}/")
    _add_people(event, meeting)
    if meeting.remind_minutes is not None and not is_off and not method:
        event.add_component(_alarm(meeting.title, meeting.remind_minutes))
    return event


def _add_people(event: Event, meeting: Meeting) -> None:
    organizer, name = meeting.organizer, ""
    if not organizer and meeting.owner and meeting.owner.email:
        organizer, name = meeting.owner.email, meeting.owner.get_full_name()
    if organizer:
        event.add("organizer", _address(organizer, name))
    for attendee in meeting.attendees.all():
        if not attendee.email:
            continue
        address = _address(attendee.email, attendee.name)
        answer = Attendee.Answer(attendee.answer)
        address.params["PARTSTAT"] = vText(_PARTSTAT[answer])
        address.params["ROLE"] = vText("REQ-PARTICIPANT")
        if answer == Attendee.Answer.NONE:
            address.params["RSVP"] = vText("TRUE")
        event.add("attendee", address, encode=False)


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    # Quotes and line ends cannot stand in a parameter, whatever somebody is called.
    if plain := " ".join(name.replace('"', "'").split()):
        address.params["CN"] = vText(plain)
    return address


def _alarm(title: str, minutes: int) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -timedelta(minutes=minutes))
    return alarm


def _todo(task: Task, *, zone: ZoneInfo, now: datetime, base_url: str) -> Todo:
    todo = Todo()
    todo.add("uid", f"task-{task.pk}@{base_url.split('://')[-1].split('/')[0].split(':')[0]}")
    todo.add("dtstamp", task.changed_at.astimezone(UTC))
    todo.add("summary", task.title)
    if task.due_at:
        todo.add("due", task.due_at.astimezone(zone))
    todo.add("priority", _PRIORITY[Task.Priority(task.priority)])
    todo.add("status", "COMPLETED" if task.done_at else "NEEDS-ACTION")
    if task.done_at:
        todo.add("completed", task.done_at.astimezone(UTC))
    todo.add("url", f"{base_url}/app/tasks/{task.pk}/")
    return todo

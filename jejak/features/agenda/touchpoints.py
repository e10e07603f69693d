"""What happens between people and the staff who look after them."""

from dataclasses import dataclass

from jejak.touchpoints.recording import Touchpoint


@dataclass(frozen=True, kw_only=True)
class TaskAssigned(Touchpoint, name="Task Assigned"):
    """Somebody of the staff was given a task about a person.

    owner: their login name.
    """

    task_id: int
    title: str
    owner: str
    priority: str = "normal"
    team: str = ""


@dataclass(frozen=True, kw_only=True)
class TaskCompleted(Touchpoint, name="Task Completed"):
    """A task about a person was done.

    by: the login name of whoever did it. late_hours: how long after it was due; 0 where it was in time.
    """

    task_id: int
    title: str
    by: str
    late_hours: float = 0.0
    team: str = ""


@dataclass(frozen=True, kw_only=True)
class MeetingPlanned(Touchpoint, name="Meeting Planned"):
    """A call, a meeting or a visit was agreed with a person.

    kind: meeting, call or visit. starts_at: ISO, in UTC.
    """

    meeting_id: int
    title: str
    kind: str
    starts_at: str
    place: str = ""
    team: str = ""


@dataclass(frozen=True, kw_only=True)
class MeetingHeld(Touchpoint, name="Meeting Held"):
    """Staff met a person, or visited them.

    minutes: how long it was. outcome: as typed; it may hold personal data.
    """

    meeting_id: int
    title: str
    kind: str
    minutes: int
    outcome: str = ""
    team: str = ""


@dataclass(frozen=True, kw_only=True)
class CallMade(Touchpoint, name="Call Made"):
    """Staff and a person spoke on the phone.

    minutes: how long it was. outcome: as typed; it may hold personal data.
    """

    meeting_id: int
    title: str
    minutes: int
    outcome: str = ""
    team: str = ""

"""Whether somebody may be written to: for which purpose, on which channel, and how we know.

What was said is kept line by line, and the newest line counts, of whichever trail of the person it is. Service words
(an order, a ticket) may be sent unless they were refused; marketing and research only where consent was given.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jejak.people.models import Consent
from jejak.staff.models import User

SERVICE, MARKETING, RESEARCH = "service", "marketing", "research"
PURPOSES: dict[str, Promise] = {SERVICE: _("Service"), MARKETING: _("Marketing"), RESEARCH: _("Surveys")}
CHANNELS: dict[str, Promise] = {
    "email": _("E-mail"),
    "whatsapp": _("WhatsApp"),
    "sms": _("SMS"),
    "phone": _("Phone"),
    "post": _("Post"),
}
_UNLESS_REFUSED = frozenset({SERVICE})
_LONGEST_SOURCE, _LONGEST_EVIDENCE = 100, 500


class Unknown(Exception):
    """There is no such purpose or channel."""


class NotAllowed(Exception):
    """This person may not be written to for that purpose on that channel; the text says why."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class State:
    """What holds for one purpose on one channel. said: the line that decides, or None where nothing was said."""

    purpose: str
    channel: str
    is_allowed: bool
    said: Consent | None

    @property
    def reason(self) -> Promise:
        """Why not, for whoever wanted to write."""
        if self.said is not None:
            return _("This person has refused it.")
        return _("This person has not given consent to it.")


def say(
    *,
    person_id: int,
    purpose: str,
    channel: str,
    is_given: bool,
    said_at: datetime,
    source: str,
    evidence: str = "",
    by: User | None = None,
) -> Consent:
    """Keep what a person said. Saying the same again at the same moment keeps one line. Raises Unknown."""
    _check(purpose, channel)
    kept, _new = Consent.objects.get_or_create(
        person_id=person_id,
        purpose=purpose,
        channel=channel,
        is_given=is_given,
        said_at=said_at,
        source=source[:_LONGEST_SOURCE],
        defaults={"evidence": evidence[:_LONGEST_EVIDENCE], "noted_by": by},
    )
    return kept


def states(trail_ids: Iterable[int]) -> dict[tuple[str, str], State]:
    """Return what holds for each purpose and channel of a person, given all their trails; in one query."""
    said: dict[tuple[str, str], Consent] = {}
    lines = Consent.objects.filter(person__in=list(trail_ids)).select_related("noted_by")
    for line in lines.order_by("said_at", "pk"):
        said[line.purpose, line.channel] = line
    return {
        (purpose, channel): _state(purpose, channel, said.get((purpose, channel)))
        for purpose in PURPOSES
        for channel in CHANNELS
    }


def check(trail_ids: Sequence[int], *, purpose: str, channel: str) -> None:
    """Let pass where the person may be written to. Raises NotAllowed with the reason, or Unknown."""
    _check(purpose, channel)
    newest = Consent.objects.filter(person__in=list(trail_ids), purpose=purpose, channel=channel)
    state = _state(purpose, channel, newest.order_by("said_at", "pk").last())
    if not state.is_allowed:
        raise NotAllowed(state.reason)


def _state(purpose: str, channel: str, said: Consent | None) -> State:
    is_allowed = said.is_given if said is not None else purpose in _UNLESS_REFUSED
    return State(purpose=purpose, channel=channel, is_allowed=is_allowed, said=said)


def _check(purpose: str, channel: str) -> None:
    if purpose not in PURPOSES or channel not in CHANNELS:
        raise Unknown(f"There is no purpose {purpose!r} on channel {channel!r}.")

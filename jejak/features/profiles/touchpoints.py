"""What happens when staff look after a person."""

from dataclasses import dataclass

from jejak.touchpoints.recording import Touchpoint


@dataclass(frozen=True, kw_only=True)
class OwnerAssigned(Touchpoint, name="Owner Assigned"):
    """Somebody of the staff looks after a person from now on. owner, before: their login names; "" is nobody."""

    owner: str
    before: str
    by: str


@dataclass(frozen=True, kw_only=True)
class TeamAssigned(Touchpoint, name="Team Assigned"):
    """A team looks after a person from now on. to, before: keys of teams; "" is none."""

    to: str
    before: str
    by: str


@dataclass(frozen=True, kw_only=True)
class TagsChanged(Touchpoint, name="Tags Changed"):
    """Staff tagged a person, or took tags away."""

    added: list[str]
    removed: list[str]
    by: str


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Touchpoint, name="Consent Given"):
    """A person may be written to. purpose, on: of people.consent. evidence: how we know."""

    purpose: str
    on: str
    evidence: str
    by: str


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Touchpoint, name="Consent Withdrawn"):
    """A person may not be written to any more. purpose, on: of people.consent. evidence: how we know."""

    purpose: str
    on: str
    evidence: str
    by: str

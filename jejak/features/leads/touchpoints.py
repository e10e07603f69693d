"""What happens with leads."""

from dataclasses import dataclass

from jejak.touchpoints.recording import Touchpoint


@dataclass(frozen=True, kw_only=True)
class LeadCaptured(Touchpoint, name="Lead Captured"):
    """Somebody filled in a form. What they typed stays with the lead; here are the form and the points it got."""

    form: str
    points: int
    is_new_person: bool
    stage: str = "consider"


@dataclass(frozen=True, kw_only=True)
class LeadAssigned(Touchpoint, name="Lead Assigned"):
    """A lead was given to a member of staff, by a rule or by hand. owner: their user name."""

    owner: str
    rule: str
    team: str = ""

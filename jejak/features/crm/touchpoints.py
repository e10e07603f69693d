"""What happens between staff and those who buy: deals, and who belongs to which company."""

from dataclasses import dataclass

from jejak.touchpoints.recording import Touchpoint


@dataclass(frozen=True, kw_only=True)
class CompanyJoined(Touchpoint, name="Company Joined"):
    """Staff said that a person belongs to a company."""

    company: str
    company_key: str
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class CompanyLeft(Touchpoint, name="Company Left"):
    """Staff said that a person belongs to a company no more."""

    company: str
    company_key: str
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Touchpoint, name="Role Changed"):
    """A person does something else in their company now."""

    company: str
    company_key: str
    role_before: str
    role: str


@dataclass(frozen=True, kw_only=True)
class DealOpened(Touchpoint, name="Deal Opened"):
    """A deal began. amount: what it may bring; that is no value yet."""

    deal_id: int
    title: str
    pipeline: str
    deal_stage: str
    amount: float | None = None
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class DealStageChanged(Touchpoint, name="Deal Stage Changed"):
    """A deal went on, or back, to another open stage."""

    deal_id: int
    title: str
    stage_before: str
    deal_stage: str


@dataclass(frozen=True, kw_only=True)
class DealWon(Touchpoint, name="Deal Won"):
    """A deal was won. value: what it brings, and counts as the person's value."""

    deal_id: int
    title: str
    stage_before: str
    reason: str = ""
    value: float | None = None
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class DealLost(Touchpoint, name="Deal Lost"):
    """A deal was lost. amount: what it would have brought."""

    deal_id: int
    title: str
    stage_before: str
    reason: str = ""
    amount: float | None = None
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class DealOwnerAssigned(Touchpoint, name="Deal Owner Assigned"):
    """Somebody of the staff looks after a deal from now on; owner is "" where nobody does."""

    deal_id: int
    title: str
    owner: str

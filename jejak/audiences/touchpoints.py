"""What happens around audiences."""

from dataclasses import dataclass

from jejak.touchpoints.recording import Touchpoint


@dataclass(frozen=True, kw_only=True)
class AudienceEntered(Touchpoint, name="Audience Entered"):
    """A person came into an audience. Who is in it from the beginning did not enter it.

    audience: its key. title: its name then.
    """

    audience: str
    title: str


@dataclass(frozen=True, kw_only=True)
class AudienceLeft(Touchpoint, name="Audience Left"):
    """A person is not in an audience any more.

    audience: its key. title: its name then.
    """

    audience: str
    title: str

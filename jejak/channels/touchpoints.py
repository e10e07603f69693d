"""What happens when we write to people."""

from dataclasses import dataclass

from jejak.touchpoints.recording import Touchpoint


@dataclass(frozen=True, kw_only=True)
class EmailSent(Touchpoint, name="Email Sent"):
    """An e-mail of ours was handed to the mail server.

    purpose: service, marketing or research. email_id: its Message-ID. by: who of the staff wrote it, if somebody did.
    """

    subject: str
    purpose: str
    email_id: str
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class EmailFailed(Touchpoint, name="Email Failed"):
    """An e-mail of ours could not be sent.

    why: what the mail server said, or that it could not be reached, or that consent was taken back meanwhile.
    """

    subject: str
    purpose: str
    email_id: str
    why: str
    by: str = ""

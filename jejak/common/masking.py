"""Text that may be shown to many: without what leads to a person."""

import re

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<!\w)@\w{2,}")
_NUMBER = re.compile(r"(?<!\w)\+?\d(?:[\s().-]?\d){6,}(?!\w)")


def masked(text: str) -> str:
    """Return a text with e-mail addresses, @names and long numbers (phones, accounts, cards) put out of sight."""
    text = _EMAIL.sub("•••@•••", text)
    text = _HANDLE.sub("@•••", text)
    return _NUMBER.sub("•••", text)

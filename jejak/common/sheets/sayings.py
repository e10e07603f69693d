"""Sentences that the reading process says and a page shows in the reader's language.

A sentence travels as its English text with names in it, and what stands for the names. No Django here.
"""

from typing import Any

import msgspec


class Saying(msgspec.Struct, frozen=True):
    """One sentence. values: what stands for %(name)s in the text; may be sayings themselves."""

    text: str
    values: tuple[tuple[str, "str | Saying"], ...] = ()

    def __str__(self) -> str:
        return self.text % {name: str(value) for name, value in self.values} if self.values else self.text

    def without(self, name: str) -> "Saying":
        """Return the sentence that all rows share which differ in this value only."""
        return Saying(self.text, tuple((key, "…" if key == name else value) for key, value in self.values))


class Told(Exception):
    """An exception that says why in a sentence. Its text is English."""

    def __init__(self, text: str | Saying, /, **values: Any) -> None:
        self.saying = text if isinstance(text, Saying) else saying(text, **values)
        super().__init__(str(self.saying))


def saying(text: str, /, **values: Any) -> Saying:
    """Return a sentence with what stands for its names."""
    return Saying(
        text,
        tuple((name, value if isinstance(value, Saying) else str(value)) for name, value in values.items()),
    )


def gettext_noop(text: str) -> str:
    """Mark a text for translation. Django's own would load Django."""
    return text

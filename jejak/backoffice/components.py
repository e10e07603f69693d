"""What components are given, where a few words are not enough."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One entry of `{% timeline moments %}`.

    at: aware. title: what happened. text: a line about it; comment: words of the person, shown as a quote.
    facts: pairs of a label and a value, small under it. tone: good, warn, bad or "". sample: marked as such.
    details: everything about it, shown on demand (JSON or text).
    """

    at: datetime
    title: Any
    icon: str = "circle"
    channel: str = ""
    text: Any = ""
    comment: str = ""
    facts: list[tuple[Any, Any]] = field(default_factory=list)
    tone: str = ""
    sample: bool = False
    details: str = ""
    href: str = ""

"""When X happened, here we …: who wants to know of what was stored.

A reaction may run twice for the same touchpoint (a crash in between): it must be idempotent by message id.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One touchpoint as the log has it. properties: JSON text."""

    message_id: str
    trail_id: int
    kind: str
    name: str
    channel: str
    happened_at: datetime
    source: str
    properties: str


Reaction = Callable[[Sequence[Stored], datetime], None]
_by_name: dict[str, list[Reaction]] = {}


def reacts_to(*names: str) -> Callable[[Reaction], Reaction]:
    """Have a function called with the touchpoints of these names, a batch at a time, after they are stored."""

    def register(reaction: Reaction) -> Reaction:
        for name in names:
            _by_name.setdefault(name, []).append(reaction)
        return reaction

    return register


def wanted() -> frozenset[str]:
    """Return the names that somebody reacts to."""
    return frozenset(_by_name)


def react(stored: Sequence[Stored], now: datetime) -> None:
    """Run every reaction. One that fails is logged and does not stop the others."""
    for name in sorted({one.name for one in stored}):
        those = [one for one in stored if one.name == name]
        for reaction in _by_name.get(name, []):
            try:
                reaction(those, now)
            except Exception:
                log.exception("The reaction %s to %s failed.", reaction.__qualname__, name)

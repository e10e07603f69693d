"""What the company says of each kind of touchpoint: its team, its stage, a sentence."""

import threading
import time
from collections.abc import Mapping
from datetime import datetime

from jejak.touchpoints.models import Definition

_FRESH_SECONDS = 5.0
_guard = threading.Lock()
_read_at = 0.0
_changes = 0
_defined: dict[str, tuple[str, str]] = {}


def known() -> dict[str, tuple[str, str]]:
    """Return {name: (team, stage)} of every defined touchpoint, at most some seconds old."""
    global _read_at, _defined
    with _guard:
        if time.monotonic() - _read_at > _FRESH_SECONDS or not _read_at:
            _defined = {
                name: (team, stage)
                for name, team, stage in Definition.objects.values_list("name", "team", "stage")
            }
            _read_at = time.monotonic()
        return _defined


def note(seen: Mapping[str, datetime]) -> None:
    """Take names that were never seen into the list of definitions."""
    new = [name for name in seen if name not in _defined]
    if not new:
        return
    Definition.objects.bulk_create(
        [Definition(name=name, first_seen_at=seen[name]) for name in new],
        ignore_conflicts=True,
        batch_size=500,
    )
    with _guard:
        _defined.update((name, ("", "")) for name in new)


def define(*, name: str, sentence: str, team: str, stage: str) -> Definition:
    """Say of a touchpoint what it means, whose it is and where in the journey it stands; from now on."""
    definition, _ = Definition.objects.update_or_create(
        name=name, defaults={"sentence": sentence, "team": team, "stage": stage}
    )
    forget()
    return definition


def forget() -> None:
    """Read the definitions anew at the next question."""
    global _read_at, _defined, _changes
    with _guard:
        _read_at, _defined = 0.0, {}
        _changes += 1


def changes() -> int:
    """Return how often definitions were changed in this process: another reads them anew when that rises."""
    return _changes

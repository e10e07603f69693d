"""Beside requests: the log's mirror of people follows who has changed."""

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from jejak import eventlog
from jejak.common import later
from jejak.people import mirroring

_LOOK = timedelta(seconds=5)
_BREATH_SECONDS = 0.05


@later.does("mirror")
def mirror(now: datetime, stopping: threading.Event) -> timedelta | None:
    """Write anew who has changed, then go on with whatever is still missing from the beginning."""
    with suppress(eventlog.Away):
        while not stopping.is_set() and mirroring.follow(now=datetime.now(UTC)):
            stopping.wait(_BREATH_SECONDS)  # Whoever wants the interpreter comes first.
        while not stopping.is_set() and mirroring.go_on_rebuilding(now=datetime.now(UTC)):
            stopping.wait(_BREATH_SECONDS)
    return _LOOK

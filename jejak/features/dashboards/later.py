"""Beside requests: the watch."""

import threading
from contextlib import suppress
from datetime import datetime, timedelta

from jejak import eventlog
from jejak.common import later
from jejak.features.dashboards import watching

_LOOK = timedelta(minutes=5)


@later.does("watch")
def watch(now: datetime, stopping: threading.Event) -> timedelta | None:
    """Look whether something left its usual band."""
    with suppress(eventlog.Away):
        watching.look(now=now, stopping=stopping)
    return _LOOK

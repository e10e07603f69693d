"""Beside requests: the watch, own alerts, digests."""

import threading
from contextlib import suppress
from datetime import datetime, timedelta

from jejak import eventlog
from jejak.common import later
from jejak.features.dashboards import digesting, ruling, watching

_LOOK = timedelta(minutes=5)


@later.does("watch")
def watch(now: datetime, stopping: threading.Event) -> timedelta | None:
    """Look whether something left its usual band."""
    with suppress(eventlog.Away):
        watching.look(now=now, stopping=stopping)
        ruling.look(now=now, stopping=stopping)
    return _LOOK


@later.does("digests")
def digests(now: datetime, stopping: threading.Event) -> timedelta | None:
    """Write the digests that are due."""
    digesting.write_due(now=now, stopping=stopping)
    return timedelta(minutes=1)

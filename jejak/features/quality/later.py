"""Checks run beside requests, and once a day."""

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from jejak import eventlog
from jejak.common import later
from jejak.features.quality import actions
from jejak.features.quality.models import Check

_LOOK = timedelta(minutes=2)


@later.does("quality")
def check(now: datetime, stopping: threading.Event) -> timedelta | None:
    """Go on with what was begun, and begin what is due."""
    actions.want_daily(now=now)
    with suppress(eventlog.Away):  # What asks the log waits for it.
        for begun in Check.objects.filter(ended_at=None).order_by("pk"):
            actions.go_on(check=begun, now=datetime.now(UTC), stopping=stopping)
    return _LOOK

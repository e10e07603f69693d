"""Beside requests: audiences follow what happens."""

import threading
from contextlib import suppress
from datetime import datetime, timedelta

from jejak import eventlog
from jejak.audiences import actions
from jejak.common import later

_LOOK = timedelta(seconds=10)


@later.does(actions.WORK)
def refresh(now: datetime, stopping: threading.Event) -> timedelta | None:
    """Work out anew what may have changed."""
    with suppress(eventlog.Away):
        actions.refresh_due(now=now, stopping=stopping)
    return _LOOK

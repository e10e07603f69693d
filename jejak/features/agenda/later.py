"""What the agenda does in the background."""

import threading
from datetime import datetime, timedelta

from jejak.common import later
from jejak.features.agenda.actions import notices

_EACH = timedelta(seconds=30)


@later.does("reminders")
def remind(now: datetime, stopping: threading.Event) -> timedelta | None:
    """Give what reminders are due. Several processes may do it at once."""
    notices.sweep(now=now)
    return _EACH

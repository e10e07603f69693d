"""What is done for people in the background."""

import threading
from datetime import datetime, timedelta

from jejak.common import later
from jejak.people import forgetting

_AGAIN = timedelta(seconds=2)


@later.does("forgetting")
def forget(now: datetime, stopping: threading.Event) -> timedelta | None:
    """Forget whoever asked for it; what cannot be done yet is tried again soon."""
    all_done = True
    for receipt in forgetting.unfinished():
        if stopping.is_set():
            return None
        all_done &= forgetting.run(receipt=receipt, now=now)
    return None if all_done else _AGAIN

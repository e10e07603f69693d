"""What lists do beside requests: bulk edits, undoings and imports of many records."""

import threading
from datetime import datetime

from jejak.common import later
from jejak.features.lists import background

_is_begun = False


@later.does(background.NAME)
def work_off(now: datetime, stopping: threading.Event) -> None:
    """Do what waits."""
    global _is_begun
    if not _is_begun:
        _is_begun = True
        background.clear()
    background.run_all(stopping)

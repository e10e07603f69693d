"""What the channels do in the background."""

import threading
from datetime import UTC, datetime, timedelta

from jejak.channels import letters, outbox
from jejak.common import later


@later.does("outbox")
def send(now: datetime, stopping: threading.Event) -> timedelta | None:
    """Send what waits."""
    return outbox.send_due(now, stopping, clock=lambda: datetime.now(UTC))


@later.does(letters.WORK)
def send_letters(now: datetime, stopping: threading.Event) -> timedelta | None:
    """Send what waits for staff and for other systems."""
    return letters.send_due(now, stopping, clock=lambda: datetime.now(UTC))

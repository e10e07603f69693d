"""How this install is: what the health addresses and the operations page tell."""

import shutil
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from jejak import __version__, eventlog
from jejak.touchpoints import inlet, worker
from jejak.touchpoints.models import Refusal


@dataclass(frozen=True, kw_only=True)
class Report:
    """trouble: why the worker of this process waits, or empty. Bytes are of the disk that holds JEJAK_HOME."""

    version: str
    log: eventlog.Status
    waiting: inlet.Waiting
    worker: worker.Progress
    trouble: str
    free_bytes: int
    disk_bytes: int


def report() -> Report:
    """Return how this install is now. Raises DatabaseError where not even that can be told."""
    log = eventlog.status()
    disk = shutil.disk_usage(settings.HOME)
    return Report(
        version=__version__,
        log=log,
        waiting=inlet.waiting(),
        worker=worker.progress,
        trouble=worker.progress.trouble or ("" if log.reachable else log.last_error),
        free_bytes=disk.free,
        disk_bytes=disk.total,
    )


def refused_since(moment: datetime) -> int:
    """Return how many messages were refused since then."""
    return Refusal.objects.filter(received_at__gte=moment).count()

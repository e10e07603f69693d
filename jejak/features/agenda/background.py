"""Reminders, looked for each half minute in a thread of the serving process. Several processes may do it at once."""

import logging
import threading
from datetime import UTC, datetime

from django.db import DatabaseError, connections

from jejak.features.agenda.actions import notices

log = logging.getLogger(__name__)

_EACH_SECONDS = 30.0
_stopping = threading.Event()
_sweeper: threading.Thread | None = None


def begin() -> None:
    """Look for reminders from now on. To be called once, when the process begins."""
    global _sweeper
    _stopping.clear()
    _sweeper = threading.Thread(target=_run, name="jejak-reminders", daemon=True)
    _sweeper.start()


def stop(timeout_seconds: float = 10.0) -> None:
    """Let the sweep at hand finish, and end."""
    _stopping.set()
    if _sweeper is not None:
        _sweeper.join(timeout_seconds)


def _run() -> None:
    try:
        while not _stopping.wait(_EACH_SECONDS):
            try:
                notices.sweep(now=datetime.now(UTC))
            except DatabaseError as error:
                log.warning("Reminders cannot be looked for just now: %s", type(error).__name__)
                connections.close_all()
            except Exception:
                log.exception("Looking for reminders failed.")
    finally:
        connections.close_all()

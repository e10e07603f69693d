"""Making the demo in a thread of the serving process, so that the start does not wait for it."""

import logging
import threading
from datetime import UTC, datetime

from django.db import connections

from jejak.features.demo import actions
from jejak.features.demo.models import Demo

log = logging.getLogger(__name__)

_guard = threading.Lock()
_stopping = threading.Event()
_maker: threading.Thread | None = None
_LOOK_SECONDS = 5.0


def begin(tell: actions.Tell | None = None) -> None:
    """Go on with a demo that is wanted or was cut off. To be called once, when the process begins."""
    _stopping.clear()
    wake(tell)


def wake(tell: actions.Tell | None = None) -> None:
    """See to it that a wanted demo is made."""
    global _maker
    with _guard:
        if (_maker is None or not _maker.is_alive()) and _unfinished() is not None:
            _maker = threading.Thread(target=_make, args=(tell,), name="jejak-demo", daemon=True)
            _maker.start()


def stop(timeout_seconds: float = 10.0) -> None:
    """Let the people at hand finish, and end; what is left is made by the next process."""
    _stopping.set()
    with _guard:
        maker = _maker
    if maker is not None and maker.is_alive():
        maker.join(timeout_seconds)


def _make(tell: actions.Tell | None) -> None:
    try:
        while not _stopping.is_set() and (made := _unfinished()) is not None:
            try:
                actions.go_on(made, now=_now, stopping=_stopping, tell=tell)
            except actions.MadeElsewhere:
                _stopping.wait(_LOOK_SECONDS)
    except Exception as error:
        log.exception("The demo could not be made.")
        Demo.objects.update(trouble=f"{type(error).__name__}: {error}"[:500], maker="", seen_at=None)
    finally:
        connections.close_all()


def _unfinished() -> Demo | None:
    return Demo.objects.exclude(state=Demo.State.READY).first()


def _now() -> datetime:
    return datetime.now(UTC)

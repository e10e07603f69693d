"""Work on many records, one after the other, beside requests; see common/later.py."""

import logging
import threading
from datetime import UTC, datetime

from django.utils import translation

from jejak.common import later
from jejak.features.lists import works
from jejak.features.lists.models import Work

log = logging.getLogger(__name__)

NAME = "lists"


def wake() -> None:
    """See to it that waiting work is done."""
    later.wake(NAME)


def clear() -> None:
    """Say what was cut off when the last process ended: half of it is done, and can be undone."""
    running = Work.objects.filter(state=Work.State.RUNNING)
    running.update(state=Work.State.FAILED, error="The server ended meanwhile.", ended_at=_now())


def run_all(stopping: threading.Event) -> None:
    """Do what waits, until there is nothing more."""
    while not stopping.is_set() and (work := _next()) is not None:
        run(work)


def run(work: Work) -> None:
    """Do one piece of work, whatever becomes of it."""
    waiting = Work.objects.filter(pk=work.pk, state=Work.State.WAITING)
    if not waiting.update(state=Work.State.RUNNING, saved_at=_now()):
        return
    work.refresh_from_db()
    try:
        with translation.override(work.asked.get("language") or translation.get_language()):
            works.run(work=work, now=_now())
    except Exception as error:
        log.exception("Work on records broke off.")
        work.state, work.error = Work.State.FAILED, f"{type(error).__name__}: {error}"[:1000]
    work.ended_at = _now()
    work.save(update_fields=["state", "error", "told", "change", "done", "total", "ended_at"])


def _next() -> Work | None:
    return Work.objects.filter(state=Work.State.WAITING).order_by("pk").first()


def _now() -> datetime:
    return datetime.now(UTC)

"""Work on many records, one after the other, in a thread of the serving process."""

import logging
import threading
from datetime import UTC, datetime

from django.db import connections
from django.utils import translation

from jejak.features.lists import works
from jejak.features.lists.models import Work

log = logging.getLogger(__name__)

_guard = threading.Lock()
_stopping = threading.Event()
_worker: threading.Thread | None = None


def wake() -> None:
    """See to it that waiting work is done."""
    global _worker
    with _guard:
        if _stopping.is_set():
            return
        if (_worker is None or not _worker.is_alive()) and _next() is not None:
            _worker = threading.Thread(target=_run_all, name="jejak-lists", daemon=True)
            _worker.start()


def begin() -> None:
    """Say what was cut off when the last process ended. To be called once, when the process begins."""
    _stopping.clear()
    Work.objects.filter(state=Work.State.RUNNING).update(
        state=Work.State.FAILED, error="The server ended meanwhile.", ended_at=_now()
    )
    wake()


def stop(timeout_seconds: float = 15.0) -> None:
    """Let the work at hand finish where it is quick."""
    _stopping.set()
    with _guard:
        worker = _worker
    if worker is not None and worker.is_alive():
        worker.join(timeout_seconds)


def run(work: Work) -> None:
    """Do one piece of work, whatever becomes of it."""
    if not Work.objects.filter(pk=work.pk, state=Work.State.WAITING).update(
        state=Work.State.RUNNING, saved_at=_now()
    ):
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


def _run_all() -> None:
    try:
        while not _stopping.is_set() and (work := _next()) is not None:
            run(work)
    finally:
        connections.close_all()


def _next() -> Work | None:
    return Work.objects.filter(state=Work.State.WAITING).order_by("pk").first()


def _now() -> datetime:
    return datetime.now(UTC)

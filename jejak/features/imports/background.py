"""Imports of uploaded files, one after the other, in a thread of the serving process."""

import logging
import threading
from datetime import UTC, datetime

from django.db import connections

from jejak.features.imports import actions, process, running
from jejak.features.imports.models import Import

log = logging.getLogger(__name__)

_guard = threading.Lock()
_stopping = threading.Event()
_importer: threading.Thread | None = None


def begin() -> None:
    """Go on with what was cut off when the last process ended. To be called once, when the process begins."""
    _stopping.clear()
    ours = Import.objects.filter(is_ours=True)
    ours.filter(state=Import.State.TRYING).update(state=Import.State.DRAFT)
    for taken in ours.filter(state=Import.State.RUNNING):
        if running.is_cut_off(taken):
            Import.objects.filter(pk=taken.pk).update(state=Import.State.WAITING)
    actions.tidy_up(now=_now())
    wake()


def wake() -> None:
    """See to it that waiting imports are run."""
    global _importer
    with _guard:
        if (_importer is None or not _importer.is_alive()) and _next() is not None:
            _importer = threading.Thread(target=_run_all, name="jejak-imports", daemon=True)
            _importer.start()


def stop(timeout_seconds: float = 15.0) -> None:
    """Let the chunk at hand finish, and end; what is left goes on with the next process."""
    _stopping.set()
    with _guard:
        importer = _importer
    if importer is not None and importer.is_alive():
        importer.join(timeout_seconds)


def try_out(taken: Import) -> None:
    """Try an import in a thread of its own, so that it need not wait for others."""
    threading.Thread(target=_try_out, args=(taken,), name="jejak-import-trial", daemon=True).start()


def _run_all() -> None:
    try:
        while not _stopping.is_set() and (taken := _next()) is not None:
            _run(taken)
    finally:
        connections.close_all()


def _run(taken: Import) -> None:
    stopping = _EitherStop()
    try:
        actions.run(taken=taken, now=_now(), stopping=stopping)
    except (process.ReadingFailed, running.FileGone) as error:
        Import.objects.filter(pk=taken.pk).update(state=Import.State.FAILED, error=running.kept(error))
    except running.AlreadyRunning:
        Import.objects.filter(pk=taken.pk, state=Import.State.WAITING).update(state=Import.State.RUNNING)
    except Exception as error:
        log.exception("An import broke off.")
        Import.objects.filter(pk=taken.pk).update(
            state=Import.State.FAILED, error=f"{type(error).__name__}: {error}"
        )
    if _stopping.is_set():
        # Not stopped by anybody: it goes on with the next process.
        Import.objects.filter(pk=taken.pk, state=Import.State.STOPPED, stop_wanted=False).update(
            state=Import.State.WAITING
        )


class _EitherStop(threading.Event):
    """Set by whoever stops this import, or when the process ends."""

    def is_set(self) -> bool:
        return super().is_set() or _stopping.is_set()


def _next() -> Import | None:
    return Import.objects.filter(is_ours=True, state=Import.State.WAITING).order_by("started_at").first()


def _try_out(taken: Import) -> None:
    try:
        actions.try_out(taken=taken, now=_now())
    except Exception as error:
        log.exception("A trial broke off.")
        Import.objects.filter(pk=taken.pk, state=Import.State.TRYING).update(
            state=Import.State.DRAFT, error=f"{type(error).__name__}: {error}"
        )
    finally:
        connections.close_all()


def _now() -> datetime:
    return datetime.now(UTC)

"""Takes waiting arrivals through the pipeline, for as long as the process lives."""

import logging
import os
import socket
import threading
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connections

from jejak import eventlog
from jejak.people import resolving
from jejak.touchpoints import definitions, inlet, live, repeats, telling, understanding
from jejak.touchpoints.beside import Beside, Broken
from jejak.touchpoints.models import Arrival, Claim
from jejak.touchpoints.understanding import understand
from jejak.touchpoints.understood import Understood, Wanted

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5
_GATHER_SECONDS = 0.15
_LONGEST_WAIT_SECONDS = 10.0
_LEASE = timedelta(minutes=5)


@dataclass(slots=True)
class Progress:
    """What this process's worker has done since it began. trouble: why it waits now, or empty."""

    batches: int = 0
    stored: int = 0
    refused: int = 0
    repeated: int = 0
    last_batch_at: datetime | None = None
    trouble: str = ""


progress = Progress()
_name = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
_working = threading.Lock()


def work_once() -> int:
    """Take one batch through the pipeline and return how many messages it held. Raises eventlog.Away."""
    with _working:
        if (done := understand(_wanted())) is None:
            return 0
        _tell(done)
        return done.messages or 1


def drain() -> int:
    """Work until nothing waits and return how many messages were taken. Raises eventlog.Away."""
    done = 0
    while count := work_once():
        done += count
    return done


def take_over() -> None:
    """Make unfinished batches of workers that are gone ours. With an embedded log there is no other worker."""
    for alias in inlet.databases():
        left = Claim.objects.using(alias).exclude(worker=_name)
        if not eventlog.status().embedded:
            left = left.filter(claimed_at__lt=_now() - _LEASE)
        left.update(worker=_name)


class Worker(threading.Thread):
    """The pipeline's thread. `stop()` lets the batch at hand finish; what waits stays in the database.

    beside: understand in a process of its own, so that this one is free for those who ask and send.
    """

    def __init__(self, *, beside: bool) -> None:
        super().__init__(name="jejak-worker", daemon=True)
        self._beside = Beside() if beside else None
        self._stopping = threading.Event()
        self._teller = ThreadPoolExecutor(1, thread_name_prefix="jejak-teller")
        self._telling: Future[None] | None = None
        self._token = ""

    def run(self) -> None:
        """Work until told to stop."""
        wait_seconds = 0.0
        over = False
        tidied_on = None
        while not self._stopping.is_set():
            try:
                if not over:
                    take_over()
                    resolving.tell_log()
                    over = True
                if (today := _now().date()) != tidied_on:
                    repeats.forget(before_day=int(_now().timestamp()) // 86_400 - settings.SEEN_DAYS)
                    tidied_on = today
                done = self._work()
                progress.trouble = ""
                wait_seconds = 0.0
            except eventlog.Away as error:
                done = 0
                progress.trouble = str(error)
                wait_seconds = min(_LONGEST_WAIT_SECONDS, wait_seconds * 2 or 0.5)
                log.warning("The log is away; touchpoints wait: %s", error)
            except Broken as error:
                done = 0
                progress.trouble = str(error)
                wait_seconds = min(_LONGEST_WAIT_SECONDS, wait_seconds * 2 or 0.5)
                log.warning("A batch will be tried again: %s", error)
            except Exception as error:
                done = 0
                progress.trouble = f"{type(error).__name__}: {error}"
                wait_seconds = min(_LONGEST_WAIT_SECONDS, wait_seconds * 2 or 0.5)
                log.exception("A batch failed; it will be tried again.")
                connections.close_all()
            if wait_seconds:
                self._stopping.wait(wait_seconds)
            elif done < understanding.MOST_MESSAGES // 8:
                # One insert costs as much for one row as for thousands: let some come together.
                if not done:
                    inlet.wake.wait(_LOOK_SECONDS)
                inlet.wake.clear()
                self._stopping.wait(_GATHER_SECONDS)
        try:
            self._settle()
        except Exception:
            log.exception("The last batch was not finished; it is taken up at the next start.")
        self._teller.submit(connections.close_all)
        self._teller.shutdown()
        if self._beside:
            self._beside.close()
        connections.close_all()

    def _work(self) -> int:
        """Understand one batch while the one before it goes to the log: neither waits for the other's half."""
        with _working:
            wanted = _wanted(but=self._token)
            done = self._beside.understand(wanted) if self._beside else understand(wanted)
            self._settle()  # If this raises, what was taken is still claimed, and taken again in its turn.
            if done is None:
                return 0
            self._token = done.token
            self._telling = self._teller.submit(_tell, done)
            return done.messages or 1

    def _settle(self) -> None:
        telling, self._telling, self._token = self._telling, None, ""
        if telling is not None:
            telling.result()

    def stop(self, timeout_seconds: float = 30.0) -> None:
        """Finish the batch at hand and end."""
        self._stopping.set()
        inlet.wake.set()
        if self.is_alive():
            self.join(timeout_seconds)


def _wanted(but: str = "") -> Wanted:
    return Wanted(worker=_name, but=but, watched=live.watched(), definitions=definitions.changes())


def _tell(done: Understood) -> None:
    stored, refused = telling.tell(done)
    progress.batches += 1
    progress.stored += stored
    progress.refused += refused
    progress.repeated += done.repeated
    progress.last_batch_at = done.now


def _now() -> datetime:
    return datetime.now(UTC)


def recount() -> None:
    """Tell the inlet how much waits from before this process began."""
    for alias in inlet.databases():
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SELECT coalesce(sum(length(body)), 0) FROM {Arrival._meta.db_table}")
            inlet.left(-int(cursor.fetchone()[0]))

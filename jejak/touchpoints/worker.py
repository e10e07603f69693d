"""Takes waiting arrivals through the pipeline, for as long as the process lives."""

import gc
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
from jejak.touchpoints import batch as batches
from jejak.touchpoints import inlet, pipeline, repeats
from jejak.touchpoints.batch import Batch
from jejak.touchpoints.models import Arrival, Claim

log = logging.getLogger(__name__)

MOST_MESSAGES = 40_000
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
_resolver = resolving.Resolver()
_name = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
_working = threading.Lock()


def forget_people() -> None:
    """Drop what is remembered of people: some were forgotten."""
    _resolver.forget_all()


def work_once() -> int:
    """Take one batch through the pipeline and return how many messages it held. Raises eventlog.Away."""
    with _working:
        if (taken := _understand()) is None:
            return 0
        _tell(*taken)
        return _count(taken[1])


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
    """The pipeline's thread. `stop()` lets the batch at hand finish; what waits stays in the database."""

    def __init__(self) -> None:
        super().__init__(name="jejak-worker", daemon=True)
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
            except Exception as error:
                done = 0
                progress.trouble = f"{type(error).__name__}: {error}"
                wait_seconds = min(_LONGEST_WAIT_SECONDS, wait_seconds * 2 or 0.5)
                log.exception("A batch failed; it will be tried again.")
                connections.close_all()
            if wait_seconds:
                self._stopping.wait(wait_seconds)
            elif done < MOST_MESSAGES // 8:
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
        connections.close_all()

    def _work(self) -> int:
        """Understand one batch while the one before it goes to the log: neither waits for the other's half."""
        with _working:
            taken = _understand(but=self._token)
            self._settle()  # If this raises, what was taken is still claimed, and taken again in its turn.
            if taken is None:
                return 0
            self._token = taken[1].token
            self._telling = self._teller.submit(_tell, *taken)
            return _count(taken[1])

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


def _understand(but: str = "") -> tuple[str, Batch] | None:
    """Take the next batch, from which database and with its messages understood; `but` is being told already."""
    for alias in inlet.databases():
        unfinished = Claim.objects.using(alias).filter(worker=_name).exclude(batch=but)
        token = unfinished.values_list("batch", flat=True).order_by("arrival_id").first()
        token = token or batches.claim(alias=alias, worker=_name, most_messages=MOST_MESSAGES, now=_now())
        if token is None:
            continue
        # A batch makes hundreds of thousands of objects and no cycles: looking for some costs a third of the time.
        gc.disable()
        try:
            batch = batches.load(alias=alias, token=token, now=_now())
            pipeline.run(batch, _resolver, pipeline.UNDERSTAND)
        finally:
            gc.enable()
        return alias, batch
    return None


def _tell(alias: str, batch: Batch) -> None:
    pipeline.run(batch, _resolver, pipeline.TELL)
    batches.finish(alias=alias, batch=batch)
    progress.batches += 1
    progress.stored += len(batch.items)
    progress.refused += len(batch.refused)
    progress.repeated += batch.repeated
    progress.last_batch_at = batch.now


def _count(batch: Batch) -> int:
    return sum(arrival.messages for arrival in batch.arrivals) or 1


def _now() -> datetime:
    return datetime.now(UTC)


def recount() -> None:
    """Tell the inlet how much waits from before this process began."""
    for alias in inlet.databases():
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SELECT coalesce(sum(length(body)), 0) FROM {Arrival._meta.db_table}")
            inlet.left(-int(cursor.fetchone()[0]))

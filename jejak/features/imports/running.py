"""Taking a file in: what the reading process gives goes into the inlet, what it got to is kept."""

import csv
import fcntl
import hashlib
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec
from django.conf import settings
from django.db.models import Max

from jejak.common.sheets.sayings import Saying, Told
from jejak.common.sheets.sayings import gettext_noop as _
from jejak.features.imports import feeding, process, reading
from jejak.features.imports.models import Import
from jejak.touchpoints import inlet, worker
from jejak.touchpoints.models import Arrival

_CHECKPOINT_SECONDS = 1.0
_MOST_WAITING_MESSAGES = 150_000
_TOGETHER_BYTES = 4 * 2**20
_PAUSE_SECONDS = 0.2
_TRY_SECONDS = 0.05
_RULES_KEPT = 100
_KEPT = [
    "state", "error", "ended_at", "rows_done", "bytes_done", "bytes_total", "touchpoints", "added", "stored_before",
    "silent", "rejected", "rejects_path", "rejects_bytes", "told", "seconds", "saved_at",
]  # fmt: skip


class AlreadyRunning(Told):
    """Another process takes this file in at this moment."""


class FileGone(Told):
    """The file is not there any more, or is another one by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is. stage: "reading", then "storing" until all is countable."""

    stage: str
    rows: int
    touchpoints: int
    rejected: int
    bytes_done: int
    bytes_total: int
    waiting: int
    seconds: float


Tell = Callable[[Progress], None]
Count = Callable[[str], int | None]


def kept(error: Told) -> str:
    """Return why something failed as an import keeps it; see wording.of_error()."""
    return msgspec.json.encode(error.saying).decode()


def digest_of(path: Path) -> str:
    """Return what the file is recognised by. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run(taken: Import, *, now: datetime, tell: Tell, stopping: threading.Event, count: Count) -> None:
    """Take the file in, from where an earlier run got to, and return once all of it can be counted.

    The row says how it ended: done, stopped or failed. tell: hears of progress several times a second.
    stopping: set it, and the import stops after the chunk at hand. count: how many touchpoints of a source
    the log holds, or None where that cannot be told. Raises AlreadyRunning, FileGone, process.ReadingFailed.
    """
    with _alone(taken):
        taken.refresh_from_db()
        path = Path(taken.path)
        if not taken.path or not path.is_file():
            raise FileGone(_("%(file)s is not there any more."), file=taken.file_name)
        if taken.rows_done == 0:
            taken.stored_before = count(taken.source)
        taken.state, taken.error, taken.ended_at, taken.stop_wanted = Import.State.RUNNING, "", None, False
        taken.bytes_total, taken.saved_at = path.stat().st_size, now
        taken.save()
        run = _Run(taken, path, tell=tell, stopping=stopping)
        state = Import.State.STOPPED
        try:
            run.read(now)
            if run.whole:
                run.wait_until_countable()
                stored = None if stopping.is_set() else count(taken.source)
                if stored is not None and taken.stored_before is not None:
                    taken.added = max(0, stored - taken.stored_before)
                state = Import.State.DONE
        except process.ReadingFailed as error:
            state, taken.error = Import.State.FAILED, kept(error)
            raise
        finally:
            taken.state, taken.ended_at = state, datetime.now(UTC)
            run.close()


class _Run:
    """One run of an import, from its opening to its end."""

    def __init__(self, taken: Import, path: Path, *, tell: Tell, stopping: threading.Event) -> None:
        self._taken, self._path, self._tell, self._stopping = taken, path, tell, stopping
        self._begun = self._saved = time.monotonic()
        self._seconds_before = taken.seconds
        self._names = Counter(taken.told.get("names", {}))
        self._rules, self._noticed = _counted(taken.told.get("rules")), _counted(taken.told.get("noticed"))
        self._rejects: Any = None
        self._columns: list[str] | None = None
        self._pending: list[feeding.Chunk] = []
        self._pending_bytes = 0
        self._waiting = 0
        self._works_here = any(isinstance(one, worker.Worker) for one in threading.enumerate())
        self.whole = False

    def read(self, now: datetime) -> None:
        """Read the file to its end, or until told to stop."""
        taken = self._taken
        job = feeding.Job(
            path=str(self._path),
            mapping=taken.mapping,
            countries=settings.PHONE_COUNTRIES,
            now=now,
            rows_done=taken.rows_done,
        )
        ended = False
        try:
            with process.fed(job) as frames:
                for frame in frames:
                    if isinstance(frame, feeding.Opened):
                        self._columns = frame.columns
                    elif isinstance(frame, feeding.Chunk):
                        self._pending.append(frame)
                        self._pending_bytes += len(frame.body)
                        if self._pending_bytes >= _TOGETHER_BYTES or self._due():
                            self._accept(now)
                    elif isinstance(frame, feeding.Ended):
                        self._noticed |= Counter(dict(frame.told))
                        ended = True
                    if self._stopping.is_set():
                        break
        finally:
            self._accept(now)  # Also where reading fails: what was read until then is good.
        self.whole = ended and not self._pending

    def wait_until_countable(self) -> None:
        """Return when the log holds all that was accepted, or when told to stop: nothing is lost then either."""
        last = Arrival.objects.using(settings.INLET_DATABASE).aggregate(last=Max("pk"))["last"]
        if last is None:
            return
        mine = Arrival.objects.using(settings.INLET_DATABASE).filter(pk__lte=last)
        while mine.exists() and not self._stopping.is_set():
            if self._due():
                self._waiting = inlet.waiting().messages
                self.save()
            self._say("storing")
            time.sleep(_PAUSE_SECONDS)

    def save(self) -> None:
        """Keep what the import got to."""
        taken = self._taken
        if self._rejects is not None:
            self._rejects.flush()
            os.fsync(self._rejects.fileno())
            taken.rejects_bytes = self._rejects.tell()
        self._saved = time.monotonic()
        taken.seconds = self._seconds_before + self._saved - self._begun
        taken.saved_at = datetime.now(UTC)
        if Import.objects.filter(pk=taken.pk, stop_wanted=True).exists():
            self._stopping.set()
        taken.told = {
            "names": dict(self._names.most_common()),
            "rules": msgspec.to_builtins(self._rules.most_common(_RULES_KEPT)),
            "noticed": msgspec.to_builtins(list(self._noticed.items())),
        }
        taken.save(update_fields=_KEPT)

    def close(self) -> None:
        """Keep what the import got to, and close the rejects file."""
        self.save()
        if self._rejects is not None:
            self._rejects.close()
            self._rejects = None

    def _accept(self, now: datetime) -> None:
        """Give what is pending to the inlet, note it as done, and wait while too much waits there."""
        if not self._pending:
            return
        accepted = [
            inlet.Accepted(
                source=self._taken.source,
                received_at=now,
                messages=chunk.messages,
                body=chunk.body,
                meta={"import": self._taken.pk},
            )
            for chunk in self._pending
            if chunk.messages
        ]
        while not self._stopping.is_set():
            try:
                inlet.accept_now(accepted)
            except inlet.Overloaded:
                self._pause()
                continue
            if not self._works_here:
                inlet.left(self._pending_bytes)  # Another process takes them; our count would only grow.
            for chunk in self._pending:
                self._note(chunk)
            self._pending, self._pending_bytes = [], 0
            break
        if self._due():
            self.save()
        self._waiting = inlet.waiting().messages
        self._say("reading")
        while self._waiting > _MOST_WAITING_MESSAGES and not self._stopping.is_set():
            self._pause()

    def _note(self, chunk: feeding.Chunk) -> None:
        taken = self._taken
        taken.rows_done, taken.bytes_done = chunk.rows, chunk.bytes_read
        taken.touchpoints += chunk.messages
        taken.silent += chunk.silent
        taken.rejected += len(chunk.rejects)
        self._names.update(chunk.names)
        if chunk.rejects:
            self._reject(chunk.rejects)

    def _pause(self) -> None:
        time.sleep(_PAUSE_SECONDS)
        self._waiting = inlet.waiting().messages
        if self._due():
            self.save()
        self._say("reading")

    def _due(self) -> bool:
        return time.monotonic() - self._saved > _CHECKPOINT_SECONDS

    def _reject(self, rejects: list[feeding.Reject]) -> None:
        self._rules.update(reject.rule for reject in rejects)
        if self._rejects is None:
            self._rejects = self._open_rejects()
        writer = csv.writer(self._rejects)
        writer.writerows([self._taken.file_name, one.line, str(one.reason), *one.row] for one in rejects)

    def _open_rejects(self) -> Any:
        kept = self._taken.rejects_bytes
        try:
            file = _opened(Path(self._taken.rejects_path))
        except OSError:  # Beside the file nothing can be written.
            path = (
                Path(settings.HOME)
                / "imports"
                / f"{self._taken.pk}-{Path(self._taken.file_name).name}.rejects.csv"
            )
            self._taken.rejects_path = str(path)
            file = _opened(path)
        file.truncate(kept)  # Behind the checkpoint it is written again.
        file.seek(kept)
        if not kept:
            csv.writer(file).writerow([*reading.REJECT_COLUMNS, *(self._columns or ["row"])])
        return file

    def _say(self, stage: str) -> None:
        taken = self._taken
        self._tell(
            Progress(
                stage=stage,
                rows=taken.rows_done,
                touchpoints=taken.touchpoints,
                rejected=taken.rejected,
                bytes_done=taken.bytes_done,
                bytes_total=taken.bytes_total,
                waiting=self._waiting,
                seconds=time.monotonic() - self._begun,
            )
        )


def _counted(held: Any) -> Counter[Saying]:
    return Counter(dict(msgspec.convert(held or [], list[tuple[Saying, int]])))


def is_cut_off(taken: Import) -> bool:
    """Tell whether an import says that it runs, and no process of this machine runs it."""
    if taken.state != Import.State.RUNNING:
        return False
    try:
        with _alone(taken, tries=1):
            return True
    except AlreadyRunning:
        return False


def _opened(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return path.open("r+", encoding="utf-8", newline="")


@contextmanager
def _alone(taken: Import, *, tries: int = 5) -> Iterator[None]:
    """Hold the import for this process; a process that is killed lets go. Raises AlreadyRunning.

    tries: a page that looks whether an import was cut off holds it for a moment too.
    """
    folder = Path(settings.HOME) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{taken.pk}.lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                tries -= 1
                if not tries:
                    text = _("%(file)s is being imported already.")
                    raise AlreadyRunning(text, file=taken.file_name) from None
                time.sleep(_TRY_SECONDS)
        yield

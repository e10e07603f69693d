"""jejak import: take in files by a mapping."""

import argparse
import signal
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jejak.features.imports.models import Import
    from jejak.features.imports.running import Progress
    from jejak.features.imports.trials import Trial
    from jejak.project.serving import Say
    from jejak.touchpoints.worker import Worker

_WIDTH = 24
_LINE_SECONDS = 5.0
_DRAW_SECONDS = 0.2
_LOOK_AGAIN_SECONDS = 3.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "files", nargs="*", metavar="FILE", type=Path, help="CSV, TSV, JSON Lines (also .gz), Parquet, Excel"
    )
    parser.add_argument(
        "--mapping", metavar="MAP", help="a mapping file (TOML), or the name of a shipped mapping"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would come, and write nothing")
    parser.add_argument(
        "--rejects", metavar="FILE", type=Path, help="where rejected rows go (default: FILE.rejects.csv)"
    )
    parser.add_argument("--mappings", action="store_true", help="list the shipped mappings")
    parser.add_argument(
        "--show", metavar="NAME", help="print a shipped mapping, to begin one of your own with"
    )


def run(given: argparse.Namespace) -> int:
    """Take the files in, one after the other."""
    from jejak.features.imports import mapping
    from jejak.features.imports.spec import BadMapping

    try:
        if given.mappings:
            for name in mapping.shipped():
                print(f"{name:24} {mapping.parse(mapping.text_of(name)).title}")
            return 0
        if given.show:
            print(mapping.text_of(given.show), end="")
            return 0
        if not given.files or not given.mapping:
            print("Say which files, and by which mapping: jejak import FILE --mapping MAP", file=sys.stderr)
            return 2
        text = mapping.text_of(given.mapping)
        mapping.parse(text)
    except BadMapping as error:
        print(f"The mapping {given.mapping or given.show} cannot be used: {error}", file=sys.stderr)
        return 2
    if len(given.files) > 1 and given.rejects:
        print("One rejects file serves one file; leave --rejects out.", file=sys.stderr)
        return 2
    for file in given.files:
        if not file.is_file():
            print(f"There is no file {file}.", file=sys.stderr)
            return 2
    if given.dry_run:
        return max(_try_out(file, text) for file in given.files)
    import django

    django.setup()
    return _import(given.files, text, given.rejects)


def _try_out(file: Path, text: str) -> int:
    from django.conf import settings

    from jejak.features.imports import process, trials

    show = _Bar(file.name)
    begun = time.monotonic()
    size = file.stat().st_size
    try:
        trial = trials.try_out(
            path=file,
            mapping=text,
            countries=settings.PHONE_COUNTRIES,
            now=datetime.now(UTC),
            tell=lambda chunk: show.draw(
                "trying", chunk.rows, chunk.bytes_read, size, time.monotonic() - begun
            ),
        )
    except process.ReadingFailed as error:
        show.end()
        print(f"{file}: {error}", file=sys.stderr)
        return 1
    show.end()
    _print_trial(file, trial)
    return 0


def _print_trial(file: Path, trial: "Trial") -> None:
    said = ", ".join(
        filter(None, [trial.format, trial.encoding, repr(trial.delimiter) if trial.delimiter else ""])
    )
    print(f"{file.name} ({said}): {trial.rows:,} rows would give {trial.touchpoints:,} touchpoints", end="")
    print(f" of about {trial.people:,} people.")
    for name, times in trial.names.items():
        print(f"  {times:>10,}  {name}")
    if trial.silent:
        print(f"  {trial.silent:>10,}  rows give nothing: no condition holds")
    if trial.rejected:
        print(f"  {trial.rejected:>10,}  rows would be rejected:")
        for rule, times in trial.rules[:10]:
            print(f"  {times:>14,}  {rule}")
        for reject in trial.rejects[:3]:
            print(f"              such as line {reject.line}: {reject.reason}")
    for what, times in trial.noticed:
        print(f"  {times:>10,}  {what}")
    print("The first ones:")
    for example in trial.examples:
        print(f"  {example[:1000]}")
    print("Nothing was written (--dry-run).")


def _import(files: list[Path], text: str, rejects: Path | None) -> int:
    from django.db import connections

    from jejak import eventlog
    from jejak.features.imports import actions, process, running

    stopping = threading.Event()
    previous = signal.signal(signal.SIGINT, _stopper(stopping))
    pipeline = _Pipeline()
    try:
        pipeline.begin()
        for file in files:
            if stopping.is_set():
                break
            now = datetime.now(UTC)
            try:
                taken = actions.register(path=file, mapping_text=text, rejects_path=rejects, now=now)
            except actions.AlreadyImported as known:
                print(_already(known.taken))
                continue
            if taken.rows_done:
                print(f"{file.name}: going on after row {taken.rows_done:,}.")
            bar = _Bar(file.name, earlier=taken.rows_done)

            def tell(progress: "Progress", bar: _Bar = bar) -> None:
                pipeline.see_to_it()
                bar.progress(progress)

            try:
                actions.run(taken=taken, now=now, tell=tell, stopping=stopping, count=_count)
            except (process.ReadingFailed, running.AlreadyRunning, running.FileGone) as error:
                bar.end()
                print(f"{file}: {error}", file=sys.stderr)
                return 1
            bar.end()
            _print_result(taken)
    except eventlog.Away as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        pipeline.end()
        connections.close_all()
        signal.signal(signal.SIGINT, previous)
    return 130 if stopping.is_set() else 0


class _Pipeline:
    """Who takes the touchpoints into the log: a server that runs, or else this process."""

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self._tried = 0.0

    def begin(self) -> None:
        """Make the install ready and start working, unless somebody works already. Raises eventlog.Away."""
        from jejak import eventlog
        from jejak.project import preparing
        from jejak.touchpoints import worker

        self._tried = time.monotonic()
        try:
            preparing.prepare(say=_quiet())
        except eventlog.HeldElsewhere:
            print("A server of this install is running: it takes the touchpoints into the log.")
            return
        worker.recount()
        self._worker = worker.Worker(beside=True)
        self._worker.start()

    def see_to_it(self) -> None:
        """Take over where whoever worked has ended meanwhile."""
        from jejak import eventlog
        from jejak.touchpoints import worker

        if self._worker is not None or time.monotonic() - self._tried < _LOOK_AGAIN_SECONDS:
            return
        self._tried = time.monotonic()
        with suppress(eventlog.Away):
            eventlog.open()
            self._worker = worker.Worker(beside=True)
            self._worker.start()

    def end(self) -> None:
        """Finish the batch at hand and let go of the log."""
        from jejak import eventlog

        if self._worker is not None:
            self._worker.stop()
        eventlog.close()


def _quiet() -> "Say":
    from jejak.project import serving

    class Quiet(serving.Say):
        def __call__(self, sentence: str) -> None:
            if not sentence.startswith("Opening"):  # Each import would say it.
                super().__call__(sentence)

    return Quiet()


def _count(source: str) -> int | None:
    from jejak import eventlog
    from jejak.features.imports import actions
    from jejak.project import answering

    try:
        eventlog.open()
    except eventlog.HeldElsewhere:
        quoted = source.replace("\\", "\\\\").replace("'", "\\'")
        with suppress(answering.NoServer, answering.NotAnswered, ValueError, IndexError, TypeError):
            told = answering.ask_server(f"SELECT count() FROM touchpoints WHERE source = '{quoted}'")
            return int(told.rows[0][0])
        return None
    return actions.count_stored(source)


def _stopper(stopping: threading.Event) -> signal.Handlers:
    def stop(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()
        print("\nStopping; the same command goes on from here later …", file=sys.stderr)

    return stop  # type: ignore[return-value]


def _already(taken: "Import") -> str:
    when = f" on {taken.ended_at:%Y-%m-%d %H:%M} UTC" if taken.ended_at else ""
    return (
        f"{taken.file_name} was imported by this mapping already{when}: {taken.rows_done:,} rows,"
        f" {taken.touchpoints:,} touchpoints. Nothing was added."
    )


def _print_result(taken: "Import") -> None:
    from jejak.common.sheets import wording

    ended = {"done": "is imported", "stopped": "was stopped"}.get(taken.state, taken.state)
    print(f"{taken.file_name} {ended}: {taken.rows_done:,} rows, {taken.touchpoints:,} touchpoints", end="")
    if taken.added is not None:
        print(f", {taken.added:,} new, {max(0, taken.touchpoints - taken.added):,} already there", end="")
    elif taken.state == "done":
        print("; what is not in the log yet comes with the next start", end="")
    rate = taken.rows_done / taken.seconds if taken.seconds else 0
    print(f", {taken.rejected:,} rows rejected, {taken.seconds:.1f} s, {rate:,.0f} rows/s.")
    if taken.silent:
        print(f"  {taken.silent:,} rows gave nothing: no condition holds.")
    for rule, times in wording.of_counted(taken.told.get("rules"))[:10]:
        print(f"  {times:>10,}  {rule}")
    for what, times in wording.of_counted(taken.told.get("noticed")):
        print(f"  {times:>10,}  {what}")
    if taken.rejected:
        print(f"  The rejected rows, each with its line and reason: {taken.rejects_path}")


class _Bar:
    """A bar with rate and remaining time on a terminal; elsewhere a plain line now and then.

    earlier: rows of an earlier run, which this one does not read again.
    """

    def __init__(self, name: str, *, earlier: int = 0) -> None:
        self._name = name
        self._live = sys.stderr.isatty()
        self._drawn = time.monotonic() if not self._live else 0.0
        self._width = 0
        self._earlier = earlier

    def progress(self, done: "Progress") -> None:
        """Show how far an import is."""
        stage = "" if done.stage == "reading" else f"{done.waiting:,} on their way to the log"
        self.draw(stage, done.rows, done.bytes_done, done.bytes_total, done.seconds)

    def draw(self, stage: str, rows: int, bytes_done: int, bytes_total: int, seconds: float) -> None:
        """Show how far the reading is."""
        now = time.monotonic()
        if now - self._drawn < (_DRAW_SECONDS if self._live else _LINE_SECONDS):
            return
        self._drawn = now
        share = min(1.0, bytes_done / bytes_total) if bytes_total else 0.0
        remaining = f", {_lasting(seconds * (1 - share) / share)} left" if 0.02 < share < 1 else ""
        rate = (rows - self._earlier) / max(seconds, 0.001)
        line = f"{self._name}  {share:4.0%}  {rows:,} rows, {rate:,.0f} rows/s{remaining}"
        if stage:
            line += f", {stage}"
        if not self._live:
            print(line, file=sys.stderr, flush=True)
            return
        filled = round(share * _WIDTH)
        line = f"[{'█' * filled}{'·' * (_WIDTH - filled)}] {line}"
        print(f"\r{line:<{self._width}}", end="", file=sys.stderr, flush=True)
        self._width = len(line)

    def end(self) -> None:
        """Leave the line."""
        if self._live and self._width:
            print(f"\r{'':<{self._width}}\r", end="", file=sys.stderr, flush=True)


def _lasting(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes}:{rest:02}"

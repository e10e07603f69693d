"""A process of its own that uses a log: next_process.py FOLDER [append [BATCHES] | count | fork | full]…"""

import contextlib
import os
import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from django.conf import settings


def use(folder: str) -> None:
    settings.configure(EVENTLOG_URL=f"chdb://{folder}/log", USE_TZ=True)


def main(folder: str, *words: str) -> None:
    from jejak import eventlog

    use(folder)
    eventlog.migrate()
    steps = iter(words)
    for step in steps:
        if step == "append":
            _append(int(next(steps, 1_000_000)))
        elif step == "count":
            count, different = eventlog.ask("SELECT count(), uniqExact(message_id) FROM touchpoints").rows[0]
            print(count, different, flush=True)
        elif step == "fork":
            _fork()
        elif step == "full":
            _full(Path(folder))


def _append(batches: int) -> None:
    """Append batches and say after each how many are in. The same number is always the same batch."""
    from jejak import eventlog
    from jejak.eventlog.tests.makers import NOON, table, touchpoint

    years: list[datetime] = [NOON.replace(year=year) for year in range(2019, 2026)]
    for batch in range(batches):
        rows = [
            touchpoint(happened_at=years[i % len(years)], message_id=f"{batch}.{i}", message="{}" * 100)
            for i in range(35)
        ]
        eventlog.append(table(*rows), token=f"batch.{batch}")
        print(batch + 1, flush=True)


def _fork() -> None:
    """Ask in a forked child, which says what it got, and then in this process."""
    from jejak import eventlog

    if not (child := os.fork()):
        try:
            eventlog.ask("SELECT 1")
        except eventlog.HeldElsewhere:
            print("HeldElsewhere", flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    print(eventlog.ask("SELECT 1").rows[0][0], flush=True)


def _full(folder: Path) -> None:
    """Append on a full disk, then make room and append the same again."""
    from jejak import eventlog

    ballast = folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    for _ in range(3):
        try:
            _append(2)
        except eventlog.Away as away:
            print(away, flush=True)
    print(eventlog.ask("SELECT count() FROM touchpoints").rows[0][0], flush=True)
    ballast.unlink()
    _append(2)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""From a file to what can be counted: all of it once, whatever happens on the way."""

import csv
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jejak import eventlog as the_log
from jejak.features.imports import actions, process, running
from jejak.features.imports.models import Import
from jejak.features.imports.tests.makers import NOON, ORDERS, make_file, make_orders
from jejak.touchpoints import definitions, inlet, understanding, worker

pytestmark = pytest.mark.django_db(databases=["default", "inlet"], transaction=True)


@pytest.fixture(autouse=True)
def _fresh(eventlog: Any) -> None:
    understanding.forget_people()
    definitions.forget()


def take_in(path: Path, text: str = ORDERS, **more: Any) -> Import:
    """Import a file and work it into the log in this thread."""
    taken = actions.register(path=path, mapping_text=text, rejects_path=None, now=NOON)
    return go_on(taken, **more)


def go_on(taken: Import, tell: Callable[[running.Progress], None] | None = None, **more: Any) -> Import:
    def work(progress: running.Progress) -> None:
        if tell:
            tell(progress)
        worker.drain()

    actions.run(taken=taken, now=NOON, tell=work, **more)
    return taken


def stored(sql: str = "SELECT count(), uniqExact(message_id), uniqExact(person_id) FROM touchpoints") -> Any:
    return the_log.ask(sql).rows[0]


def rejects_of(taken: Import) -> list[list[str]]:
    with Path(taken.rejects_path).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_file_is_countable_when_the_import_ends(tmp_path: Path) -> None:
    taken = take_in(make_orders(tmp_path, 5_000, "orders.csv.gz"))
    assert stored() == (5_000, 5_000, 7)
    assert stored("SELECT sum(value), min(source), any(currency) FROM touchpoints") == (
        12_497_500,
        "orders",
        "IDR",
    )
    assert (taken.state, taken.rows_done, taken.touchpoints, taken.added, taken.rejected) == (
        "done", 5_000, 5_000, 5_000, 0,
    )  # fmt: skip
    assert taken.told["names"] == {"Order Completed": 5_000}


def test_rejected_rows_are_kept_with_line_and_reason(tmp_path: Path) -> None:
    path = make_file(
        tmp_path,
        'email,at,total\na@b.co,"2026-01\n-31",1\nb@b.co,2026-01-31,x\nc@b.co,2026-01-31,3\nd@b.co\n',
    )
    taken = take_in(path)
    assert rejects_of(taken) == [
        ["reject_file", "reject_line", "reject_reason", "email", "at", "total"],
        [
            "orders.csv",
            "2",
            "at: '2026-01\\n-31' is not a time such as 2026-01-31 13:45:00.",
            "a@b.co",
            "2026-01\n-31",
            "1",
        ],
        ["orders.csv", "4", "total: 'x' is not a number.", "b@b.co", "2026-01-31", "x"],
        ["orders.csv", "6", "the line has 1 fields, the header has 3.", "d@b.co"],
    ]
    assert taken.rejects_path == str(path) + ".rejects.csv"
    assert (stored()[0], taken.rejected) == (1, 3)


def test_the_same_file_again_adds_nothing_and_says_so(tmp_path: Path) -> None:
    path = make_orders(tmp_path, 100)
    taken = take_in(path)
    copy = make_file(tmp_path, path.read_bytes(), "copy.csv")
    with pytest.raises(actions.AlreadyImported) as caught:
        take_in(copy)
    assert caught.value.taken == taken


def test_a_file_that_grew_adds_its_new_rows_only(tmp_path: Path) -> None:
    path = make_orders(tmp_path, 100)
    take_in(path)
    grown = make_file(tmp_path, path.read_text() + "a@b.co,2026-01-31,9\n", "grown.csv")
    taken = take_in(grown)
    assert (taken.touchpoints, taken.added, stored()[0]) == (101, 1, 101)


def test_a_changed_mapping_takes_what_was_rejected_before(tmp_path: Path) -> None:
    path = make_file(tmp_path, 'email,at,total\na@b.co,2026-01-31,1\nb@b.co,2026-01-31,"2,5"\n')
    strict = ORDERS.replace('value = "total"', 'value = { column = "total", type = "whole" }')
    taken = take_in(path, strict)
    assert (taken.added, taken.rejected) == (1, 1)
    again = take_in(path, ORDERS.replace("[handles]", '[file]\ndecimal = ","\n[handles]'))
    assert (again.pk, again.touchpoints, again.added, again.rejected) == (taken.pk, 2, 1, 0)
    assert stored("SELECT sum(value) FROM touchpoints") == (3.5,)


def test_stopping_and_starting_again_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_TOGETHER_BYTES", 1)
    path = make_orders(tmp_path, 20_000)
    path.write_text(path.read_text() + "nobody,,\n")
    stopping = threading.Event()

    def stop_at_once(progress: running.Progress) -> None:
        if progress.rows:
            stopping.set()

    taken = take_in(path, tell=stop_at_once, stopping=stopping)
    assert taken.state == Import.State.STOPPED
    assert 0 < taken.rows_done < 20_000
    before = taken.rows_done
    taken = take_in(path)
    assert (taken.state, taken.rows_done, taken.touchpoints, taken.rejected) == ("done", 20_001, 20_000, 1)
    assert taken.rows_done > before
    assert stored() == (20_000, 20_000, 7)
    assert len(rejects_of(taken)) == 2


def test_chunks_accepted_after_the_last_checkpoint_are_not_doubled(tmp_path: Path) -> None:
    taken = take_in(make_orders(tmp_path, 6_000))
    # As if it was killed before it could note what it had handed over.
    Import.objects.filter(pk=taken.pk).update(state="running", rows_done=2_000, touchpoints=2_000)
    taken.refresh_from_db()
    go_on(taken)
    assert (taken.state, taken.touchpoints, stored()) == ("done", 6_000, (6_000, 6_000, 7))


def test_an_import_waits_while_the_inlet_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_orders(tmp_path, 100)
    times = []

    def full_twice(batch: Any) -> None:
        times.append(len(batch))
        if len(times) < 3:
            raise inlet.Overloaded(5, "full")
        accept_now(batch)

    accept_now = inlet.accept_now
    monkeypatch.setattr(inlet, "accept_now", full_twice)
    taken = take_in(path)
    assert (len(times) >= 3, taken.state, stored()[0]) == (True, "done", 100)


def test_two_processes_do_not_run_one_import(tmp_path: Path) -> None:
    taken = actions.register(path=make_orders(tmp_path, 10), mapping_text=ORDERS, rejects_path=None, now=NOON)

    def meanwhile(progress: running.Progress) -> None:
        with pytest.raises(running.AlreadyRunning):
            actions.run(taken=Import.objects.get(pk=taken.pk), now=NOON)

    go_on(taken, tell=meanwhile)
    assert stored()[0] == 10


def test_a_file_that_breaks_off_fails_and_keeps_what_came_before(tmp_path: Path) -> None:
    path = make_orders(tmp_path, 20_000, "orders.csv.gz")
    path.write_bytes(path.read_bytes()[:-2_000])
    with pytest.raises(process.ReadingFailed, match="broken after line"):
        take_in(path)
    taken = Import.objects.get()
    worker.drain()
    assert taken.state == Import.State.FAILED
    assert "broken after line" in taken.error
    assert 0 < stored()[0] == taken.touchpoints


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    path = make_orders(tmp_path, 10)
    taken = actions.register(path=path, mapping_text=ORDERS, rejects_path=None, now=NOON)
    path.unlink()
    with pytest.raises(running.FileGone, match="is not there any more"):
        actions.run(taken=taken, now=NOON + timedelta(hours=1))


def test_the_reading_process_ends_with_who_started_it(tmp_path: Path) -> None:
    path = make_orders(tmp_path, 400_000)
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom jejak.features.imports import feeding, process\n"
        "from jejak.features.imports.tests.makers import NOON, ORDERS\n"
        "job = feeding.Job(path=sys.argv[1], mapping=ORDERS, countries=['ID'], now=NOON)\n"
        "with process.fed(job) as frames:\n    next(frames); next(frames)\n"
        "    print('reading', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"reading\n"
        (reader,) = _children(parent.pid)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait(10)
    for _ in range(100):
        if not _alive(reader):
            return
        time.sleep(0.1)
    pytest.fail("The reading process goes on alone.")


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False

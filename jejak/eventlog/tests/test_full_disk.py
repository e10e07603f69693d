"""A full disk, a real one: a small file system in memory, mounted for the test's process only."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NEXT_PROCESS = Path(__file__).parent / "next_process.py"


def test_a_full_disk_stores_nothing_kills_nothing_and_is_over_when_there_is_room(tmp_path):
    lines = _on_a_small_disk(tmp_path, "count", "append", "1", "full", "count")

    assert lines[:2] == ["0 0", "1"]  # One batch of 35 is in before the disk is full.
    assert [line.startswith("The log has no room: ") for line in lines[2:5]] == [True] * 3
    assert lines[5] == "35"  # Questions are still answered.
    assert lines[6:] == ["1", "2", "70 70"]  # Both are in when there is room, each once.


def _on_a_small_disk(folder: Path, *steps: str) -> list[str]:
    script = (
        f"mount -t tmpfs -o size=30m tmpfs '{folder}' && exec '{sys.executable}' '{NEXT_PROCESS}' '{folder}' "
        + " ".join(steps)
    )
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rm", "true"], check=False).returncode:
        pytest.fail(
            "A full disk needs `unshare -rm` (util-linux with user namespaces), which does not work here."
        )
    ran = subprocess.run([unshare, "-rm", "sh", "-c", script], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()

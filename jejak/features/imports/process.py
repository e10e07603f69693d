"""The reading process as seen from outside: start it, take what it gives, end it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from jejak.common.sheets.sayings import Told
from jejak.common.sheets.sayings import gettext_noop as _
from jejak.features.imports import feeding

_MODULE = "jejak.features.imports.feeding"
_WAIT_SECONDS = 10
_ROOT = Path(__file__).resolve().parents[3]


class ReadingFailed(Told):
    """The file or the mapping cannot be used."""


@contextmanager
def fed(job: feeding.Job) -> Iterator[Iterator[feeding.Frame]]:
    """Give the frames of a job from a process of its own, which ends with the block.

    It is started, never forked: the embedded log may be open here. Raises ReadingFailed on the way.
    """
    places = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(msgspec.json.encode(job))
            process.stdin.close()
            yield _checked(feeding.frames(process.stdout), process, complaints)
        finally:
            process.stdout.close()  # It ends at its next word.
            _wait(process)


def _checked(
    frames: Iterator[feeding.Frame], process: subprocess.Popen[bytes], complaints: IO[bytes]
) -> Iterator[feeding.Frame]:
    ended = False
    for frame in frames:
        if isinstance(frame, feeding.Failed):
            raise ReadingFailed(frame.reason)
        ended = isinstance(frame, feeding.Ended)
        yield frame
    if not ended:
        _wait(process)
        complaints.seek(0)
        said = complaints.read().decode(errors="replace").strip()[-1000:]
        text = _("The reading process broke off (%(code)s). %(said)s")
        raise ReadingFailed(text, code=process.returncode, said=said)


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_WAIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

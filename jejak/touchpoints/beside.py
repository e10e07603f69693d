"""Understanding batches in a process of its own.

One interpreter does one thing at a time: where the pipeline runs in the process that accepts touchpoints and holds the
log, senders wait for it. The process beside has no log open; what it understands comes back as an Arrow file.
It is started, never forked, and ends when the one that started it does, however that ends.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from jejak.touchpoints.understood import Understood, Wanted

log = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]
_END_SECONDS = 10


class Broken(Exception):
    """The process beside could not do it, or is gone. What waits is as it was."""


class _Failed(msgspec.Struct, kw_only=True, tag=True):
    said: str


class _Nothing(msgspec.Struct, tag=True):
    pass


class _Told(msgspec.Struct, kw_only=True, tag=True):
    """rows follow in a message of their own."""

    done: Understood


_decode = msgspec.msgpack.Decoder(_Failed | _Nothing | _Told).decode
_encode = msgspec.msgpack.Encoder().encode


class Beside:
    """The process beside, started at the first use and again where it is gone."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._guard = threading.Lock()

    def understand(self, wanted: Wanted) -> Understood | None:
        """Return the next batch, understood, or None where nothing waits. Raises Broken."""
        with self._guard:
            try:
                line = self._line or self._start()
                line.send_bytes(_encode(wanted))
                told = _decode(line.recv_bytes())
                if isinstance(told, _Told):
                    told.done.rows = line.recv_bytes()
                    return told.done
            except (OSError, EOFError, msgspec.MsgspecError) as error:
                self._end()
                raise Broken(f"The process that understands touchpoints broke off: {error}") from error
        if isinstance(told, _Failed):
            raise Broken(told.said)
        return None

    def close(self) -> None:
        """End the process."""
        with self._guard:
            self._end()

    def _start(self) -> Connection:
        places = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jejak.touchpoints.beside"],
                stdin=theirs.fileno(),
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))},
            )
        self._line = Connection(ours.detach())
        return self._line

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._line = self._process = None


def main() -> None:
    """Answer on standard input, a socket, until the other end closes it."""
    # Ctrl-C and a manager's SIGTERM reach both; the other process says when the batch at hand is done.
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jejak.project.settings")
    import django
    from django.conf import settings
    from django.db import connections

    settings.INSTALLED_APPS = (
        settings.PIPELINE_APPS
    )  # All the others would take a second and a hundred megabytes.
    django.setup()
    from jejak.touchpoints import definitions
    from jejak.touchpoints.understanding import understand

    changes = 0
    line = Connection(os.dup(0))
    while True:
        try:
            wanted = msgspec.msgpack.decode(line.recv_bytes(), type=Wanted)
        except (EOFError, OSError):
            return
        try:
            if wanted.definitions != changes:
                definitions.forget()
                changes = wanted.definitions
            done = understand(wanted)
        except Exception as error:
            log.exception("A batch could not be understood.")
            connections.close_all()
            line.send_bytes(_encode(_Failed(said=f"{type(error).__name__}: {error}")))
            continue
        if done is None:
            line.send_bytes(_encode(_Nothing()))
            continue
        rows, done.rows = done.rows, b""
        line.send_bytes(_encode(_Told(done=done)))
        line.send_bytes(rows)


if __name__ == "__main__":
    main()

"""A PostgreSQL for the tests: a cluster of its own on a free port of loopback, gone with the run."""

import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests import needs


class DidNotStart(Exception):
    """PostgreSQL did not start; the message is what it said."""


@contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster, and give the address of its database `postgres`."""
    programs = needs.postgresql()
    # A socket's path may have 107 bytes, so pytest's own long folders will not do.
    folder = Path(tempfile.mkdtemp(prefix="jejak-pg-", dir="/tmp"))
    as_user = _unprivileged(folder)
    if not _runs(programs / "postgres", as_user):  # A wheel in a clone below /root, say, is shut to others.
        wheel = programs.parents[2]
        programs = shutil.copytree(wheel, folder / "wheel") / programs.relative_to(wheel)
    port = free_port()
    start = f"-D data -h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
    subprocess.run(
        [programs / "initdb", *shlex.split("-D data -A trust -U jejak -E UTF8 --no-sync")],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        **as_user,
    )
    with (folder / "printed").open("wb") as printed:
        process = subprocess.Popen(
            [programs / "postgres", *shlex.split(start)],
            cwd=folder,
            stdout=printed,
            stderr=printed,
            **as_user,
        )
    url = f"postgresql://jejak@127.0.0.1:{port}/postgres"
    try:
        _wait(url, process, folder / "printed")
        yield url
    finally:
        process.send_signal(signal.SIGINT)  # Not SIGTERM, which waits for whoever is connected.
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Return how to start a process as somebody else than root: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    somebody = pwd.getpwnam("nobody")
    os.chown(folder, somebody.pw_uid, somebody.pw_gid)
    return {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}


def _runs(program: Path, as_user: dict[str, Any]) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, **as_user).returncode == 0
    except PermissionError:
        return False


def _wait(url: str, process: subprocess.Popen[str], printed: Path) -> None:
    for _ in range(300):
        try:
            psycopg.connect(url, connect_timeout=1).close()
            return
        except psycopg.OperationalError:
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
    raise DidNotStart(printed.read_text())

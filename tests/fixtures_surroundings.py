"""A pytest plugin: what lies around Jejak. The shared data, and a PostgreSQL of our own."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import needs


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real data and the stand-ins for outside services."""
    return needs.shared()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL on a free port of loopback, gone with the run."""
    programs = needs.postgresql()
    # A socket's path may have 107 bytes, so pytest's own long folders will not do.
    folder = Path(tempfile.mkdtemp(prefix="jejak-pg-", dir="/tmp"))
    as_user = _unprivileged(folder)
    if not _runs(programs / "postgres", as_user):  # A wheel in a clone below /root, say, is shut to others.
        wheel = programs.parents[2]
        programs = shutil.copytree(wheel, folder / "wheel") / programs.relative_to(wheel)
    port = free_port()
    subprocess.run(
        [programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "jejak", "-E", "UTF8", "--no-sync"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        **as_user,
    )
    with (folder / "printed").open("wb") as printed:
        process = subprocess.Popen(
            [
                programs / "postgres",
                "-D",
                "data",
                "-h",
                "127.0.0.1",
                "-p",
                str(port),
                "-k",
                folder,
                "-c",
                "fsync=off",
            ],
            cwd=folder,
            stdout=printed,
            stderr=printed,
            **as_user,
        )
    url = f"postgresql://jejak@127.0.0.1:{port}/postgres"
    try:
        _wait_for_postgresql(url, process, folder / "printed")
        yield url
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_database(postgres_url: str) -> Callable[..., str]:
    """Make a fresh database, a copy of `template` where one is named, and return its URL."""
    count = 0

    def make(template: str = "template0") -> str:
        nonlocal count
        count += 1
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE jejak_{count} TEMPLATE {template}")
        return postgres_url.replace("/postgres", f"/jejak_{count}")

    return make


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


def _wait_for_postgresql(url: str, process: subprocess.Popen[bytes], printed: Path) -> None:
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
    pytest.fail(f"PostgreSQL did not start:\n{printed.read_text()}")

"""A pytest plugin: other people's packages, unmodified, each in a process of its own."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import needs


@pytest.fixture
def node() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a Node.js script (an ES module's text, or a file) that can import the packages of tests/clients."""
    program = needs.node()
    needs.npm_packages()

    def run(
        script: str | Path, *, check: bool = True, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        arguments = [script] if isinstance(script, Path) else ["--input-type=module", "--eval", script]
        return _run([program, *arguments], environment, check=check)

    return run


@pytest.fixture
def python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a Python script (its text, or a file) that can import the PyPI packages of tests/clients."""
    program = needs.python_clients()

    def run(
        script: str | Path, *, check: bool = True, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        arguments = [script] if isinstance(script, Path) else ["-c", script]
        return _run([program, *arguments], environment, check=check)

    return run


@pytest.fixture(scope="session")
def npm_file() -> Callable[[str], Path]:
    """Return a file of an npm package of tests/clients, to serve it or to add it to a page."""

    def find(path: str) -> Path:
        found = needs.npm_packages() / path
        if not found.is_file():
            pytest.fail(f"There is no {path} in tests/clients/node_modules.")
        return found

    return find


def _run(
    command: list[str | Path], environment: dict[str, str], *, check: bool
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        cwd=needs.CLIENTS,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if check and done.returncode:
        pytest.fail(f"The script ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done

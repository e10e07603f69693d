"""A pytest plugin: a real Jejak process, started and stopped as people start and stop it."""

import base64
import fcntl
import functools
import http.client
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.postgresql import free_port

JEJAK = Path(sys.executable).parent / "jejak"
PASSWORD = "siti-and-budi-2026"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP, whatever its status. Redirects are not followed."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass(kw_only=True)
class Server:
    """One `jejak up` in a home of its own, on a port of loopback."""

    home: Path
    settings: dict[str, str]
    demo: bool = False
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are started with: none of the settings of this test run."""
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("JEJAK_", "DJANGO_", "PYTEST_"))
            and name not in {"DATABASE_URL", "EVENTLOG_URL"}
        }
        return {
            **clean,
            "JEJAK_HOME": str(self.home),
            "JEJAK_BASE_URL": self.url,
            "JEJAK_ADMIN_PASSWORD": PASSWORD,
            "PYTHONUNBUFFERED": "1",
            **self.settings,
        }

    def start(self, *, seconds: float = 120) -> None:
        """Start, on the same home and port each time, and wait until it is ready."""
        self.home.mkdir(parents=True, exist_ok=True)
        wanted = [] if self.demo else ["--no-demo"]
        with self._printed.open("ab") as printed:
            self.process = subprocess.Popen(
                [JEJAK, "up", *wanted, "--host", "127.0.0.1", "--port", str(self.port)],
                env=self.environment,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                pytest.fail(f"`jejak up` ended with {self.process.returncode}:\n{self.printed()}")
            try:
                if self.get("/health/ready").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        self.kill()
        pytest.fail(f"`jejak up` was not ready after {seconds} s:\n{self.printed()}")

    def stop(self, *, seconds: float = 30) -> int:
        """Press Ctrl-C, wait, and return the exit code."""
        assert self.process
        self._signal(signal.SIGINT)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            pytest.fail(f"`jejak up` did not stop within {seconds} s of Ctrl-C:\n{self.printed()}")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        assert self.process
        self._signal(signal.SIGKILL)
        self.process.wait()

    def printed(self) -> str:
        """Return what it wrote to the terminal so far."""
        return self._printed.read_text(errors="replace") if self._printed.exists() else ""

    def run(
        self, *arguments: str, check: bool = True, seconds: float = 300
    ) -> subprocess.CompletedProcess[str]:
        """Run another `jejak` command in this home. Fails the test where it fails, unless check=False."""
        done = subprocess.run(
            [JEJAK, *arguments],
            env=self.environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        if check and done.returncode:
            pytest.fail(
                f"jejak {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done

    def add_source(self, name: str = "") -> str:
        """Make a source and return its write key."""
        return self.run("source", "add", name or f"source-{next(_numbers)}").stdout.strip()

    def ask(self, sql: str) -> list[dict[str, Any]]:
        """Ask the log one question, and return its rows."""
        note = self.home / "server.json"
        if not note.exists():
            told: list[dict[str, Any]] = json.loads(self.run("ask", sql, "--json").stdout)
            return told
        # As `jejak ask` does, without starting a process for each question.
        token = json.loads(note.read_text())["token"]
        reply = self.post("/internal/ask", content=sql.encode(), headers={"Authorization": f"Bearer {token}"})
        if reply.status != 200:
            pytest.fail(f"{sql} was answered with {reply.status}: {reply.body.decode()}")
        answer = reply.json()
        return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]

    def wait_for(
        self, least: int, sql: str = "SELECT count() AS n FROM touchpoints", *, seconds: float = 30
    ) -> int:
        """Wait until the first number that the question tells is at least so much, and return it."""
        deadline = time.monotonic() + seconds
        while (seen := int(next(iter(self.ask(sql)[0].values())))) < least:
            if time.monotonic() > deadline:
                pytest.fail(
                    f"After {seconds} s there are {seen}, not {least}: {sql}\n{self.printed()[-4000:]}"
                )
            time.sleep(0.1)
        return seen

    def get(self, path: str, **options: Any) -> Reply:
        """GET an address of it."""
        return self.request("GET", path, **options)

    def post(self, path: str, message: object = None, **options: Any) -> Reply:
        """POST a message as JSON, or `content` as it is."""
        return self.request("POST", path, message, **options)

    def request(
        self,
        method: str,
        path: str,
        message: object = None,
        *,
        key: str = "",
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        seconds: float = 30,
    ) -> Reply:
        """Make one request on a connection of its own; `key` goes as the name of basic authentication."""
        sent = {"Content-Type": "application/json"} if message is not None else {}
        if key:
            sent["Authorization"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        body = json.dumps(message).encode() if message is not None else content
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, body, {**sent, **(headers or {})})
            answer = connection.getresponse()
            # A header that is sent twice is joined, as browsers see it.
            heads = {name.lower(): ", ".join(answer.headers.get_all(name, [])) for name in answer.headers}
            return Reply(answer.status, heads, answer.read())
        finally:
            connection.close()

    def sign_in(self, page: Any) -> None:
        """Sign a browser's page in as the administrator."""
        page.goto(f"{self.url}/app/login/")
        page.locator("input[name=username]").fill("admin")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda url: urlsplit(url).path.rstrip("/") == "/app")

    @property
    def _printed(self) -> Path:
        return self.home / "printed.txt"

    def _signal(self, number: int) -> None:
        assert self.process
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Return a home that was started and stopped once, so that further ones are copies and start quickly."""

    @functools.cache
    def make() -> Path:
        # pytest-xdist's processes share it: whoever holds the lock first makes it.
        together = tmp_path_factory.getbasetemp()
        if "PYTEST_XDIST_WORKER" in os.environ:
            together = together.parent
        home, made = together / "template", together / "template-made"
        with (together / "template-lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                template = Server(home=home, settings={})
                template.start()
                template.stop()
                made.touch()
        return home

    return make


@pytest.fixture(scope="session")
def empty_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], str]:
    """Return a fresh PostgreSQL database, a copy of one that was migrated."""

    @functools.cache
    def template() -> str:
        url: str = request.getfixturevalue("postgres_database")()
        server = Server(home=tmp_path_factory.mktemp("template-pg"), settings={"DATABASE_URL": url})
        server.start()
        server.stop()
        return url.rpartition("/")[2]

    return lambda: request.getfixturevalue("postgres_database")(template())


@pytest.fixture(scope="session")
def make_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_home: Callable[[], Path]
) -> Callable[..., Server]:
    """Make a server that is ready; whoever asks must stop it."""

    def make(*, database: str = "sqlite", demo: bool = False, start: bool = True, **settings: str) -> Server:
        home = tmp_path_factory.mktemp("home")
        if database == "postgresql":
            settings["DATABASE_URL"] = request.getfixturevalue("empty_database")()
        else:
            # The log is left out: what it keeps inside may name the folder it was made in.
            shutil.copytree(
                empty_home(),
                home,
                dirs_exist_ok=True,
                ignore=shutil.ignore_patterns("log", "printed.txt", "*.sock"),
            )
        server = Server(home=home, settings=settings, demo=demo)
        if start:
            server.start()
        return server

    return make


@pytest.fixture
def server(make_server: Callable[..., Server]) -> Iterator[Callable[..., Server]]:
    """Start servers for one test: server(), server(database="postgresql"), server(JEJAK_BOTS="keep")."""
    started: list[Server] = []

    def make(**options: Any) -> Server:
        started.append(make_server(**options))
        return started[-1]

    yield make
    _end(*started)


@pytest.fixture(scope="session")
def shop(make_server: Callable[..., Server]) -> Iterator[Server]:
    """One empty server that the tests share: bring your own source and ids, and count by them."""
    server = make_server()
    yield server
    _end(server)


@pytest.fixture(scope="session")
def demo_shop(make_server: Callable[..., Server]) -> Iterator[Server]:
    """One server with a small demo, that the tests share and do not change."""
    server = make_server()
    server.run("demo", "--people", "400")
    yield server
    _end(server)


def _end(*servers: Server) -> None:
    for server in servers:
        if server.process:
            server.kill()

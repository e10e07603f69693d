"""An install made for measuring: a home of its own, a server process, and what one asks them."""

import base64
import html
import http.client
import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PASSWORD = "only-for-measuring"


@dataclass
class Install:
    """One home and the server on it."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What its processes see."""
        kept = {name: held for name, held in os.environ.items() if not name.startswith("JEJAK_")}
        return {**kept, "JEJAK_HOME": str(self.home), "JEJAK_ADMIN_PASSWORD": PASSWORD, **self.settings}

    def start(self) -> float:
        """Start the server and return how many seconds it took to be ready."""
        self.port = self.port or _free_port()
        began = time.perf_counter()
        with (self.home / "printed.log").open("ab") as printed:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jejak.project.cli", "up", "--no-demo", "--port", str(self.port)],
                env=self.environment,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
        while self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.address("/health/ready"), timeout=5):
                    return time.perf_counter() - began
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"The server did not start: {(self.home / 'printed.log').read_text()[-2000:]}")

    def stop(self) -> None:
        """Stop the server as Ctrl-C does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)
            self.process = None

    def run(self, *words: str) -> str:
        """Run a `jejak` command and return what it printed."""
        return self.python("-m", "jejak.project.cli", *words)

    def python(self, *words: str) -> str:
        """Run Python in this install and return what it printed."""
        done = subprocess.run([sys.executable, *words], env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(words)} failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
        return done.stdout

    def add_source(self) -> str:
        """Make a source and return its write key."""
        return self.run("source", "add", f"bench-{time.monotonic_ns()}").split()[-1]

    def ask(self, sql: str) -> list[list[Any]]:
        """Return the rows of a question to the log."""
        note = json.loads((self.home / "server.json").read_text())
        asked = urllib.request.Request(
            self.address("/internal/ask"), sql.encode(), {"Authorization": f"Bearer {note['token']}"}
        )
        with urllib.request.urlopen(asked, timeout=120) as answer:
            rows: list[list[Any]] = json.load(answer)["rows"]
            return rows

    def track(self, key: str, message: dict[str, Any]) -> None:
        """Send one touchpoint."""
        token = base64.b64encode(f"{key}:".encode()).decode()
        asked = urllib.request.Request(
            self.address("/v1/track"), json.dumps(message).encode(), {"Authorization": f"Basic {token}"}
        )
        urllib.request.urlopen(asked, timeout=30).close()

    def memory_bytes(self) -> dict[str, int]:
        """Return the memory of the server and the process beside it: resident, and their own share of it."""
        assert self.process is not None
        resident = own = 0
        for pid in _with_children(self.process.pid):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            held = {name: int(size) * 1024 for name, size in re.findall(r"^(\w+):\s+(\d+) kB", text, re.M)}
            resident += held["Rss"]
            own += held["Private_Clean"] + held["Private_Dirty"]
        return {"resident": resident, "own": own}

    def sign_in(self) -> str:
        """Return the cookies of a browser in which the administrator is signed in."""
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        browser.open(self.address("/app/login/")).close()
        token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
        form = {"username": "admin", "password": PASSWORD, "csrfmiddlewaretoken": str(token), "next": "/app/"}
        browser.open(self.address("/app/login/"), urllib.parse.urlencode(form).encode()).close()
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)

    def address(self, path: str) -> str:
        """Return the whole address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def install(**settings: str) -> Iterator[Install]:
    """Give an install that is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="jejak-bench-"))
    made = Install(home=home, settings=settings)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(home, ignore_errors=True)


def following(made: Install, paths: list[str]) -> list[str]:
    """Return where the lists at these paths go on, of those that do."""
    held, found = {"Cookie": made.sign_in()}, []
    for path in paths:
        asked = urllib.request.Request(made.address(path), headers=held)
        with urllib.request.urlopen(asked, timeout=120) as answer:
            more = re.search(r'hx-get="(\?[^"]*after=[^"]*)"', answer.read().decode())
        if more:
            found.append(path.partition("?")[0] + html.unescape(more[1]))
    return found


def timed_pages(made: Install, paths: list[str]) -> list[float]:
    """Return how many seconds each page took, on one connection that stays, as a browser's does."""
    held = {"Cookie": made.sign_in()}
    connection = http.client.HTTPConnection("127.0.0.1", made.port, timeout=120)
    took = []
    for path in paths:
        began = time.perf_counter()
        connection.request("GET", path, headers=held)
        answer = connection.getresponse()
        answer.read()
        took.append(time.perf_counter() - began)
        if answer.status not in (200, 302):  # Who is found by an id of theirs is shown at once.
            raise SystemExit(f"{path} was answered with {answer.status}.")
    connection.close()
    return took


def _with_children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [
        pid,
        *(
            each
            for task in tasks
            for child in task.read_text().split()
            for each in _with_children(int(child))
        ),
    ]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])

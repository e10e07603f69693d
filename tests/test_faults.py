"""What was answered with 200 is in the log exactly once, whatever dies, and whatever is away."""

import contextlib
import http.client
import http.cookiejar
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures_server import PASSWORD, Server
from tests.fixtures_surroundings import free_port

KILLS = 20


class Sender(threading.Thread):
    """Sends batches one after another, and notes whose answer was 200. What failed is sent again, as clients do."""

    def __init__(self, server: Server, key: str, name: str) -> None:
        super().__init__(daemon=True)
        self.server, self.key, self.label = server, key, name
        self.answered: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            ids = [f"{self.label}-{number}-{position}" for position in range(20)]
            person = f"user-{number % 50}"
            batch = [{"type": "track", "event": "Seen", "userId": person, "messageId": one} for one in ids]
            try:
                status = self.server.post("/v1/batch", {"batch": batch}, key=self.key, seconds=5).status
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            assert status in (200, 429, 503), status
            if status == 200:
                self.answered += ids
                number += 1


def counted(server: Server, answered: set[str], *, seconds: float = 60) -> Counter[str]:
    """Wait until all that was answered is there, and return how often each message is in the log."""
    deadline = time.monotonic() + seconds
    while True:
        sql = "SELECT message_id, count() AS n FROM touchpoints GROUP BY message_id"
        done = server.run("ask", "--json", sql, check=False)
        rows = json.loads(done.stdout) if done.returncode == 0 else []
        times = Counter({row["message_id"]: int(row["n"]) for row in rows})
        if answered <= times.keys() or time.monotonic() > deadline:
            return times
        time.sleep(0.3)


def test_twenty_kills_lose_nothing_and_double_nothing(server: Callable[..., Server]) -> None:
    dice = random.Random(20)
    jejak = server()
    key = jejak.add_source("shop")
    senders = [Sender(jejak, key, name) for name in ("one", "two")]
    for sender in senders:
        sender.start()
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.05, 0.9))
        jejak.kill()
        jejak.start()
    for sender in senders:
        sender.stopping.set()
        sender.join(20)

    answered = {one for sender in senders for one in sender.answered}
    times = counted(jejak, answered)

    assert len(answered) > 20 * KILLS
    assert answered - times.keys() == set()
    assert {one: n for one, n in times.items() if n != 1} == {}
    assert jejak.get("/health/ready").json()["waiting"]["touchpoints"] == 0


def beside(server: Server) -> int:
    """Return the process that understands batches for a server."""
    assert server.process is not None
    tasks = Path(f"/proc/{server.process.pid}/task")
    for children in tasks.glob("*/children"):
        for pid in children.read_text().split():
            if "jejak.touchpoints.beside" in Path(f"/proc/{pid}/cmdline").read_text():
                return int(pid)
    return 0


def test_the_process_beside_may_die_and_ends_with_its_server(server: Callable[..., Server]) -> None:
    dice = random.Random(5)
    jejak = server()
    sender = Sender(jejak, jejak.add_source("shop"), "one")
    sender.start()
    killed = 0
    deadline = time.monotonic() + 30
    while killed < 5 and time.monotonic() < deadline:
        time.sleep(dice.uniform(0.1, 0.8))
        if pid := beside(jejak):
            os.kill(pid, signal.SIGKILL)
            killed += 1
    sender.stopping.set()
    sender.join(20)

    answered = set(sender.answered)
    times = counted(jejak, answered)

    assert killed == 5
    assert answered - times.keys() == set()
    assert {one: n for one, n in times.items() if n != 1} == {}

    last = beside(jejak)
    jejak.kill()
    while Path(f"/proc/{last}").exists():  # Gone within seconds, however its server ended.
        time.sleep(0.05)
        assert time.monotonic() < deadline + 30


class ClickHouse:
    """ClickHouse's HTTP interface on loopback, with the real engine behind it."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program, self.folder, self.port = program, folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, self.program, "--port", str(self.port), "--path", self.folder],
            env={**os.environ, "PYTHONPATH": ""},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ping", timeout=1).close()
                return
            time.sleep(0.1)
        pytest.fail("ClickHouse's stand-in did not start.")

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def fail(self, **how: Any) -> None:
        url = f"http://127.0.0.1:{self.port}/__fail"
        urllib.request.urlopen(url, data=json.dumps(how).encode(), timeout=5).close()


@pytest.fixture
def clickhouse(shared: Path, tmp_path: Path) -> Iterator[ClickHouse]:
    """A ClickHouse that can be stopped and started again."""
    house = ClickHouse(shared / "tools" / "chdb_http.py", tmp_path / "clickhouse")
    house.start()
    yield house
    house.stop()


def test_while_the_log_is_away_accepting_goes_on_and_nothing_is_lost(
    server: Callable[..., Server], clickhouse: ClickHouse
) -> None:
    jejak = server(EVENTLOG_URL=f"http://127.0.0.1:{clickhouse.port}/jejak?compress=0")
    key = jejak.add_source("shop")

    def send(number: int) -> None:
        message = {"event": "Seen", "userId": "siti", "messageId": f"m{number}"}
        assert jejak.post("/v1/track", message, key=key).status == 200

    send(1)
    jejak.wait_for(1)
    clickhouse.stop()
    send(2)
    send(3)
    deadline = time.monotonic() + 20
    while not (ready := jejak.get("/health/ready").json())["log"]["trouble"] and time.monotonic() < deadline:
        time.sleep(0.2)
    assert jejak.get("/health/ready").status == 200
    assert ready["waiting"]["touchpoints"] == 2
    assert ready["log"]["reachable"] is False

    clickhouse.start()
    clickhouse.fail(n=3, status=503)  # It comes back, and stumbles.
    send(4)

    times = counted(jejak, {"m1", "m2", "m3", "m4"})
    assert times == {"m1": 1, "m2": 1, "m3": 1, "m4": 1}


def test_ctrl_c_stops_at_once_with_a_stream_open(server: Callable[..., Server]) -> None:
    jejak = server()
    key = jejak.add_source("shop")
    cookies = sign_in(jejak)
    stream = open_stream(jejak, cookies)
    jejak.post("/v1/track", {"event": "Seen", "userId": "siti", "messageId": "last"}, key=key)

    began = time.monotonic()
    code = jejak.stop()

    assert (code, time.monotonic() - began < 10) == (0, True)
    stream.close()
    jejak.start()
    assert counted(jejak, {"last"}) == {"last": 1}


def sign_in(jejak: Server) -> str:
    """Return the cookie of a signed-in administrator."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(jar), urllib.request.ProxyHandler({})
    )
    browser.open(f"{jejak.url}/app/login/", timeout=20).close()
    token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    form = {"username": "admin", "password": PASSWORD, "csrfmiddlewaretoken": token, "next": "/app/"}
    browser.open(f"{jejak.url}/app/login/", urllib.parse.urlencode(form).encode(), timeout=20).close()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def open_stream(jejak: Server, cookies: str) -> Any:
    """Open the live view's stream and return it once it has begun."""
    request = urllib.request.Request(f"{jejak.url}/live/touchpoints", headers={"Cookie": cookies})
    stream = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20)
    assert stream.headers["content-type"].startswith("text/event-stream")
    return stream

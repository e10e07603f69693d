"""The same log on a ClickHouse server: a stand-in that speaks its HTTP interface. Not a cluster."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from socket import socket

import pytest
from django.conf import settings

from jejak import eventlog as log
from jejak.eventlog.tests.makers import AYU, BUDI, SITI, table, touchpoint


class Server:
    def __init__(self, *, script: Path, folder: Path) -> None:
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = (
            f"clickhouse://jejak:p%40ss@127.0.0.1:{self.port}/jejak?compress=gzip&send_receive_timeout=2"
        )
        self._command = [sys.executable, script, "--port", self.port, "--path", folder]
        self._command += ["--user", "jejak", "--password", "p@ss"]
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen([str(word) for word in self._command], stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                return self._post("/ping", b"")
            except OSError:
                assert self._process.poll() is None, "The stand-in for a ClickHouse server does not start."
                time.sleep(0.05)
        raise AssertionError("The stand-in for a ClickHouse server does not answer.")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def misbehave(self, **how: int) -> None:
        self._post("/__fail", json.dumps(how).encode())

    def _post(self, path: str, body: bytes) -> None:
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", data=body, timeout=10).close()


@pytest.fixture(scope="module")
def server(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(script=shared / "tools" / "chdb_http.py", folder=tmp_path_factory.mktemp("server"))
    embedded = settings.EVENTLOG_URL
    log.close()
    settings.EVENTLOG_URL = server.url
    log.migrate()
    yield server
    log.close()
    settings.EVENTLOG_URL = embedded
    server.kill()


@pytest.fixture
def away(server: Server) -> Iterator[Server]:
    """The server, empty."""
    server.misbehave()
    log.forget([SITI, BUDI, AYU])
    return server


def test_what_goes_in_comes_out(away):
    row = touchpoint(place='Toko "Mé" 😀\n', score=9.0, scale="nps")
    log.append(table(row), token="server.a")

    answer = log.ask("SELECT * FROM touchpoints WHERE trail_id IN {ids:Array(UInt64)}", ids=[SITI])

    assert dict(zip(answer.columns, answer.rows[0], strict=True)) == row | {"properties": {"total": 150000}}


def test_properties_are_kept_as_they_were_sent(away):
    log.append(
        table(touchpoint(properties='{"on": "2026-02-31", "a": {"b": 1}, "a.b": 2}')), token="server.p"
    )

    assert log.ask("SELECT properties FROM touchpoints").rows == [({"on": "2026-02-31", "a": {"b": 1}},)]


def test_the_same_token_counts_once(away):
    rows = table(touchpoint(), touchpoint(BUDI))
    for _ in range(3):
        log.append(rows, token="server.b")

    assert log.ask("SELECT count() FROM touchpoints").rows == [(2,)]


def test_merges_are_seen_and_undone(away):
    log.append(table(touchpoint(), touchpoint(BUDI)), token="server.c")
    log.join_people({BUDI: SITI})
    assert log.ask("SELECT person_id, count() FROM touchpoints GROUP BY person_id").rows == [(SITI, 2)]

    log.split_people([BUDI])
    assert log.ask("SELECT uniqExact(person_id) FROM touchpoints").rows == [(2,)]


def test_staffs_own_sql_is_held_to_touchpoints(away):
    assert log.ask_read_only("SELECT count() FROM touchpoints").rows == [(0,)]
    with pytest.raises(log.NotAllowed):
        log.ask_read_only("SELECT file('/etc/passwd')")


def test_a_wrong_question_is_told_plainly(away):
    with pytest.raises(log.BadQuestion, match=r"^Unknown expression identifier `nonsense`"):
        log.ask("SELECT nonsense")


def test_a_large_answer_comes_in_blocks(away):
    assert sum(len(block.rows) for block in log.ask_blocks("SELECT number FROM numbers(200000)")) == 200_000


def test_a_batch_whose_answer_was_lost_is_stored_once(away):
    rows = table(touchpoint(), touchpoint())
    away.misbehave(drop_after=5)
    with pytest.raises(log.Away):
        log.append(rows, token="server.d")

    away.misbehave()
    log.append(rows, token="server.d")

    assert log.ask("SELECT count() FROM touchpoints").rows == [(2,)]


def test_an_overloaded_server_is_away_and_comes_back(away):
    away.misbehave(n=50, status=503)
    with pytest.raises(log.Away):
        log.ask("SELECT 1")
    state = log.status()
    assert (state.reachable, bool(state.last_error)) == (False, True)

    away.misbehave()
    assert log.ask("SELECT 1").rows == [(1,)]
    assert log.status().reachable


def test_a_server_that_is_gone_is_away_and_comes_back(away):
    rows = table(touchpoint())
    log.append(rows, token="server.e")
    away.kill()
    with pytest.raises(log.Away):
        log.append(rows, token="server.f")
    with pytest.raises(log.Away):
        log.ask("SELECT 1")
    assert not log.status().reachable

    away.start()
    log.append(rows, token="server.f")
    log.append(rows, token="server.e")

    assert log.ask("SELECT count() FROM touchpoints").rows == [(2,)]


def test_a_server_that_is_gone_at_the_start_is_away(away):
    log.close()
    away.kill()
    with pytest.raises(log.Away):
        log.open()

    away.start()
    log.open()


def test_a_wrong_password_is_away_and_says_why(away, monkeypatch):
    log.close()
    monkeypatch.setattr(settings, "EVENTLOG_URL", away.url.replace("p%40ss", "wrong"))
    with pytest.raises(log.Away, match="Authentication failed"):
        log.open()
    log.close()

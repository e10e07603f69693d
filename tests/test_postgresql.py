"""The whole way on PostgreSQL, with one process and with several."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.fixtures_server import JEJAK, Server
from tests.test_faults import ClickHouse, clickhouse, counted

__all__ = ["clickhouse"]  # The fixture, used below by its name.


def messages(run: str, count: int) -> list[dict[str, object]]:
    """Some people, each first anonymous, then known."""
    made: list[dict[str, object]] = []
    for number in range(count):
        person = number % 7
        message: dict[str, object] = {
            "type": "track",
            "event": "Seen",
            "anonymousId": f"{run}-browser-{person}",
            "messageId": f"{run}-{number}",
        }
        if number >= count // 2:
            message["userId"] = f"{run}-user-{person}"
        made.append(message)
    return made


def test_the_whole_way(server: Callable[..., Server]) -> None:
    jejak = server(database="postgresql")
    key = jejak.add_source("shop")
    sent = messages("a", 70)
    for _ in range(2):  # A retry of everything counts nothing.
        assert jejak.post("/v1/batch", {"batch": sent}, key=key).status == 200
    identify = {
        "userId": "a-user-1",
        "traits": {"name": "Siti Rahma", "phone": "0812 3456 7890"},
        "messageId": "who",
    }
    assert jejak.post("/v1/identify", identify, key=key).status == 200
    group = {"userId": "a-user-1", "groupId": "maju", "traits": {"name": "Toko Maju"}, "messageId": "where"}
    assert jejak.post("/v1/group", group, key=key).status == 200
    alias = {"userId": "a-user-2", "previousId": "a-user-3", "messageId": "same"}
    assert jejak.post("/v1/alias", alias, key=key).status == 200

    jejak.wait_for(73)

    assert jejak.ask("SELECT count() AS n, uniqExact(message_id) AS ids FROM touchpoints") == [
        {"n": 73, "ids": 73}
    ]
    # Seven people, of whom the alias joined two.
    jejak.wait_for(1, "SELECT uniqExact(person_id) = 6 FROM touchpoints")


def test_several_workers_share_the_work(
    server: Callable[..., Server], clickhouse: ClickHouse, tmp_path: Path
) -> None:
    jejak = server(database="postgresql", EVENTLOG_URL=f"http://127.0.0.1:{clickhouse.port}/jejak?compress=0")
    key = jejak.add_source("shop")
    workers = [
        subprocess.Popen([JEJAK, "worker"], env=jejak.environment, cwd=jejak.home, stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    try:
        answered = set()
        for run in range(30):
            batch = messages("b", 40) if run % 3 == 0 else messages(f"b{run}", 40)
            assert jejak.post("/v1/batch", {"batch": batch}, key=key).status == 200
            answered |= {str(message["messageId"]) for message in batch}
        times = counted(jejak, answered)
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        codes = [worker.wait(30) for worker in workers]
    assert times == dict.fromkeys(answered, 1)
    assert codes == [0, 0]
    people = 7 * (1 + 20)
    assert jejak.ask("SELECT uniqExact(person_id) AS n FROM touchpoints") == [{"n": people}]

"""`jejak import`, as somebody at a terminal meets it."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jejak.features.imports.tests.makers import ORDERS, make_file, make_orders
from tests.fixtures_server import JEJAK, Server

_COUNT = (
    "SELECT count() AS n, uniqExact(message_id) AS different, uniqExact(person_id) AS people FROM touchpoints"
)


@pytest.fixture
def install(server: Callable[..., Server]) -> Server:
    """An install that is ready and does not run."""
    made = server()
    made.stop()
    return made


@pytest.fixture
def nothing(tmp_path: Path) -> Server:
    """A home in which nothing is yet."""
    (tmp_path / "home").mkdir()
    return Server(home=tmp_path / "home", settings={})


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    return make_orders(tmp_path, 60_000, "orders.csv.gz")


@pytest.fixture
def map_of_orders(tmp_path: Path) -> str:
    return str(make_file(tmp_path, ORDERS, "orders.toml"))


def rows_done(install: Server) -> int:
    with sqlite3.connect(f"file:{install.home / 'jejak.sqlite3'}?mode=ro", uri=True, timeout=20) as database:
        found = database.execute("SELECT rows_done FROM imports_import").fetchone()
    database.close()
    return int(found[0]) if found else 0


def start_and_wait(install: Server, *arguments: str) -> subprocess.Popen[str]:
    """Start an import and return it as soon as it has kept some rows."""
    process = subprocess.Popen(
        [JEJAK, "import", *arguments],
        env=install.environment,
        cwd=install.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    for _ in range(1_200):
        if rows_done(install) or process.poll() is not None:
            return process
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    pytest.fail(f"Nothing was imported: {process.communicate()[0]}")


def test_a_dry_run_says_what_would_come_and_writes_nothing(
    nothing: Server, orders: Path, map_of_orders: str
) -> None:
    told = nothing.run("import", str(orders), "--mapping", map_of_orders, "--dry-run").stdout
    assert "60,000 rows would give 60,000 touchpoints of about 7 people" in told
    assert "60,000  Order Completed" in told
    assert '"event":"Order Completed"' in told
    assert [one.name for one in nothing.home.iterdir() if one.name != "secret.key"] == []


def test_what_cannot_be_imported_is_said(nothing: Server, orders: Path, map_of_orders: str) -> None:
    for arguments, says in [
        (["nowhere.csv", "--mapping", map_of_orders], "There is no file nowhere.csv."),
        ([str(orders), "--mapping", "nowhere"], "there is no mapping file 'nowhere'"),
        ([str(orders), "--mapping", "simple-shop", "--dry-run"], "the file has no column"),
        ([str(orders)], "Say which files, and by which mapping"),
    ]:
        done = nothing.run("import", *arguments, check=False)
        assert done.returncode in (1, 2)
        assert says in done.stderr
        assert "Traceback" not in done.stderr


def test_killed_and_started_again_nothing_is_lost_or_doubled(
    install: Server, orders: Path, map_of_orders: str
) -> None:
    arguments = [str(orders), "--mapping", map_of_orders]
    process = start_and_wait(install, *arguments)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert rows_done(install) > 0

    told = install.run("import", *arguments).stdout

    assert "60,000 rows, 60,000 touchpoints, 60,000 new, 0 already there" in told
    assert install.ask(_COUNT) == [{"n": 60_000, "different": 60_000, "people": 7}]
    again = install.run("import", *arguments)
    assert "Nothing was added." in again.stdout


def test_ctrl_c_stops_cleanly_and_the_same_command_goes_on(
    install: Server, tmp_path: Path, map_of_orders: str
) -> None:
    arguments = [str(make_orders(tmp_path, 200_000, "many.csv")), "--mapping", map_of_orders]
    process = start_and_wait(install, *arguments)
    os.killpg(process.pid, signal.SIGINT)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on from here" in told
    assert "Traceback" not in told
    assert "going on after row" in install.run("import", *arguments).stdout
    assert install.ask(_COUNT) == [{"n": 200_000, "different": 200_000, "people": 7}]


def test_a_running_server_takes_what_the_command_reads(
    server: Callable[..., Server], orders: Path, map_of_orders: str
) -> None:
    shop: Any = server()
    done = shop.run("import", str(orders), "--mapping", map_of_orders)
    told = done.stdout
    assert "A server of this install is running" in told
    assert "Cannot lock file" not in done.stderr
    assert "60,000 new, 0 already there" in told
    assert shop.ask(_COUNT) == [{"n": 60_000, "different": 60_000, "people": 7}]
    assert shop.get("/health/ready").status == 200


def test_where_the_server_ends_meanwhile_the_command_takes_over(
    server: Callable[..., Server], tmp_path: Path, map_of_orders: str
) -> None:
    shop = server()
    process = start_and_wait(shop, str(make_orders(tmp_path, 60_000, "many.csv")), "--mapping", map_of_orders)
    shop.kill()
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 0, told
    counted = json.loads(shop.run("ask", _COUNT, "--json").stdout)
    assert counted == [{"n": 60_000, "different": 60_000, "people": 7}]

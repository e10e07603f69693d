"""The opened log of this process: a pool of clients, each used by one thread at a time."""

import fcntl
import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver import exceptions as driver
from clickhouse_connect.driver.client import Client
from django.conf import settings

from jejak.eventlog.faults import Away, HeldElsewhere, translate

DATABASE = "jejak"
_SETTINGS = {
    "session_timezone": "UTC",
    "max_execution_time": 60,
    # Without it a question about properties fails where rows disagree on a type.
    "allow_suspicious_types_in_group_by": 1,
    "allow_suspicious_types_in_order_by": 1,
}


@dataclass
class _Log:
    url: str
    database: str
    pid: int = field(default_factory=os.getpid)
    idle: list[Client] = field(default_factory=list)
    last_error: str = ""

    @property
    def embedded(self) -> bool:
        return self.url.startswith("chdb:")


_lock = threading.Lock()
_opening = threading.Lock()
_log: _Log | None = None


def open() -> None:
    """Open the log named by EVENTLOG_URL, unless it is open. Raises Away, or HeldElsewhere."""
    with borrowed():
        pass


def close() -> None:
    """Close the log, so that another process may open it. Questions under way are finished first."""
    global _log
    with _lock:
        log, _log = _log, None
    if log and log.pid == os.getpid():
        for client in log.idle:
            client.close()
        log.idle.clear()


@contextmanager
def borrowed(*, database: bool = True) -> Iterator[Client]:
    """Lend a client to the caller's thread. Errors of the driver come out as ours.

    database: False before the log's own database exists.
    """
    log = _opened()
    client: Client | None = None
    try:
        client = _take(log) if database else _connect(log, database="default")
        yield client
    except (driver.Error, OSError) as error:
        ours = translate(error)
        if isinstance(ours, Away):
            log.last_error = str(ours)
        raise ours from (None if ours is error else error)
    finally:
        if client is not None:
            _give_back(log, client, keep=database)


def opened_url() -> str:
    return _opened().url


def is_embedded() -> bool:
    return _opened().embedded


def database() -> str:
    return _opened().database


def last_error() -> str:
    return _opened().last_error


def _opened() -> _Log:
    global _log
    with _lock:
        if _log is None:
            url = str(settings.EVENTLOG_URL)
            path = urlsplit(url).path.strip("/")
            _log = _Log(url=url, database=DATABASE if url.startswith("chdb:") or not path else unquote(path))
        if _log.embedded and _log.pid != os.getpid():
            raise HeldElsewhere("This process was forked from the one that holds the log; it cannot use it.")
        return _log


def _take(log: _Log) -> Client:
    with suppress(IndexError):
        return log.idle.pop()
    client = _connect(log, database=log.database)
    client.server_tz = UTC  # As session_timezone says; the driver believes the machine's.
    return client


def _give_back(log: _Log, client: Client, *, keep: bool) -> None:
    if keep and log is _log:
        log.idle.append(client)
    else:
        client.close()


def _connect(log: _Log, *, database: str) -> Client:
    parts = urlsplit(log.url)
    if log.embedded:
        return _connect_embedded(Path(unquote(parts.path)), database=database)
    secure = parts.scheme in {"https", "clickhouses"}
    options: dict[str, Any] = {
        # Longer than any question may take, so that only a dead line is given up.
        "send_receive_timeout": 90,
        "connect_timeout": 5,
        **dict(parse_qsl(parts.query)),
    }
    return clickhouse_connect.get_client(
        host=parts.hostname or "localhost",
        port=parts.port or (8443 if secure else 8123),
        username=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        database=database,
        secure=secure,
        settings=dict(_SETTINGS),
        tz_mode="aware",
        show_clickhouse_errors="scrub",
        autogenerate_session_id=False,
        **options,
    )


# What a server would have in its configuration file.
_EMBEDDED = """
<clickhouse>
    <max_server_memory_usage_to_ram_ratio>0.5</max_server_memory_usage_to_ram_ratio>
    <mark_cache_size>67108864</mark_cache_size>
    <index_mark_cache_size>16777216</index_mark_cache_size>
    <primary_index_cache_size>67108864</primary_index_cache_size>
    <query_condition_cache_size>16777216</query_condition_cache_size>
    <compiled_expression_cache_size>16777216</compiled_expression_cache_size>
    <background_pool_size>2</background_pool_size>
    <!-- Merging comes after asking and sending, but must keep up. -->
    <os_threads_nice_value_merge_mutate>5</os_threads_nice_value_merge_mutate>
    <merge_tree>
        <!-- Fitted to a pool of two: with the default, parts over some 400 MB would never be merged. -->
        <number_of_free_entries_in_pool_to_lower_max_size_of_merge>2</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
        <number_of_free_entries_in_pool_to_execute_mutation>2</number_of_free_entries_in_pool_to_execute_mutation>
    </merge_tree>
</clickhouse>
"""


def _connect_embedded(path: Path, *, database: str) -> Client:
    path.mkdir(parents=True, exist_ok=True)
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    configuration = path / "configuration.xml"
    if not configuration.exists() or configuration.read_text() != _EMBEDDED:
        configuration.write_text(_EMBEDDED)
    with _opening:
        # Asked before chDB finds out by itself: it would print its own error, whatever becomes of it.
        if (holder := _holder(path)) not in ("", str(os.getpid())):
            raise HeldElsewhere(_held(path, holder))
        try:
            return clickhouse_connect.get_client(
                interface="chdb",
                path=str(path),
                database=database,
                settings=dict(_SETTINGS),
                tz_mode="aware",
                show_clickhouse_errors="scrub",
                chdb_options={"config-file": str(configuration)},
            )
        except driver.ProgrammingError as error:
            if holder := _holder(path):
                raise HeldElsewhere(_held(path, holder)) from error
            raise Away(f"The log in {path} does not open: {error}") from error


def _holder(path: Path) -> str:
    """Return the id of the process that holds the log at `path`, or nothing."""
    with suppress(OSError), (path / "status").open() as status:
        try:
            fcntl.flock(status, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return status.readline().removeprefix("PID:").strip() or "?"
    return ""


def _held(path: Path, holder: str) -> str:
    return f"The log in {path} is held by process {holder}."

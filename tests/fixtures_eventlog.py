"""A pytest plugin: the log for tests, a real one, embedded. One per run, because a process can open only one.

def test_something(eventlog):
    eventlog.append(...)
"""

from collections.abc import Iterator
from types import ModuleType

import pytest
from django.conf import settings

from jejak import eventlog as log
from jejak.eventlog import connection


@pytest.fixture(scope="session", autouse=True)
def _log_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test ever opens the log of the install. Costs nothing until somebody asks."""
    settings.EVENTLOG_URL = f"chdb://{tmp_path_factory.mktemp('log')}"
    yield
    log.close()


@pytest.fixture(scope="session")
def _migrated_log(_log_apart: None) -> None:
    log.migrate()


@pytest.fixture
def eventlog(_migrated_log: None) -> Iterator[ModuleType]:
    """The log, empty at the start of each test."""
    yield log
    with connection.borrowed() as client:
        for table in ("touchpoints", "merges", "people", "memberships"):
            client.command(f"TRUNCATE TABLE {table}")
        client.command("SYSTEM RELOAD DICTIONARY person_of_trail")

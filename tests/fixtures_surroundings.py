"""A pytest plugin: what lies around Jejak. The shared data, and a PostgreSQL of our own."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.utils import translation

from tests import needs, postgresql
from tests.postgresql import free_port as free_port


@pytest.fixture(autouse=True)
def _log_outlives_a_command() -> Iterator[None]:
    """A command that a test runs in this process sets the log up anew, onto a stream that ends with the test."""
    before = logging.root.handlers[:]
    yield
    logging.root.handlers[:] = before


@pytest.fixture(autouse=True)
def _language_ends_with_a_test() -> Iterator[None]:
    """A page answered in Malay leaves its thread speaking Malay."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real data and the stand-ins for outside services."""
    return needs.shared()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL on a free port of loopback, gone with the run."""
    with postgresql.cluster() as url:
        yield url


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

"""Questions to the database that may not take longer than a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.db import OperationalError, connection, transaction

_LOOK_EACH = 20_000
"""After how many instructions of SQLite's machine the clock is read."""


class TookTooLong(TimeoutError):
    """The time was up before the answer was there."""


@contextmanager
def within(milliseconds: int) -> Iterator[None]:
    """Break off what is asked inside after some time, and raise TookTooLong then."""
    if connection.vendor == "sqlite":
        with _sqlite(milliseconds):
            yield
    else:
        with _postgresql(milliseconds):
            yield


@contextmanager
def _sqlite(milliseconds: int) -> Iterator[None]:
    connection.ensure_connection()
    raw: Any = connection.connection
    end = monotonic() + milliseconds / 1000
    raw.set_progress_handler(lambda: monotonic() > end, _LOOK_EACH)
    try:
        yield
    except OperationalError as error:
        if "interrupted" in str(error):
            raise TookTooLong from error
        raise
    finally:
        raw.set_progress_handler(None, 0)


@contextmanager
def _postgresql(milliseconds: int) -> Iterator[None]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            before = cursor.fetchone()[0]
            cursor.execute(f"SET LOCAL statement_timeout = {int(milliseconds)}")
            yield
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
    except OperationalError as error:
        if "statement timeout" in str(error):
            raise TookTooLong from error
        raise

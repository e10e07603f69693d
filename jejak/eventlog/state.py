"""How the log is."""

from dataclasses import dataclass

from jejak.eventlog import connection
from jejak.eventlog.faults import Away, BadQuestion


@dataclass(frozen=True, kw_only=True)
class Status:
    """version: of ClickHouse. last_error: why the log was away the last time, if it was."""

    reachable: bool
    embedded: bool
    rows: int = 0
    bytes: int = 0
    version: str = ""
    last_error: str = ""


def status() -> Status:
    """Return how the log is. Never raises: a log that is away is a state, too."""
    try:
        with connection.borrowed() as client:
            version, rows, size = client.query(_STATE).result_rows[0]
    except (Away, BadQuestion) as error:
        return Status(reachable=False, embedded=connection.is_embedded(), last_error=str(error))
    return Status(
        reachable=True,
        embedded=connection.is_embedded(),
        rows=rows,
        bytes=size,
        version=version,
        last_error=connection.last_error(),
    )


_STATE = """
    SELECT version(), sum(rows), sum(bytes_on_disk)
    FROM system.parts WHERE active AND database = currentDatabase() AND table = 'touchpoints'
"""

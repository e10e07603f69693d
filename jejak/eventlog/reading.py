"""SQL that staff write themselves: it may read touchpoints, and nothing else."""

from jejak.eventlog import connection
from jejak.eventlog.asking import Answer


class NotAllowed(Exception):
    """This SQL would do more than read touchpoints."""


def ask_read_only(
    sql: str, *, max_rows: int = 10_000, seconds: int = 30, memory_bytes: int = 1_000_000_000
) -> Answer:
    """Return the answer to staff's own SQL, within limits. Raises NotAllowed, and what ask() raises."""
    limits = {
        "readonly": 1,
        "max_result_rows": max_rows,
        "result_overflow_mode": "break",
        "max_execution_time": seconds,
        "max_memory_usage": memory_bytes,
    }
    with connection.borrowed() as client:
        result = client.query(sql, settings=limits)
        rows = [tuple(row) for row in result.result_rows[:max_rows]]
        return Answer(columns=list(result.column_names), rows=rows)

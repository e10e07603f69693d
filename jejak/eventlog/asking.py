"""Questions to the log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clickhouse_connect.driver.client import Client

from jejak.eventlog import connection


@dataclass(frozen=True)
class Answer:
    columns: list[str]
    rows: list[tuple[Any, ...]]


def ask(sql: str, /, **values: Any) -> Answer:
    """Return the answer to one SQL question, whose `{name:Type}` are filled with the values.

    Moments come back aware. Raises Away, BadQuestion, TooExpensive.
    """
    with connection.borrowed() as client:
        return answer(client, sql, bound(values))


def answer(client: Client, sql: str, parameters: dict[str, Any] | None, **settings: Any) -> Answer:
    result = client.query(sql, parameters=parameters, settings=settings)
    columns = list(result.column_names)
    if not columns:
        # The embedded log names no columns where there is no row.
        described = client.query(f"DESCRIBE TABLE (\n{sql}\n)", parameters=parameters)
        columns = [row[0] for row in described.result_rows]
    return Answer(columns=columns, rows=[tuple(row) for row in result.result_rows])


def ask_blocks(sql: str, /, **values: Any) -> Iterator[Answer]:
    """Yield a large answer piece by piece, some tens of thousands of rows each."""
    with (
        connection.borrowed() as client,
        client.query_row_block_stream(sql, parameters=bound(values)) as stream,
    ):
        columns = list(stream.source.column_names)
        for block in stream:
            yield Answer(columns=columns, rows=[tuple(row) for row in block])


def bound(values: dict[str, Any]) -> dict[str, Any] | None:
    """Return values as the driver should have them, or None where there are none."""
    return {name: _plain(value) for name, value in values.items()} or None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone.")
        # As text: the driver would drop the fraction of a second.
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value

"""Large lists of values in SQL, for both databases: one parameter each, however long."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def rows_where_in(sql: str, values: Iterable[Any], *more: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query whose `{values}` stands for a subquery of the values, given first."""
    listed = list(values)
    if not listed:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.format(values=_subquery(listed[0])), [_parameter(listed), *more])
        return list(cursor.fetchall())


def execute_where_in(sql: str, values: Iterable[Any], *more: Any) -> None:
    """Run a statement whose `{values}` stands for a subquery of the values; its parameters come after `more`."""
    listed = list(values)
    if not listed:
        return
    with connection.cursor() as cursor:
        cursor.execute(sql.format(values=_subquery(listed[0])), [*more, _parameter(listed)])


def insert_many(table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert plain rows, without signals."""
    if not rows:
        return
    marks = ", ".join(["%s"] * len(rows[0]))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def next_ids(table: str, count: int) -> range | list[int]:
    """Return fresh primary keys. On SQLite the caller must hold the write lock, as every transaction of ours does."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT max((SELECT coalesce(max(id), 0) FROM " + table + "),"
                " (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s))",
                [table],
            )
            last = cursor.fetchone()[0]
            return range(last + 1, last + 1 + count)
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
        )
        return [row[0] for row in cursor.fetchall()]


def _subquery(example: Any) -> str:
    if connection.vendor == "sqlite":
        return "SELECT value FROM json_each(%s)"
    return "SELECT unnest(%s::bigint[])" if isinstance(example, int) else "SELECT unnest(%s::text[])"


def _parameter(values: list[Any]) -> Any:
    return json.dumps(values) if connection.vendor == "sqlite" else values

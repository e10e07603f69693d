"""Many values and rows in one statement, on both databases.

On SQLite that is one step, and everything travels as one JSON text: the driver gives the interpreter away at every
row it reads or writes, and getting it back from a busy server costs more than the row.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def pairs_where_in(sql: str, values: Iterable[Any], *more: Any) -> list[tuple[Any, Any]]:
    """Return the rows, two columns each, of a query whose `{values}` stands for a subquery of the values."""
    listed = list(values)
    if not listed:
        return []
    sql = sql.format(values=_subquery(listed[0]))
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute(sql, [listed, *more])
            return list(cursor.fetchall())
        cursor.execute(
            f"WITH found (a, b) AS ({sql}) SELECT json_group_array(json_array(a, b)) FROM found",
            [json.dumps(listed), *more],
        )
        return [(a, b) for a, b in json.loads(cursor.fetchone()[0])]


def execute_where_in(sql: str, values: Iterable[Any]) -> None:
    """Run a statement whose `{values}` stands for a subquery of the values."""
    listed = list(values)
    if not listed:
        return
    with connection.cursor() as cursor:
        held = json.dumps(listed) if connection.vendor == "sqlite" else listed
        cursor.execute(sql.format(values=_subquery(listed[0])), [held])


def insert_many(
    table: str, columns: str, rows: Sequence[Sequence[Any]], *, ignore_conflicts: bool = False
) -> None:
    """Insert plain rows, without signals. ignore_conflicts: leave what is there already as it is."""
    if not rows:
        return
    width = len(rows[0])
    conflicts = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {_cells(width)} FROM json_each(%s) WHERE 1{conflicts}",
                [json.dumps(rows)],
            )
        else:
            marks = ", ".join(["%s"] * width)
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks}){conflicts}", rows)


def update_many(table: str, assignments: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Update rows by their id, the last cell of each. In an assignment `{}` stands for its cell: "name = {}"."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            given = ", ".join(f"json_extract(value, '$[{i}]') AS c{i}" for i in range(len(assignments) + 1))
            settings = ", ".join(each.format(f"given.c{i}") for i, each in enumerate(assignments))
            cursor.execute(
                f"UPDATE {table} SET {settings} FROM (SELECT {given} FROM json_each(%s)) AS given"
                f" WHERE {table}.id = given.c{len(assignments)}",
                [json.dumps(rows)],
            )
        else:
            settings = ", ".join(each.format("%s") for each in assignments)
            cursor.executemany(f"UPDATE {table} SET {settings} WHERE id = %s", rows)


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


def _cells(width: int) -> str:
    return ", ".join(f"json_extract(value, '$[{i}]')" for i in range(width))

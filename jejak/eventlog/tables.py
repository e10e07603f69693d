"""The tables of the log, made from the row."""

from urllib.parse import unquote, urlsplit

from clickhouse_connect.driver import exceptions as driver
from clickhouse_connect.driver.client import Client

from jejak.eventlog import connection, people
from jejak.eventlog.row import ROW, Column


def migrate() -> None:
    """Make what is missing: the database, its tables, columns that the row has gained. Runs at each start."""
    with connection.borrowed(database=False) as client:
        client.command(f"CREATE DATABASE IF NOT EXISTS `{connection.database()}`")
    with connection.borrowed() as client:
        client.command(_MERGES)
        _make_dictionary(client)
        client.command(_touchpoints())
        people.make_tables(client)
        known = {name for (name,) in client.query(_COLUMNS).result_rows}
        for column in ROW:
            if column.name not in known:
                client.command(f"ALTER TABLE touchpoints ADD COLUMN {_declared(column)}")


_COLUMNS = "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'touchpoints'"


def _touchpoints() -> str:
    """By person, because most questions follow people; beside it, small, by name and day, for all the others.

    ClickHouse chooses between them by itself. No partitions: a sender's wrong dates would make hundreds.
    Parts stay compact for long, because in a wide one every key of properties is some files of its own.
    """
    columns = ",\n".join(_declared(c) for c in ROW)
    by_name = ", ".join(c.name for c in ROW if c.by_name)
    return f"""
        CREATE TABLE IF NOT EXISTS touchpoints (
            {columns},
            {people.PERSON_ID.format(database=connection.database())},
            PROJECTION by_name (SELECT {by_name} ORDER BY scale, name, toDate(happened_at), trail_id)
        )
        ENGINE = MergeTree
        ORDER BY (trail_id, happened_at)
        SETTINGS
            non_replicated_deduplication_window = 10000,
            fsync_after_insert = 1,
            fsync_part_directory = 1,
            min_rows_to_fsync_after_merge = 1,
            min_bytes_for_wide_part = 1000000000,
            lightweight_mutation_projection_mode = 'rebuild'
    """


# Which person a trail belongs to now. A trail that is not here is its own person.
_MERGES = """
    CREATE TABLE IF NOT EXISTS merges (
        trail_id UInt64,
        person_id UInt64,
        changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
    )
    ENGINE = ReplacingMergeTree(changed_at)
    ORDER BY trail_id
"""


def _make_dictionary(client: Client) -> None:
    """Keep the mapping in memory. It reads its own server, as whoever that lets in: "default", or us."""
    parts = urlsplit(connection.opened_url())
    us = (
        f"USER '{unquote(parts.username)}' PASSWORD '{unquote(parts.password or '')}'"
        if parts.username
        else ""
    )
    logins = ["", us] if us else [""]
    for login in logins:
        client.command(_dictionary(login))
        try:
            client.command("SYSTEM RELOAD DICTIONARY person_of_trail")
        except driver.DatabaseError:
            if login == logins[-1]:
                raise
            client.command("DROP DICTIONARY person_of_trail")
        else:
            return


def _dictionary(login: str) -> str:
    query = f"SELECT trail_id, person_id FROM {connection.database()}.merges FINAL"
    return f"""
        CREATE DICTIONARY IF NOT EXISTS person_of_trail (trail_id UInt64, person_id UInt64)
        PRIMARY KEY trail_id
        SOURCE(CLICKHOUSE({login} QUERY '{query}'))
        LAYOUT(HASHED())
        LIFETIME(0)
    """


def _declared(column: Column) -> str:
    codec = f" CODEC({column.codec})" if column.codec else ""
    says = column.says.replace("'", "''")
    if not column.sent_as:
        return f"{column.name} {column.type}{codec} COMMENT '{says}'"
    # Parsed here and not by the insert's format, which would not heed our settings (see appending.py).
    value = f"if({column.sent_as} = '', '{{}}', {column.sent_as})::{column.type}"
    return f"{column.sent_as} String EPHEMERAL, {column.name} {column.type} DEFAULT {value}{codec} COMMENT '{says}'"

"""People beside their touchpoints: what is known of each, and which audiences they are in, so that both are one question.

The relational database decides; this is its mirror. A row is written whole, the newest counts, and nothing is ever
changed in place. Read both tables with FINAL.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from clickhouse_connect.driver.client import Client

from jejak.eventlog import connection
from jejak.eventlog.asking import bound


@dataclass(frozen=True, kw_only=True)
class KnownPerson:
    """One person as they stand now. texts, numbers, days, lists: their traits, by what can be compared.

    handles: the kinds they are recognised by. consents, refusals: "purpose:channel", as last said.
    """

    person_id: int
    handles: list[str]
    texts: dict[str, str]
    numbers: dict[str, float]
    days: dict[str, date]
    lists: dict[str, list[str]]
    consents: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    companies: list[str] = field(default_factory=list)
    owner_id: int = 0
    team: str = ""
    tags: list[str] = field(default_factory=list)
    first_seen_at: datetime
    last_seen_at: datetime
    sample: bool = False


_WORD = "LowCardinality(String)"
_MOMENT = "DateTime64(3, 'UTC')"
_TEXT, _WORDS, _AT = pa.string(), pa.list_(pa.string()), pa.timestamp("ms", "UTC")
_PEOPLE = {
    "person_id": ("UInt64", pa.uint64()),
    "handles": (f"Array({_WORD})", _WORDS),
    "texts": (f"Map({_WORD}, String)", pa.map_(_TEXT, _TEXT)),
    "numbers": (f"Map({_WORD}, Float64)", pa.map_(_TEXT, pa.float64())),
    "days": (f"Map({_WORD}, Date32)", pa.map_(_TEXT, pa.date32())),
    "lists": (f"Map({_WORD}, Array(String))", pa.map_(_TEXT, _WORDS)),
    "consents": (f"Array({_WORD})", _WORDS),
    "refusals": (f"Array({_WORD})", _WORDS),
    "companies": ("Array(String)", _WORDS),
    "owner_id": ("UInt64", pa.uint64()),
    "team": (_WORD, _TEXT),
    "tags": (f"Array({_WORD})", _WORDS),
    "first_seen_at": (_MOMENT, _AT),
    "last_seen_at": (_MOMENT, _AT),
    "sample": ("Bool", pa.bool_()),
}
_MEMBERSHIPS = {
    "audience_id": ("UInt64", pa.uint64()),
    "trail_id": ("UInt64", pa.uint64()),
    "entered_at": (_MOMENT, _AT),
    "left_at": (f"Nullable({_MOMENT})", _AT),
}
# Of rows with the same key the one with the largest version counts, unless it says that they are gone.
_END = {"version": ("UInt64", pa.uint64()), "gone": ("UInt8", pa.uint8())}


PERSON_ID = """
    person_id UInt64 ALIAS dictGetOrDefault('{database}.person_of_trail', 'person_id', trail_id, trail_id)
    COMMENT 'The person, merges followed.'
"""


def make_tables(client: Client) -> None:
    """Make both tables, where they are not there."""
    person_id = PERSON_ID.format(database=connection.database())
    client.command(_made("people", _PEOPLE, "person_id"))
    client.command(_made("memberships", _MEMBERSHIPS, "audience_id, trail_id, entered_at", person_id))


def _made(table: str, columns: dict[str, Any], order: str, *more: str) -> str:
    named = [f"{name} {kind}" for name, (kind, _arrow) in {**columns, **_END}.items()]
    declared = ", ".join([*named, *more])
    return f"""
        CREATE TABLE IF NOT EXISTS {table} ({declared})
        ENGINE = ReplacingMergeTree(version, gone)
        ORDER BY ({order})
    """


def write_people(people: Sequence[KnownPerson], *, version: int) -> None:
    """Say what is known of people. version: when it was read, in microseconds; of two, the later one counts."""
    columns = {name: [getattr(one, name) for one in people] for name in _PEOPLE}
    maps = {
        name: [list(held.items()) for held in columns[name]] for name in ("texts", "numbers", "days", "lists")
    }
    _insert("people", _PEOPLE, columns | maps, version=version)


def take_out_people(person_ids: Iterable[int], *, version: int) -> None:
    """Say that these are nobody, or nobody any more: forgotten, or part of somebody else."""
    _insert(
        "people",
        {"person_id": _PEOPLE["person_id"]},
        {"person_id": sorted(set(person_ids))},
        version=version,
        gone=1,
    )


def write_memberships(
    audience_id: int, stays: Sequence[tuple[int, datetime, datetime | None]], *, version: int
) -> None:
    """Say who is, or was, in an audience: trail, since when, and until when, or None."""
    people, since, until = ([stay[i] for stay in stays] for i in range(3))
    columns = {"trail_id": people, "entered_at": since, "left_at": until}
    _insert(
        "memberships", _MEMBERSHIPS, columns | {"audience_id": [audience_id] * len(stays)}, version=version
    )


class Refreshing:
    """Who should be in an audience, worked out once and held against who is in it. Made by refreshing()."""

    def __init__(self, client: Client, audience_id: int, table: str) -> None:
        self._client, self._table = client, table
        self._values = {"audience": audience_id}

    def entering(self) -> list[int]:
        """Return who is not in it yet."""
        return [pk for (pk,) in self._client.query(self._sql(_ENTERING), parameters=self._values).result_rows]

    def leaving(self) -> list[int]:
        """Return who is in it and should not be."""
        return [pk for (pk,) in self._client.query(self._sql(_LEAVING), parameters=self._values).result_rows]

    def keep(self, *, at: datetime, version: int) -> tuple[int, int]:
        """Let them enter and leave, and return how many are in it now, and how many people there are."""
        values = self._values | {"at": _moment(at), "version": version}
        whom = f"NOT IN (SELECT person_id FROM {self._table})"
        self._client.command(_LEAVE.format(whom=whom), parameters=values)
        self._client.command(self._sql(_ENTER), parameters=values)
        size = self._client.query(f"SELECT count() FROM {self._table}").result_rows[0][0]
        everybody = self._client.query("SELECT count() FROM people FINAL").result_rows[0][0]
        return int(size), int(everybody)

    def _sql(self, sql: str) -> str:
        return sql.format(table=self._table, members=_MEMBERS)


_MEMBERS = """
    SELECT person_id FROM memberships FINAL
    WHERE audience_id = {audience:UInt64} AND isNull(left_at) GROUP BY person_id
"""
_ENTERING = "SELECT person_id FROM {table} WHERE person_id NOT IN ({members}) ORDER BY person_id"
_LEAVING = "SELECT person_id FROM ({members}) WHERE person_id NOT IN (SELECT person_id FROM {table}) ORDER BY person_id"
_ENTER = """
    INSERT INTO memberships (audience_id, trail_id, entered_at, left_at, version, gone)
    SELECT {{audience:UInt64}}, person_id, {{at:DateTime64(3, 'UTC')}}, NULL, {{version:UInt64}}, 0
    FROM {table} WHERE person_id NOT IN ({members})
"""
_LEAVE = """
    INSERT INTO memberships (audience_id, trail_id, entered_at, left_at, version, gone)
    SELECT audience_id, trail_id, entered_at, {{at:DateTime64(3, 'UTC')}}, {{version:UInt64}}, 0
    FROM memberships FINAL
    WHERE audience_id = {{audience:UInt64}} AND isNull(left_at) AND person_id {whom}
"""


@contextmanager
def refreshing(
    audience_id: int, sql: str, values: Mapping[str, Any], *, seconds: int, memory_bytes: int
) -> Iterator[Refreshing]:
    """Work out who should be in an audience, once: `sql` selects their person_id. Raises TooExpensive, Away."""
    table = f"refreshing_{audience_id}_{uuid.uuid4().hex[:8]}"
    limits = {"max_execution_time": seconds, "max_memory_usage": memory_bytes}
    with connection.borrowed() as client:
        made = f"CREATE TABLE {table} ENGINE = Memory AS SELECT person_id FROM ({sql}) GROUP BY person_id"
        try:
            client.command(made, parameters=bound(dict(values)), settings=limits)
            yield Refreshing(client, audience_id, table)
        finally:
            client.command(f"DROP TABLE IF EXISTS {table}")


def copy_memberships(*, of: int, into: int, at: datetime, version: int) -> int:
    """Let everybody who is in one audience now be in another one, and return how many they are."""
    values = {"audience": of, "into": into, "at": _moment(at), "version": version}
    with connection.borrowed() as client:
        client.command(
            f"""
            INSERT INTO memberships (audience_id, trail_id, entered_at, left_at, version, gone)
            SELECT {{into:UInt64}}, person_id, {{at:DateTime64(3, 'UTC')}}, NULL, {{version:UInt64}}, 0
            FROM ({_MEMBERS})
            """,
            parameters=values,
        )
        return int(
            client.query(f"SELECT count() FROM ({_MEMBERS})", parameters={"audience": into}).result_rows[0][0]
        )


def end_memberships(audience_id: int, person_ids: Sequence[int], *, at: datetime, version: int) -> list[int]:
    """Let people leave an audience, and return those of them who were in it."""
    there = members_among(audience_id, person_ids)
    values = {"audience": audience_id, "at": _moment(at), "version": version, "people": there}
    if there:
        with connection.borrowed() as client:
            client.command(_LEAVE.format(whom="IN {people:Array(UInt64)}"), parameters=values)
    return there


def members_among(audience_id: int, person_ids: Sequence[int]) -> list[int]:
    """Return those of these people who are in an audience."""
    sql = f"SELECT person_id FROM ({_MEMBERS}) WHERE person_id IN {{people:Array(UInt64)}} ORDER BY person_id"
    values = {"audience": audience_id, "people": list(person_ids)}
    with connection.borrowed() as client:
        return [pk for (pk,) in client.query(sql, parameters=values).result_rows]


def count_members(audience_id: int) -> int:
    """Return how many people are in an audience."""
    with connection.borrowed() as client:
        told = client.query(f"SELECT count() FROM ({_MEMBERS})", parameters={"audience": audience_id})
        return int(told.result_rows[0][0])


def fingerprint() -> str:
    """Return a text that is the same as long as nothing happens and nobody changes."""
    with connection.borrowed() as client:
        return ".".join(str(one) for one in client.query(_FINGERPRINT).result_rows[0])


_FINGERPRINT = """
    SELECT
        (SELECT count() FROM touchpoints),
        (SELECT count() FROM people), (SELECT max(version) FROM people),
        (SELECT toUnixTimestamp64Micro(max(changed_at)) FROM merges)
"""


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def drop_memberships(audience_id: int) -> None:
    """Take out everybody who is or was in an audience."""
    with connection.borrowed() as client:
        client.command(
            "DELETE FROM memberships WHERE audience_id = {audience:UInt64}",
            parameters={"audience": audience_id},
        )


def _insert(
    table: str, types: dict[str, Any], columns: dict[str, list[Any]], *, version: int, gone: int = 0
) -> None:
    count = len(next(iter(columns.values())))
    if not count:
        return
    held = columns | {"version": [version] * count, "gone": [gone] * count}
    schema = pa.schema([(name, arrow) for name, (_kind, arrow) in {**types, **_END}.items()])
    rows = pa.Table.from_pydict({name: held[name] for name in schema.names}, schema=schema)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, schema) as file:
        file.write_table(rows)
    with connection.borrowed() as client:
        client.raw_insert(table, schema.names, sink.getvalue().to_pybytes(), fmt="Arrow")

"""Pairs of records that may be one, with their chance and how their columns agree, of any table."""

import tempfile
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from jejak.features.duplicates.matching import cleaning, learning, pairing, roles, weighing
from jejak.features.duplicates.matching.comparing import Compared, compared
from jejak.features.duplicates.matching.kinds import Column, Kind
from jejak.features.duplicates.matching.learning import Learned

_SAMPLED = 250_000
_MEMORY = "2GB"
_WEIGHED_AT_ONCE = 1_000_000
_READ_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records by their place in the table, left before right.

    agreements: how each column agrees, by the name of the column; those where a value is missing are left out.
    """

    left: int
    right: int
    probability: float
    agreements: dict[str, str]


@dataclass(frozen=True)
class Model:
    """What was learned of a table, for whoever wants to know how sure Jejak is."""

    records: int
    compared: int
    prior: float
    """The chance that any two records are one."""
    expected: int
    """How many pairs are thought to be one among all records, found or not."""


@dataclass(frozen=True)
class Found:
    """The pairs of a table, the likeliest first, read piece by piece."""

    model: Model
    pairs: Iterator[Pair]


class NothingToCompare(Exception):
    """No column says who a record is about."""


def open_table(columns: Sequence[Column]) -> duckdb.DuckDBPyConnection:
    """Return a database in memory with an empty table of these columns, to be filled by `add`."""
    spilled = tempfile.TemporaryDirectory(
        prefix="jejak-duplicates-"
    )  # Nobody else may read it, unlike DuckDB's own.
    database = duckdb.connect(
        config={
            "memory_limit": _MEMORY,
            "temp_directory": spilled.name,
            "autoinstall_known_extensions": "false",
        }
    )
    weakref.finalize(database, spilled.cleanup)
    cells = "".join(f", g{column.place} VARCHAR" for column in columns)
    database.execute(f"CREATE TABLE given (unique_id BIGINT{cells})")
    return database


def add(
    database: duckdb.DuckDBPyConnection, *, ids: Sequence[int], cells: Sequence[Sequence[str | None]]
) -> None:
    """Add records: their ids, and of each column in order its cells."""
    texts = [pa.array([cell or None for cell in column], pa.string()) for column in cells]
    names = ["unique_id", *(f"t{i}" for i in range(len(texts)))]
    rows = pa.table([pa.array(ids, pa.int64()), *texts], names=names)  # noqa: F841  # Read by its name below.
    database.execute("INSERT INTO given SELECT * FROM rows")


def find(database: duckdb.DuckDBPyConnection, columns: Sequence[Column], *, threshold: float) -> Found:
    """Return the pairs that are one with at least that chance. Learns from the records; the same each time."""
    columns = [column for column in columns if column.kind != Kind.IGNORE]
    if not columns:
        raise NothingToCompare
    records = _count(database, "given")
    if records < 2:
        return Found(Model(records, 0, 0.0, 0), iter(()))
    cleaning.clean(database, columns)
    leading = roles.lead(database, columns)
    how = [compared(column, columns, leads=column == leading) for column in columns]
    pairs = pairing.pair(database, columns, records=records)
    if pairs == 0:
        return Found(Model(records, 0, 0.0, 0), iter(()))
    learned = _learn(database, how, leading, records=records, pairs=pairs)
    for start in range(0, pairs, _WEIGHED_AT_ONCE):
        some = f"SELECT * FROM pairs WHERE rowid >= {start} AND rowid < {start + _WEIGHED_AT_ONCE}"
        weighing.likely(database, how, learned, some, threshold=threshold)
    expected = round(learned.prior * records * (records - 1) / 2)
    return Found(Model(records, pairs, learned.prior, expected), _likely(database, how))


def _learn(
    database: duckdb.DuckDBPyConnection,
    how: list[Compared],
    leading: Column | None,
    *,
    records: int,
    pairs: int,
) -> Learned:
    all_pairs = records * (records - 1) // 2
    share = min(1.0, _SAMPLED / pairs)
    sampled = f"WHERE hash(join_key_l, join_key_r) % 1000000 < {int(share * 1_000_000)}" if share < 1 else ""
    near = weighing.sample(database, how, f"SELECT * FROM pairs {sampled}")
    random = near if pairs == all_pairs else weighing.sample(database, how, _at_random(database, records))
    kinds = {one.column.kind for one in how}
    return learning.learn(
        near=near,
        near_share=share,
        random=random,
        all_pairs=all_pairs,
        thought=[roles.thought(one, kinds, leading) for one in how],
        may_move=roles.may_move(kinds),
    )


def _at_random(database: duckdb.DuckDBPyConnection, records: int) -> str:
    chance = np.random.default_rng(1)
    left = chance.integers(0, records, _SAMPLED)
    right = chance.integers(0, records - 1, _SAMPLED)
    right += right >= left
    places = pa.table({"l": np.minimum(left, right), "r": np.maximum(left, right)})  # noqa: F841  # By its name.
    database.execute("CREATE TABLE places AS SELECT l, r FROM places")
    database.execute(
        "CREATE TABLE placed AS SELECT unique_id, row_number() OVER (ORDER BY unique_id) - 1 AS place FROM records"
    )
    return (
        "SELECT a.unique_id AS join_key_l, b.unique_id AS join_key_r FROM places"
        " JOIN placed a ON a.place = l JOIN placed b ON b.place = r"
    )


def _likely(database: duckdb.DuckDBPyConnection, how: list[Compared]) -> Iterator[Pair]:
    rows = database.execute("FROM likely ORDER BY chance DESC, l, r")
    while some := rows.fetchmany(_READ_AT_ONCE):
        for left, right, probability, *levels in some:
            agreements = {
                one.column.name: one.levels[len(one.levels) - 1 - level].agreement
                for one, level in zip(how, levels, strict=True)
                if level >= 0
            }
            yield Pair(left, right, probability, agreements)


def _count(database: duckdb.DuckDBPyConnection, table: str) -> int:
    row = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0

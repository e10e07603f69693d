"""Pairs of records that may be one, with their chance and how their columns agree, of any table."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_level_library import CustomLevel, NullLevel
from splink.comparison_library import CustomComparison
from splink.internals.comparison_level_creator import ComparisonLevelCreator

from jejak.features.duplicates.matching import cleaning, learning, pairing
from jejak.features.duplicates.matching.comparing import Compared, compared
from jejak.features.duplicates.matching.kinds import NAMES, Column, Kind, is_shared
from jejak.features.duplicates.matching.learning import Floats, Learned, Sample, Thought

_SAMPLED = 250_000
_MEMORY = "2GB"
_READ_AT_ONCE = 10_000
_BITS = 500
"""Beyond 2 to this power a chance is 0 or 1, and a float's exponent soon at its end."""

logging.getLogger("splink").setLevel(logging.ERROR)  # It tells every step.


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
    database = duckdb.connect(config={"memory_limit": _MEMORY, "autoinstall_known_extensions": "false"})
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
    all_pairs = records * (records - 1) // 2
    if all_pairs == 0:
        return Found(Model(records, 0, 0.0, 0), iter(()))
    cleaning.clean(database, columns)
    how = [compared(column, columns) for column in columns]
    pairs = pairing.pair(database, columns, records=records)
    if pairs == 0:
        return Found(Model(records, 0, 0.0, 0), iter(()))
    learned = _learn(database, how, records=records, pairs=pairs)
    model = Model(records, pairs, learned.prior, round(learned.prior * all_pairs))
    return Found(model, _likely(database, how, learned, threshold))


def _learn(database: duckdb.DuckDBPyConnection, how: list[Compared], *, records: int, pairs: int) -> Learned:
    all_pairs = records * (records - 1) // 2
    share = min(1.0, _SAMPLED / pairs)
    sampled = f"WHERE hash(join_key_l, join_key_r) % 1000000 < {int(share * 1_000_000)}" if share < 1 else ""
    near = _sample(database, how, f"SELECT join_key_l, join_key_r FROM pairs {sampled}")
    random = near if pairs == all_pairs else _sample(database, how, _at_random(database, records))
    thought = [_thought(one, how) for one in how]
    return learning.learn(near=near, near_share=share, random=random, all_pairs=all_pairs, thought=thought)


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


def _thought(one: Compared, how: list[Compared]) -> Thought:
    kind = one.column.kind
    ways = list(reversed(one.levels))
    return Thought(
        m=np.array([level.often for level in ways]),
        is_shared=is_shared(kind, [other.column.kind for other in how]),
        is_name=kind in NAMES,
        loosely=np.array([level.relatives for level in ways]),
    )


def _sample(database: duckdb.DuckDBPyConnection, how: list[Compared], pairs: str) -> Sample:
    """Compare these pairs. How common a value is, is kept to the nearest half power of two."""
    even = [np.full(len(one.levels), 0.5) for one in how]
    predicted = _predicted(database, how, pairs, prior=0.5, m=even, u=even, threshold=None)
    columns = [one.column.clean for one in how]
    ways = [f"gamma_{column} AS w_{column}" for column in columns]
    common = [
        f"CASE WHEN gamma_{one.column.clean} = {len(one.levels) - 1}"
        f" THEN 2 ** (round(2 * log2(greatest(tf_{one.column.clean}_l, tf_{one.column.clean}_r))) / 2) END"
        f" AS c_{one.column.clean}"
        for one in how
    ]
    got = (
        database.sql(f"SELECT {', '.join(ways + common)}, count(*) AS times FROM {predicted} GROUP BY ALL")
        .order("ALL")
        .to_arrow_table()
    )
    database.execute(f"DROP TABLE {predicted}")
    return Sample(
        ways=np.stack([got[f"w_{column}"].to_numpy().astype(np.int8) for column in columns], axis=1),
        commonness=np.stack([got[f"c_{column}"].to_numpy().astype(float) for column in columns], axis=1),
        times=got["times"].to_numpy().astype(float),
    )


def _likely(
    database: duckdb.DuckDBPyConnection, how: list[Compared], learned: Learned, threshold: float
) -> Iterator[Pair]:
    predicted = _predicted(
        database, how, "SELECT join_key_l, join_key_r FROM pairs", prior=learned.prior, m=learned.m, u=learned.u,
        threshold=threshold,
    )  # fmt: skip
    chance = f"1 / (1 + 2 ** least({_BITS}, -match_weight) + 2 ** least({_BITS}, -({_over_neighbours(how, learned)})))"
    ways = ", ".join(f"gamma_{one.column.clean}" for one in how)
    own = [f"gamma_{one.column.clean} > 0" for i, one in enumerate(how) if not learning.shared(learned, i)]
    rows = database.execute(
        f"SELECT unique_id_l, unique_id_r, {chance} AS chance, {ways} FROM {predicted} WHERE chance >= {threshold}"
        f" AND ({' OR '.join(own) or 'true'})"
        " ORDER BY chance DESC, unique_id_l, unique_id_r"
    )
    while some := rows.fetchmany(_READ_AT_ONCE):
        for left, right, probability, *levels in some:
            agreements = {
                one.column.name: one.levels[len(one.levels) - 1 - level].agreement
                for one, level in zip(how, levels, strict=True)
                if level >= 0
            }
            yield Pair(left, right, probability, agreements)


def _over_neighbours(how: list[Compared], learned: Learned) -> str:
    """Return SQL for how much likelier a pair is one than it is neighbours, as a power of two."""
    weight = [str(float(np.log2(learned.prior / learned.neighbours)))]
    for i, one in enumerate(how):
        by_level = ", ".join(str(float(bits)) for bits in np.log2(learned.m[i] / learned.h[i]))
        weight.append(f"coalesce([{by_level}][gamma_{one.column.clean} + 1], 0)")
        if not learning.shared(learned, i):
            weight.append(f"mw_tf_adj_{one.column.clean}")
    return " + ".join(weight)


def _predicted(
    database: duckdb.DuckDBPyConnection, how: list[Compared], pairs: str, *, prior: float, m: list[Floats],
    u: list[Floats], threshold: float | None,
) -> str:  # fmt: skip
    """Let Splink compare and weigh the pairs, and return the name of its table."""
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(one, m[i], u[i]) for i, one in enumerate(how)],
        probability_two_random_records_match=prior,
        retain_intermediate_calculation_columns=True,
        blocking_rules_to_generate_predictions=[
            block_on("unique_id")
        ],  # It must have one; the pairs are ours.
    )
    database.execute(f"CREATE OR REPLACE TABLE asked AS SELECT '0' AS match_key, * FROM ({pairs})")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Those of Splink's own code are not ours to heed.
        engine = DuckDBAPI(database)
        linker = Linker(engine.register("records"), settings, log_level=None, validate_settings=False)
        for one in how:
            frequencies = engine.register(f"t{one.column.place}")
            linker.table_management.register_term_frequency_lookup(frequencies, one.column.clean)
        linker.table_management.register_blocked_pairs_for_predict(engine.register("asked"))
        predicted = linker.inference.predict(threshold_match_probability=threshold, warning_mode="never")
    return str(predicted.physical_name)


def _comparison(one: Compared, m: Floats, u: Floats) -> CustomComparison:
    levels: list[ComparisonLevelCreator | dict[str, Any]] = [NullLevel(one.column.clean)]
    for level, often, by_chance in zip(one.levels, reversed(m), reversed(u), strict=True):
        levels.append(
            CustomLevel(level.sql, label_for_charts=level.agreement).configure(
                m_probability=float(often),
                u_probability=float(by_chance),
                tf_adjustment_column=one.column.clean if level.by_rareness else None,
            )
        )
    return CustomComparison(levels, output_column_name=one.column.clean)


def _count(database: duckdb.DuckDBPyConnection, table: str) -> int:
    row = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0

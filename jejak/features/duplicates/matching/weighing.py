"""Splink compares the pairs in DuckDB and weighs how they agree, by what was learned."""

import logging
import warnings
from typing import Any

import duckdb
import numpy as np
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_level_library import CustomLevel
from splink.comparison_library import CustomComparison
from splink.internals.comparison_level_creator import ComparisonLevelCreator

from jejak.features.duplicates.matching.comparing import Compared
from jejak.features.duplicates.matching.learning import BESIDE, MOVED, ONE, OTHER, Floats, Learned, Sample

_BITS = 500
"""Beyond 2 to this power a chance is 0 or 1, and a float's exponent soon at its end."""

logging.getLogger("splink").setLevel(logging.ERROR)  # It tells every step.


def sample(database: duckdb.DuckDBPyConnection, how: list[Compared], pairs: str) -> Sample:
    """Compare these pairs. How common a value is, is kept to the nearest half power of two."""
    even = [np.full(len(one.levels), 0.5) for one in how]
    weighed = _weighed(database, how, pairs, prior=0.5, m=even, u=even)
    columns = [one.column.clean for one in how]
    ways = [f"{_way(one)} AS w_{one.column.clean}" for one in how]
    common = [
        f"CASE WHEN {_way(one)} IN ({_by_rareness(one)})"
        f" THEN 2 ** (round(2 * log2(greatest(tf_{one.column.clean}_l, tf_{one.column.clean}_r))) / 2) END"
        f" AS c_{one.column.clean}"
        for one in how
    ]
    got = (
        database.sql(f"SELECT {', '.join(ways + common)}, count(*) AS times FROM {weighed} GROUP BY ALL")
        .order("ALL")
        .to_arrow_table()
    )
    database.execute(f"DROP TABLE {weighed}")
    return Sample(
        ways=np.stack([got[f"w_{column}"].to_numpy().astype(np.int8) for column in columns], axis=1),
        commonness=np.stack([got[f"c_{column}"].to_numpy().astype(float) for column in columns], axis=1),
        times=got["times"].to_numpy().astype(float),
    )


def likely(
    database: duckdb.DuckDBPyConnection,
    how: list[Compared],
    learned: Learned,
    pairs: str,
    *,
    threshold: float,
) -> None:
    """Add those of these pairs that are one with that chance to the table `likely`: l, r, chance, and each level."""
    one, other = learned.chances[ONE], learned.chances[OTHER]
    weighed = _weighed(
        database, how, pairs, prior=float(one / (one + other)), m=learned.levels[ONE], u=learned.levels[OTHER]
    )
    odds = {kind: f"2 ** least({_BITS}, -({_over(how, learned, kind)}))" for kind in (MOVED, BESIDE)}
    two = f"2 ** least({_BITS}, -match_weight) + {odds[BESIDE]}"
    chance = f"1 / (1 + ({two}) / (1 + {odds[MOVED]}))"
    ways = ", ".join(f"{_way(each)} AS w_{each.column.clean}" for each in how)
    own = ", ".join(_way(how[i]) for i in learned.own)
    agree = f"(greatest({own}) > 0 OR greatest({own}) = -1)" if own else "true"
    rows = (
        f"SELECT unique_id_l AS l, unique_id_r AS r, {chance} AS chance, {ways} FROM {weighed} WHERE {agree}"
    )
    database.execute(f"CREATE TABLE IF NOT EXISTS likely AS FROM ({rows}) LIMIT 0")
    database.execute(f"INSERT INTO likely FROM ({rows}) WHERE chance >= {threshold}")
    database.execute(f"DROP TABLE {weighed}")


def _way(one: Compared) -> str:
    """Return SQL for the level at which a pair agrees in this column, 0 for different and -1 where nothing is known."""
    level = f"gamma_{one.column.clean}"
    return f"CASE WHEN {level} = {len(one.levels)} THEN 0 ELSE {level} END" if one.at_once else level


def _by_rareness(one: Compared) -> str:
    top = len(one.levels) - 1
    return ", ".join(str(top - i) for i, level in enumerate(one.levels) if level.by_rareness) or "NULL"


def _over(how: list[Compared], learned: Learned, kind: int) -> str:
    """Return SQL for how much likelier a pair is one than of that kind, as a power of two."""
    weight = [str(float(np.log2(learned.chances[ONE] / max(learned.chances[kind], 1e-300))))]
    for i, one in enumerate(how):
        bits = np.log2(learned.levels[ONE][i] / learned.levels[kind][i])
        by_level = ", ".join(str(float(each)) for each in bits)
        weight.append(f"coalesce([{by_level}][({_way(one)}) + 1], 0)")
        if learned.by_chance[kind, i]:
            weight.append(f"mw_tf_adj_{one.column.clean}")
    return " + ".join(weight)


def _weighed(
    database: duckdb.DuckDBPyConnection, how: list[Compared], pairs: str, *, prior: float, m: list[Floats], u: list[Floats]
) -> str:  # fmt: skip
    """Let Splink compare and weigh the pairs, and return the name of its table."""
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(one, m[i], u[i]) for i, one in enumerate(how)],
        probability_two_random_records_match=prior,
        retain_matching_columns=True,  # Without it, Splink drops the levels too.
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
        weighed = linker.inference.predict(warning_mode="never")
    return str(weighed.physical_name)


def _comparison(one: Compared, m: Floats, u: Floats) -> CustomComparison:
    levels: list[ComparisonLevelCreator | dict[str, Any]] = [
        CustomLevel(one.says_nothing).configure(is_null_level=True)
    ]
    if one.at_once:  # Splink numbers the levels from the last to the first, so that this one is one too many.
        levels.append(
            CustomLevel(one.at_once, label_for_charts="different").configure(
                m_probability=float(m[0]), u_probability=float(u[0])
            )
        )
    for level, often, by_chance in zip(one.levels, reversed(m), reversed(u), strict=True):
        levels.append(
            CustomLevel(level.sql, label_for_charts=level.agreement).configure(
                m_probability=float(often),
                u_probability=float(by_chance),
                tf_adjustment_column=one.column.clean if level.by_rareness else None,
            )
        )
    return CustomComparison(levels, output_column_name=one.column.clean)

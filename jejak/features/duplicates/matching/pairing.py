"""Which pairs are worth comparing: those that share something rare enough, and no block that explodes."""

from collections.abc import Iterator

import duckdb

from jejak.features.duplicates.matching.kinds import PARTS_OF_NAMES, TEXTS, Column, Kind

ALL_UP_TO = 500
"""Among so few records every pair is compared."""

_LARGEST_BLOCK = 400
_PAIRS_PER_RECORD = 15
_WORDS = 8
_LEAST_BUDGET = 3_000_000


def pair(database: duckdb.DuckDBPyConnection, columns: list[Column], *, records: int) -> int:
    """Make the table `pairs` (join_key_l < join_key_r) and return how many there are.

    Each key is a way to be alike. Where a key puts too many into one block, that block is skipped: a narrower key
    finds its pairs. The keys that cost the fewest pairs come first, until the budget is spent.
    """
    if records <= ALL_UP_TO:
        database.execute(
            "CREATE TABLE pairs AS SELECT l.unique_id AS join_key_l, r.unique_id AS join_key_r"
            " FROM records l JOIN records r ON l.unique_id < r.unique_id"
        )
    else:
        _pair_by_keys(database, columns, max(_LEAST_BUDGET, records * _PAIRS_PER_RECORD))
    row = database.execute("SELECT count(*) FROM pairs").fetchone()
    return int(row[0]) if row else 0


def _pair_by_keys(database: duckdb.DuckDBPyConnection, columns: list[Column], budget: int) -> None:
    costs = []
    for key in dict.fromkeys(_keys(columns)):
        row = database.execute(
            f"SELECT sum(n * (n - 1) // 2) FROM (SELECT count(*) AS n FROM ({_keyed(key)}) GROUP BY key)"
            f" WHERE n BETWEEN 2 AND {_LARGEST_BLOCK}"
        ).fetchone()
        if row and row[0]:
            costs.append((int(row[0]), key))
    chosen, spent = [], 0
    for cost, key in sorted(costs):
        if spent + cost > budget:
            break
        spent += cost
        chosen.append(key)
    database.execute("CREATE TABLE found (join_key_l BIGINT, join_key_r BIGINT)")
    for key in chosen:
        database.execute(
            f"INSERT INTO found WITH keyed AS MATERIALIZED ({_keyed(key)}), small AS MATERIALIZED ("
            f" SELECT * FROM keyed SEMI JOIN (SELECT key FROM keyed GROUP BY key"
            f" HAVING count(*) BETWEEN 2 AND {_LARGEST_BLOCK}) USING (key))"
            " SELECT l.unique_id, r.unique_id FROM small l JOIN small r ON l.key = r.key AND l.unique_id < r.unique_id"
        )
    database.execute("CREATE TABLE pairs AS SELECT DISTINCT join_key_l, join_key_r FROM found")
    database.execute("DROP TABLE found")


def _keyed(key: str) -> str:
    return (
        f"SELECT DISTINCT unique_id, hash(said) AS key FROM (SELECT unique_id, {key} AS said FROM records)"
        " WHERE said IS NOT NULL"
    )


def _keys(columns: list[Column]) -> Iterator[str]:
    """Yield SQL for each key: what is telling alone, then each two columns' marks together."""
    marks = {column: list(_marks(column)) for column in columns}
    for column in columns:
        yield from _telling(column)
    for at, column in enumerate(columns):
        for other in columns[at + 1 :]:
            for one in marks[column]:
                for two in marks[other]:
                    yield f"{one} || '|' || {two}"
    parts = [column for column in columns if column.kind in PARTS_OF_NAMES]
    if len(parts) == 2:  # The two may be swapped.
        one, two = (f"substr({column.clean}, 1, 4)" for column in parts)
        yield f"least({one}, {two}) || '|' || greatest({one}, {two})"


def _telling(column: Column) -> Iterator[str]:
    name = column.clean
    match column.kind:
        case Kind.EMAIL:
            yield name
            yield f"split_part({name}, '@', 1)"
        case Kind.PHONE:
            yield name
            yield f"right({name}, 7)"
        case Kind.ID | Kind.DATE | Kind.GIVEN_NAME | Kind.FAMILY_NAME:
            yield name
        case kind if kind in TEXTS:
            yield name
            yield f"{name}_a"
            yield f"substr({name}, 1, 8)"
            yield f"unnest([x.t for x in {name}_w])"
            yield f"unnest(couples({name}_w))"


def _marks(column: Column) -> Iterator[str]:
    name = column.clean
    match column.kind:
        case Kind.GIVEN_NAME | Kind.FAMILY_NAME:
            yield f"substr({name}, 1, 3)"
        case Kind.NAME | Kind.COMPANY:
            yield f"substr({name}, 1, 4)"
            yield f"unnest([substr(x.t, 1, 4) for x in {name}_w[:{_WORDS}]])"
        case Kind.ADDRESS | Kind.TEXT:
            yield f"substr({name}, 1, 4)"
            yield f"unnest([x.t for x in {name}_w[:{_WORDS}]])"
        case Kind.EMAIL:
            yield f"substr({name}, 1, 5)"
        case Kind.PHONE:
            yield f"right({name}, 4)"
        case Kind.DATE:
            yield f"substr({name}, 1, 4)"
            yield f"substr({name}, 5)"
        case Kind.CITY:
            yield f"substr({name}, 1, 4)"
        case Kind.POSTCODE | Kind.STREET_NUMBER | Kind.NUMBER:
            yield name
        case Kind.ID:
            yield f"substr({name}, 1, 4)"
            yield f"right({name}, 4)"

"""What each column of a table says of whom: of the one that it is about, of a household, of a place."""

import duckdb
import numpy as np

from jejak.features.duplicates.matching.comparing import Compared
from jejak.features.duplicates.matching.kinds import NAMES, OF_A_PLACE, Column, Kind
from jejak.features.duplicates.matching.learning import Role, Thought

_TITLES = ("title", "judul", "tajuk", "song", "product", "produk", "name", "nama")
_ALMOST_AS_MANY = 0.8
_MOST_DIFFERENT = {**dict.fromkeys(NAMES, 0.2), Kind.TEXT: 0.2, Kind.DATE: 0.2, Kind.ID: 0.3}


def lead(database: duckdb.DuckDBPyConnection, columns: list[Column]) -> Column | None:
    """Return the text that says what a record is about, the others say only more of it.

    Among people that is the name; else what its header calls so, or the first that is seldom said twice.
    """
    texts = [column for column in columns if column.kind in (Kind.NAME, Kind.COMPANY, Kind.TEXT)]
    kinds = {column.kind for column in columns}
    if not texts or Kind.GIVEN_NAME in kinds:
        return None
    if Kind.NAME in kinds and kinds & {Kind.EMAIL, Kind.DATE, Kind.ID}:
        texts = [column for column in texts if column.kind == Kind.NAME]
    for word in _TITLES:
        for column in texts:
            if word in column.name.lower():
                return column
    distinct = {column: _distinct(database, column) for column in texts}
    enough = _ALMOST_AS_MANY * max(distinct.values())
    return next(column for column in texts if distinct[column] >= enough)


def thought(one: Compared, kinds: set[Kind], leading: Column | None) -> Thought:
    """Return what is thought of a column, among columns of these kinds, before any pair was seen."""
    ways = list(reversed(one.levels))
    return Thought(
        m=np.array([level.often for level in ways]),
        role=_role(one.column, kinds, leading),
        most_different=_MOST_DIFFERENT.get(one.column.kind, 0.5),
        loosely=np.array([level.relatives for level in ways]),
        weakly=np.array([level.weakly for level in ways]),
        by_rareness=np.array([level.by_rareness for level in ways]),
    )


def may_move(kinds: set[Kind]) -> bool:
    """Return whether people can be told after they moved. A company of the same name elsewhere is a branch."""
    return bool(kinds & {Kind.NAME, Kind.GIVEN_NAME} and kinds & {Kind.DATE, Kind.EMAIL, Kind.ID, Kind.PHONE})


def _role(column: Column, among: set[Kind], leading: Column | None) -> Role:
    match column.kind:
        case kind if kind in OF_A_PLACE:
            return Role.PLACE
        case Kind.CATEGORY | Kind.NUMBER:
            return Role.SORT
        case Kind.NAME | Kind.COMPANY | Kind.TEXT:
            return Role.OWN if column == leading else Role.FAMILY
        case Kind.FAMILY_NAME:
            return Role.FAMILY if Kind.GIVEN_NAME in among else Role.OWN
        case Kind.PHONE:
            return Role.FAMILY
    return Role.OWN


def _distinct(database: duckdb.DuckDBPyConnection, column: Column) -> int:
    row = database.execute(f"SELECT count(DISTINCT {column.clean}) FROM records").fetchone()
    return int(row[0]) if row else 0

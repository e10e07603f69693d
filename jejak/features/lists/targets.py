"""What the columns of a file can be, and how its rows are taken in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from jejak.records.kinds import Kind

NEW, UPDATE, BOTH = "new", "update", "both"
FIRST_NAME, LAST_NAME = "+first_name", "+last_name"
"""What a column can be beside a field: one half of a name."""
ID = "id"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a file is taken in. columns: {column: field's key}. key: what tells which record a row means; "" for none.

    mode: new, update or both.
    """

    columns: Mapping[str, str]
    key: str = ""
    mode: str = BOTH


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a file. fault: why it is none."""

    line: int
    cells: Mapping[str, str]
    fault: str = ""


def keys_of(kind: Kind) -> list[tuple[str, Any]]:
    """Return what can tell which record a row means."""
    fit = {"text", "email", "phone", "link", "number"}
    return [(ID, "id")] + [
        (one.key, one.label)
        for one in kind.fields
        if one.type.key in fit and (one.column or one.inside) and one.is_editable
    ]


def of_kind(kind: Kind) -> list[tuple[str, Any]]:
    """Return what a column can be."""
    halves = (
        [(FIRST_NAME, gettext("First name")), (LAST_NAME, gettext("Last name"))]
        if kind.key == "person"
        else []
    )
    return [
        (ID, gettext("id, to find the record")),
        *halves,
        *((one.key, one.label) for one in kind.fields if one.is_editable),
    ]

"""Fields of a record as its page shows them, each with the address where it is changed in its place."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from jejak.records import listing
from jejak.records.kinds import Field, Kind
from jejak.records.listing import Cell
from jejak.staff.models import User


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One field as it is read. address: where it is changed; "" where it is not."""

    field: Field
    cell: Cell
    address: str


def facts(kind: Kind, record: Any, keys: Iterable[str], *, by: User, may_change: bool) -> list[Fact]:
    """Return fields of a record, with the names of what they link to, in a few queries."""
    fields = [kind.field(key) for key in keys]
    cells = listing.cells(kind, fields, [record], by=by)[0]
    return [
        Fact(
            field=field,
            cell=cell,
            address=_address(kind, record, field) if may_change and field.is_editable else "",
        )
        for field, cell in zip(fields, cells, strict=True)
    ]


def _address(kind: Kind, record: Any, field: Field) -> str:
    try:
        return reverse("lists:field", args=[kind.key, record.pk, field.key])
    except NoReverseMatch:
        return ""

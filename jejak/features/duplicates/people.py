"""People as records to compare, read piece by piece so that a million of them never stand in memory at once."""

from collections.abc import Iterator
from typing import Any

from django.db.models.functions import Coalesce

from jejak.features.duplicates.matching.kinds import Column, Kind
from jejak.people.models import Person

_AT_ONCE = 10_000
# Whoever stands for several trails has the traits of all of them.
_KNOWN = Coalesce("combined", "traits")

COLUMNS = (
    Column("name", Kind.NAME, 0),
    Column("email", Kind.EMAIL, 1),
    Column("phone", Kind.PHONE, 2),
    Column("date_of_birth", Kind.DATE, 3),
    Column("address", Kind.ADDRESS, 4),
    Column("city", Kind.CITY, 5),
    Column("postcode", Kind.POSTCODE, 6),
)

_TRAITS = (
    ("date_of_birth", "birthday", "birth_date", "birthdate", "dob", "dateOfBirth", "tanggal_lahir", "tarikh_lahir"),
    ("address", "street", "address_1", "alamat"),
    ("city", "kota", "bandar"),
    ("postcode", "postal_code", "postalCode", "zip", "kode_pos", "poskod"),
)  # fmt: skip
_INSIDE_ADDRESS = {
    1: ("street", "line1", "address"),
    2: ("city",),
    3: ("postalCode", "postal_code", "postcode", "zip"),
}


def batches() -> Iterator[tuple[list[int], list[list[str]]]]:
    """Yield some people at a time: their ids, and the cells of each of COLUMNS.

    Who has no name, e-mail or phone is left out.
    """
    last = 0
    while some := list(
        Person.objects.filter(root=None, pk__gt=last)
        .order_by("pk")
        .values_list("pk", "name", "email", "phone", _KNOWN)[:_AT_ONCE]
    ):
        last = some[-1][0]
        known = [(pk, [*said, *_from_traits(traits)]) for pk, *said, traits in some if any(said)]
        if known:
            yield (
                [pk for pk, _ in known],
                [list(column) for column in zip(*(cells for _, cells in known), strict=True)],
            )


def cells_of(ids: list[int]) -> dict[int, list[str]]:
    """Return the cells of these people, those of them that still stand for themselves."""
    rows = Person.objects.filter(root=None, pk__in=ids).values_list("pk", "name", "email", "phone", _KNOWN)
    return {pk: [*said, *_from_traits(traits)] for pk, *said, traits in rows}


def _from_traits(traits: dict[str, Any]) -> list[str]:
    if not traits:
        return ["", "", "", ""]
    return [_first(traits, i, names) for i, names in enumerate(_TRAITS)]


def _first(traits: dict[str, Any], i: int, names: tuple[str, ...]) -> str:
    for name in names:
        if text := _text(_value(traits.get(name))):
            return text
    whole = _value(traits.get("address"))
    if isinstance(whole, dict):
        for name in _INSIDE_ADDRESS.get(i, ()):
            if text := _text(whole.get(name)):
                return text
    return ""


def _value(trait: Any) -> Any:
    return trait.get("value") if isinstance(trait, dict) else None


def _text(value: Any) -> str:
    return str(value)[:300].strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""

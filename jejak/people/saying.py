"""What is known of a person, as people read it."""

import math
from collections.abc import Mapping
from typing import Any

from babel import Locale
from django.utils.translation import gettext as _

from jejak.common import numbers

_MOST_PARTS = 20
_ADDRESS = frozenset(("street", "city", "state", "postalCode", "country"))
"""The parts of an address as Segment's traits name them."""


def trait(key: str, value: object) -> str:
    """Return the value of a trait as people read it: an address in one line, a language and a country by their names."""
    if isinstance(value, list):
        return ", ".join(trait(key, one) for one in value[:_MOST_PARTS])
    if isinstance(value, dict):
        return _address(value) if value.keys() <= _ADDRESS else _parts(value)
    if isinstance(value, str) and (name := _named(key, value)):
        return name
    return plain(value)


def plain(value: object) -> str:
    """Return a plain value as people read it; "" for nothing, a list or an object."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return plain_number(value)
    return " ".join(value.split()) if isinstance(value, str) else ""


def plain_number(value: float) -> str:
    """Return a number without thousands separators where it may be an id, else as the language writes it."""
    if isinstance(value, int) or not math.isfinite(value) or abs(value) > 1e15:
        return str(value)
    return numbers.number(value, decimals=0 if value.is_integer() else 2)


def _address(said: Mapping[str, Any]) -> str:
    def part(*keys: str) -> str:
        return " ".join(filter(None, (trait(key, said.get(key)) for key in keys)))

    return ", ".join(
        filter(None, (part("street"), part("city"), part("state", "postalCode"), part("country")))
    )


def _parts(said: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {trait(key, one)}" for key, one in list(said.items())[:_MOST_PARTS])


def _named(key: str, value: str) -> str:
    """The name of a language or a country that is said by its code."""
    if key not in ("language", "country") or not 2 <= len(value) <= 3:
        return ""
    locale = Locale.parse(numbers.locale())
    if key == "language":
        return str(locale.languages.get(value.lower(), ""))
    return str(locale.territories.get(value.upper(), ""))

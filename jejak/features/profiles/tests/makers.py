"""Touchpoints of people, straight in the log."""

import itertools
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from jejak import eventlog
from jejak.eventlog.tests.makers import table, touchpoint
from jejak.people.models import Person
from jejak.people.tests.makers import NOON

_tokens = itertools.count(1)


def happened(
    person: Person, name: str = "Order Completed", *, at: datetime = NOON, **columns: Any
) -> dict[str, Any]:
    """One row for `put`. properties and traits go into its message, and sent over it."""
    kind = columns.pop("kind", "track")
    held = {
        "type": kind,
        "properties": columns.pop("properties", {}),
        "traits": columns.pop("traits", {}),
        **columns.pop("sent", {}),
    }
    plain: dict[str, Any] = {"value": None, "currency": "", "team": "", "stage": "", "properties": "{}"}
    if isinstance(columns.get("value"), int | str):
        columns["value"] = Decimal(columns["value"])
    return touchpoint(
        person.pk,
        name,
        kind=kind,
        happened_at=at,
        received_at=at,
        message=json.dumps(held),
        **(plain | columns),
    )


def put(*rows: dict[str, Any]) -> None:
    """Append rows to the log."""
    eventlog.append(table(*rows), token=f"profiles-{next(_tokens)}")

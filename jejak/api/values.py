"""Kinds of values that endpoints take."""

from datetime import datetime
from typing import Annotated, Any

from django.utils import timezone
from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints


def _not_a_number(value: Any) -> Any:
    try:
        float(value)
    except (TypeError, ValueError):
        return value
    raise ValueError("A time is written as 2026-01-31T10:00:00Z.")


def _aware(value: datetime) -> datetime:
    if not 1900 <= value.year <= 2200:  # Databases and time zones differ beyond.
        raise ValueError("A time lies between the years 1900 and 2200.")
    return timezone.make_aware(value) if timezone.is_naive(value) else value


class In(Schema):
    """What an endpoint takes as its body: the fields that it knows, and no others."""

    model_config = ConfigDict(extra="forbid")


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""A line: a name, a title."""
LongText = Annotated[str, StringConstraints(max_length=10_000)]
"""Text that somebody wrote."""
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""The number of a record in a body or a query; in a path, `{int:…}` says it."""
Time = Annotated[datetime, BeforeValidator(_not_a_number), AfterValidator(_aware)]
"""A moment, as 2026-01-31T10:00:00Z; without a zone, in that of the install."""

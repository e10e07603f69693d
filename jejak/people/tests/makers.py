"""Valid people for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from jejak.people.models import Handle, NameWord, Person
from jejak.people.normalising import name_words

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def make_person(
    name: str = "",
    *,
    handles: dict[str, str] | None = None,
    traits: dict[str, Any] | None = None,
    seen_at: datetime = NOON,
    **columns: Any,
) -> Person:
    """One trail, with what the pipeline would have kept of it."""
    said = ({"name": name} if name else {}) | (traits or {})
    held = {key: {"value": value, "at": seen_at.isoformat(), "source": "shop"} for key, value in said.items()}
    person = Person.objects.create(
        name=name,
        email=said.get("email", ""),
        phone=said.get("phone", ""),
        traits=held,
        first_seen_at=seen_at - HOUR,
        last_seen_at=seen_at,
        **columns,
    )
    Handle.objects.bulk_create(
        Handle(person=person, kind=kind, value=value, source="shop", first_seen_at=seen_at)
        for kind, value in (handles or {}).items()
    )
    NameWord.objects.bulk_create(NameWord(person=person, word=word) for word in name_words(name))
    return person

"""Who may look at the quality of records, and who may have it checked."""

from datetime import UTC, datetime
from typing import Any

from jejak.features.quality.models import Finding
from jejak.people.tests.makers import make_person
from tests.access import ANALYST, LEAD, MARKETING, SUPPORT, page, post


def kind() -> dict[str, Any]:
    return {"kind": "person"}


def finding() -> dict[str, Any]:
    there = Finding.objects.first() or Finding.objects.create(
        kind="person",
        record_id=make_person("Siti").pk,
        rule="no_email",
        points=5,
        found_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    )
    return {"finding_id": there.pk}


_SEE = (LEAD, SUPPORT, MARKETING, ANALYST)
ACCESS = {
    "quality:overview": page(*_SEE),
    "quality:kind": page(*_SEE, make=kind),
    "quality:work": page(*_SEE, make=kind),
    "quality:check": post(LEAD, make=kind, only_refusals=True),
    "quality:aside": post(LEAD, SUPPORT, make=finding),
}

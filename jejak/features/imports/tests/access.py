"""Who may take in files."""

from typing import Any

from jejak.features.imports.models import Import
from jejak.features.imports.tests.makers import NOON
from tests.access import LEAD, MARKETING, page, post


def taken() -> dict[str, Any]:
    there = Import.objects.first() or Import.objects.create(
        file_name="orders.csv", state=Import.State.DONE, started_at=NOON, ended_at=NOON
    )
    return {"import_id": there.pk}


ACCESS = {
    "imports:list": page(LEAD, MARKETING),
    "imports:new": page(LEAD, MARKETING, change=[LEAD, MARKETING]),
    "imports:one": page(LEAD, MARKETING, make=taken),
    "imports:columns": page(LEAD, MARKETING, change=[LEAD, MARKETING], make=taken),
    "imports:start": post(LEAD, MARKETING, make=taken, only_refusals=True),
    "imports:stop": post(LEAD, MARKETING, make=taken),
    "imports:remove": post(LEAD, MARKETING, make=taken, only_refusals=True),
    "imports:rejects": page(LEAD, MARKETING, make=taken),
    "imports:mapping": page(LEAD, MARKETING, make=taken),
}

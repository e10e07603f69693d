"""Who may watch what arrives, and who may change its sources."""

from datetime import UTC, datetime
from typing import Any

from jejak.features.capture import actions
from jejak.touchpoints import definitions
from jejak.touchpoints.models import Definition
from tests.access import ANALYST, LEAD, MARKETING, page, post


def source() -> dict[str, Any]:
    there = actions.Source.objects.filter(name="Web shop").first()
    if there is None:
        there, _key = actions.add_source(name="Web shop", channel="web", now=datetime.now(UTC))
    return {"source_id": there.pk}


def definition() -> dict[str, Any]:
    definitions.define(name="Parcel Lost", sentence="The courier lost it.", team="Logistics", stage="use")
    return {"definition_id": Definition.objects.get(name="Parcel Lost").pk}


ACCESS = {
    "capture:live": page(LEAD, MARKETING, ANALYST),
    "capture:refused": page(LEAD, ANALYST),
    "capture:replay": post(),
    "capture:sources": page(LEAD, MARKETING, ANALYST),
    "capture:add_source": page(change=[]),
    "capture:source": page(LEAD, MARKETING, ANALYST, change=[], make=source),
    "capture:revoke_source": post(make=source),
    "capture:renew_secret": post(make=source),
    "capture:touchpoints": page(LEAD, MARKETING, ANALYST),
    "capture:define": page(LEAD, change=[LEAD], make=definition),
}

"""What a person's page shows of deals and companies."""

from typing import Any

from django.db.models import F
from django.http import HttpRequest

from jejak.features.crm.models import Deal
from jejak.people.models import Membership
from jejak.people.whole import Whole
from jejak.staff import scope

_SHOWN = 8


def deals(request: HttpRequest, person: Whole) -> dict[str, Any]:
    """Return the deals of everybody a person is one with, open ones first, as far as staff see them."""
    rows = Deal.objects.filter(person__in=person.trail_ids, archived_at=None)
    mine = scope.limit(rows, request.user).select_related("stage", "company")
    listed = list(
        mine.order_by(
            F("won_at").desc(nulls_first=True), F("lost_at").desc(nulls_first=True), "close_on", "-pk"
        )[: _SHOWN + 1]
    )
    return {"deals": listed[:_SHOWN], "more": len(listed) > _SHOWN}


def roles(request: HttpRequest, person: Whole) -> list[Membership]:
    """Return the companies of a person with their roles: those of today first; each company once."""
    rows = Membership.objects.filter(person__in=person.trail_ids).select_related("company")
    found: dict[int, Membership] = {}
    for one in rows.order_by(F("until").desc(nulls_first=True), "-is_primary", "since"):
        if scope.sees(request.user, one.company):
            found.setdefault(one.company_id, one)
    return list(found.values())

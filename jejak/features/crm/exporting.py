"""What deals and companies know of a person, for whoever asks."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from jejak.features.crm.models import Deal
from jejak.people import exporting
from jejak.people.models import Membership
from jejak.people.whole import Whole


@exporting.part("deals", _("Deals"))
def deals(person: Whole) -> Any:
    """Return the deals that this person is the main contact of."""
    mine = Deal.objects.filter(person__in=person.trail_ids).select_related("stage", "company", "reason")
    return [
        {
            "id": deal.pk,
            "title": deal.title,
            "company": str(deal.company) if deal.company else "",
            "stage": deal.stage.name,
            "amount": deal.amount,
            "currency": deal.currency,
            "close_on": deal.close_on,
            "won_at": deal.won_at,
            "lost_at": deal.lost_at,
            "reason": deal.reason.name if deal.reason else "",
            "source": deal.source,
            "own_fields": deal.own,
            "made_at": deal.created_at,
        }
        for deal in mine.order_by("pk")
    ]


@exporting.part("roles", _("Roles in companies"))
def roles(person: Whole) -> Any:
    """Return what this person does in which companies, and did."""
    held = Membership.objects.filter(person__in=person.trail_ids).select_related("company")
    return [
        {
            "company": str(one.company),
            "role": one.role,
            "is_primary": one.is_primary,
            "since": one.since,
            "until": one.until,
        }
        for one in held.order_by("pk")
    ]

"""The leads of one person, beside their trail."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from jejak.features.leads.models import Lead
from jejak.people.whole import Whole


def person(request: HttpRequest, *, person: Whole) -> str:
    """Return the card of a person's leads; nothing where there is none."""
    leads = (
        Lead.objects.filter(person__in=person.trail_ids).select_related("form", "owner").order_by("-pk")[:5]
    )
    return render_to_string("leads/panel.html", {"leads": leads}, request) if leads else ""

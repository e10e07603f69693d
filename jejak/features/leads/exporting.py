"""The leads of a person, for whoever asks for all that is known of them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from jejak.features.leads.models import Lead
from jejak.people import exporting
from jejak.people.whole import Whole


@exporting.part("leads", _("Forms that they filled in"))
def leads(person: Whole) -> Any:
    """Return what was typed, and what came of it."""
    return [
        {
            "form": lead.form.name,
            "at": lead.captured_at,
            "answers": lead.answers,
            "answer": lead.answer,
            "score": lead.score,
            "owner": lead.owner.get_username() if lead.owner else None,
        }
        for lead in Lead.objects.filter(person__in=person.trail_ids).select_related("form", "owner")
    ]

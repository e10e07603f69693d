"""Who may see leads, and who may make the forms and rules."""

from datetime import UTC, datetime
from typing import Any

from jejak.features.leads.models import AssignmentRule, Lead, LeadForm, ScoreRule
from jejak.people.tests.makers import make_person
from tests.access import ANALYST, LEAD, MARKETING, SUPPORT, page, post, public

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _form() -> LeadForm:
    there, _made = LeadForm.objects.get_or_create(
        slug="fair", defaults={"name": "Fair", "title": "Fair", "fields": ["name"], "created_at": NOW}
    )
    return there


def form() -> dict[str, Any]:
    return {"pk": _form().pk}


def address() -> dict[str, Any]:
    return {"slug": _form().slug}


def lead() -> dict[str, Any]:
    there = Lead.objects.first() or Lead.objects.create(
        form=_form(), person=make_person("Siti"), is_new=True, captured_at=NOW, token="once"
    )
    return {"lead_id": there.pk}


def score_rule() -> dict[str, Any]:
    there, _made = ScoreRule.objects.get_or_create(
        label="From Malaysia", defaults={"condition": "country~is~MY", "points": 5}
    )
    return {"pk": there.pk}


def assignment_rule() -> dict[str, Any]:
    there, _made = AssignmentRule.objects.get_or_create(label="Everybody")
    return {"pk": there.pk}


_SEE = (LEAD, SUPPORT, MARKETING, ANALYST)
_MAKE = (LEAD, MARKETING)
ACCESS = {
    "leads:leads": page(*_SEE),
    "leads:take_over": post(LEAD, SUPPORT, MARKETING, make=lead),
    "leads:forms": page(*_MAKE),
    "leads:new_form": page(*_MAKE, change=_MAKE),
    "leads:form": page(*_MAKE, change=_MAKE, make=form),
    "leads:new_score_rule": page(*_MAKE, change=_MAKE),
    "leads:score_rule": page(*_MAKE, change=_MAKE, make=score_rule),
    "leads:new_assignment_rule": page(*_MAKE, change=_MAKE),
    "leads:assignment_rule": page(*_MAKE, change=_MAKE, make=assignment_rule),
    "leads_fill_in": public(make=address),
}

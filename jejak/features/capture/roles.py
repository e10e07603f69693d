"""Who may watch what arrives. Sources and their keys are the administrator's."""

from jejak.staff.roles import ANALYST, LEAD, MARKETING, allow

allow("capture.view_source", LEAD, MARKETING, ANALYST)
allow("touchpoints.view_refusal", LEAD, ANALYST)
allow("touchpoints.view_definition", LEAD, MARKETING, ANALYST)
allow("touchpoints.change_definition", LEAD)

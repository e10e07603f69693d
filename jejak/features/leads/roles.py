"""Who sees leads, and who makes forms and rules."""

from jejak.staff import roles
from jejak.staff.roles import ANALYST, LEAD, MARKETING, SUPPORT

roles.allow("leads.view_lead", LEAD, SUPPORT, MARKETING, ANALYST)
roles.allow("leads.change_lead", LEAD, SUPPORT, MARKETING)
roles.allow("leads.change_leadform", LEAD, MARKETING)

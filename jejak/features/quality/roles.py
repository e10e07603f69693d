"""Who may look at the quality of records, and have it checked."""

from jejak.staff import roles
from jejak.staff.roles import ANALYST, LEAD, MARKETING, SUPPORT

roles.allow("quality.view_finding", LEAD, SUPPORT, MARKETING, ANALYST)
roles.allow("quality.change_finding", LEAD, SUPPORT)
roles.allow("quality.run_check", LEAD)

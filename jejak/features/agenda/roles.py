"""Who may do what with tasks, notes and meetings."""

from jejak.staff import roles
from jejak.staff.roles import ANALYST, LEAD, MARKETING, SUPPORT

for _model in ("task", "note", "meeting"):
    roles.allow(f"agenda.view_{_model}", LEAD, SUPPORT, MARKETING, ANALYST)
    roles.allow(f"agenda.add_{_model}", LEAD, SUPPORT, MARKETING)
    roles.allow(f"agenda.change_{_model}", LEAD, SUPPORT, MARKETING)
    roles.allow(f"agenda.delete_{_model}", LEAD, SUPPORT)

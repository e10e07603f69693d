"""Who sees and changes deals and products."""

from jejak.staff import roles
from jejak.staff.roles import ANALYST, LEAD, MARKETING, SUPPORT

for _model in ("deal", "product"):
    roles.allow(f"crm.view_{_model}", LEAD, SUPPORT, MARKETING, ANALYST)
    roles.allow(f"crm.add_{_model}", LEAD, SUPPORT)
    roles.allow(f"crm.change_{_model}", LEAD, SUPPORT)
    roles.allow(f"crm.delete_{_model}", LEAD)
roles.allow("crm.change_pipeline", LEAD)

"""Who may take in files, and take that back."""

from jejak.staff.roles import LEAD, MARKETING, allow

allow("imports.view_import", LEAD, MARKETING)
allow("imports.add_import", LEAD, MARKETING)
allow("imports.delete_import", LEAD, MARKETING)

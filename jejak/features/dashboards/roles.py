"""Who looks at dashboards and makes them. A shared one is seen by everybody; only who made it changes it."""

from jejak.staff import roles
from jejak.staff.roles import ANALYST, LEAD, MARKETING, SUPPORT, VIEWER

roles.allow("dashboards.view_dashboard", LEAD, SUPPORT, MARKETING, ANALYST, VIEWER)
roles.allow("dashboards.add_dashboard", LEAD, SUPPORT, MARKETING, ANALYST)
roles.allow("dashboards.share_link", LEAD, MARKETING, ANALYST)
roles.allow("dashboards.change_place", LEAD)

# Alerts are numbers: everybody reads them.
roles.allow("dashboards.view_alert", LEAD, SUPPORT, MARKETING, ANALYST, VIEWER)
roles.allow("dashboards.change_alert", LEAD, SUPPORT, MARKETING, ANALYST)
roles.allow("dashboards.add_digest", LEAD, SUPPORT, MARKETING, ANALYST)
roles.allow("dashboards.add_rule", LEAD, SUPPORT, MARKETING, ANALYST)
# What a webhook gets leaves the house.
roles.allow("dashboards.add_hook", LEAD)

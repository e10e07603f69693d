"""Who may have the demo made and taken away: it fills every list, so whoever answers for the install."""

from django.utils.translation import gettext_noop

from jejak.staff import roles
from jejak.staff.roles import LEAD

roles.define("demo.make_demo", "demo", gettext_noop("Can make the demo company, and take it away"))
roles.allow("demo.make_demo", LEAD)

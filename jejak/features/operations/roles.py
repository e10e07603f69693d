"""Who may see how the install runs: administrators, and whoever they let."""

from django.utils.translation import gettext_noop

from jejak.staff.roles import define

define("staff.view_operations", "user", gettext_noop("Can see how this install runs"))

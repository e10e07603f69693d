"""Who may see how the install runs: administrators, and whoever they let."""

from jejak.staff.roles import define

define("staff.view_operations", "user", "Can see how this install runs")

"""Who may make audiences, and who sees the people in them rather than only how many they are."""

from jejak.staff import roles
from jejak.staff.roles import ANALYST, LEAD, MARKETING, SUPPORT, VIEWER

roles.allow("audiences.view_audience", LEAD, SUPPORT, MARKETING, ANALYST, VIEWER)
roles.allow("audiences.add_audience", LEAD, MARKETING)
roles.allow("audiences.change_audience", LEAD, MARKETING)
roles.allow("audiences.see_members", LEAD, SUPPORT, MARKETING, ANALYST)
roles.allow("audiences.export_members", LEAD, MARKETING, ANALYST)

"""Who puts questions together. Their answers may hold what people wrote, so viewers do not."""

from jejak.staff import roles
from jejak.staff.roles import ANALYST, LEAD, MARKETING, SUPPORT, VIEWER

roles.allow("questions.view_question", LEAD, SUPPORT, MARKETING, ANALYST)
roles.allow("questions.add_question", LEAD, SUPPORT, MARKETING, ANALYST)
roles.allow("questions.ask_sql", ANALYST)
roles.allow("questions.embed_question", LEAD, MARKETING, ANALYST)

roles.allow("questions.view_annotation", LEAD, SUPPORT, MARKETING, ANALYST, VIEWER)
for _may in ("add", "change", "delete"):
    roles.allow(f"questions.{_may}_annotation", LEAD, SUPPORT, MARKETING, ANALYST)

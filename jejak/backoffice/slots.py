"""Places on gathering pages (home, a person, settings) that features fill, so that no page knows its guests.

A feature fills one in its wagtail_hooks.py:

    @slots.register("person.panels", order=20)
    def surveys(request: HttpRequest, *, person: Whole) -> str:
        return render_to_string("surveys/panel.html", {"answers": ...}, request)

The page shows it with `{% slot "person.panels" person=person %}` or `slots.fill(...)`.

Slots there are, with the context each gives:
    frame.notices    Above the account, on every page: what somebody should know. No context; keep it to one query.
    home.cards       Home: cards from top to bottom. No context.
    home.first_steps Home, while nothing has arrived: ways to begin, each a "backoffice/first_step.html".
    person.panels    The person page: cards beside the timeline. person: Whole, with its trail_ids looked up already.
    person.actions   The person page: buttons in its header. person: Whole.
    company.panels   The company page: cards beside its people. company: Company.
    deal.panels      The page of a deal: cards beside it. deal: Deal, of the feature crm.
    question.actions The page of a kept question, in the explorer or as SQL: buttons in its header. question: Question.
    settings.cards   Settings: what a menu entry cannot say. No context.
    operations.cards Operations: more states and figures. No context.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

log = logging.getLogger(__name__)

Render = Callable[..., str]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One guest of a slot."""

    slot: str
    render: Render
    order: int
    permission: str


_panels: list[Panel] = []


def register(slot: str, *, order: int = 500, permission: str = "") -> Callable[[Render], Render]:
    """Fill a slot with what the decorated function returns: HTML, or "" for nothing.

    It is called with the request, and the context of the slot as keywords. order: small comes first.
    permission: "app.codename" that staff need to see it.
    """

    def keep(render: Render) -> Render:
        _panels.append(Panel(slot=slot, render=render, order=order, permission=permission))
        return render

    return keep


def fill(slot: str, request: HttpRequest, **context: Any) -> list[SafeString]:
    """Return the HTML of each guest of a slot, in order. A guest that fails shows a card that says so."""
    filled = (_filled(panel, request, context) for panel in panels(slot, request))
    return [mark_safe(html) for html in filled if html.strip()]  # Guests give HTML.


def panels(slot: str, request: HttpRequest) -> list[Panel]:
    """Return the guests of a slot that this staff member may see, in order."""
    mine = [
        panel
        for panel in _panels
        if panel.slot == slot and (not panel.permission or request.user.has_perm(panel.permission))
    ]
    return sorted(mine, key=lambda panel: panel.order)


def _filled(panel: Panel, request: HttpRequest, context: dict[str, Any]) -> str:
    try:
        return str(panel.render(request, **context))
    except Exception:
        # One broken guest must not take the whole page with it.
        log.exception("The panel %s of %s failed.", panel.render.__qualname__, panel.slot)
        return render_to_string("backoffice/components/panel_failed.html", request=request)

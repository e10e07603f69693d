"""Who may look at dashboards, and who may change them: those who made them."""

from typing import Any

from jejak.features.dashboards.tests.makers import make_dashboard
from tests.access import ANALYST, EVERYBODY, LEAD, MARKETING, SUPPORT, page, post

_MAKERS = (LEAD, SUPPORT, MARKETING, ANALYST)


def a_shared_one() -> dict[str, Any]:
    return {"dashboard_id": make_dashboard(("text", {"text": "Good morning"})).pk}


def a_tile() -> dict[str, Any]:
    made = make_dashboard(("text", {"text": "Good morning"}))
    return {"dashboard_id": made.pk, "tile_id": made.tiles.get().pk}


ACCESS = {
    "dashboards:dashboards": page(*EVERYBODY),
    "dashboards:new": page(*_MAKERS),
    "dashboards:put": page(*_MAKERS, query="?question=0", only_refusals=True),
    "dashboards:dashboard": page(*EVERYBODY, make=a_shared_one),
    "dashboards:lane": page(*EVERYBODY, make=lambda: {**a_shared_one(), "lane": "numbers"}),
    "dashboards:copy": post(*_MAKERS, make=a_shared_one),
    # The rest is for who made it, and administrators.
    "dashboards:change": page(make=a_shared_one),
    "dashboards:delete": post(make=a_shared_one),
    "dashboards:arrange": post(make=a_shared_one),
    "dashboards:add_tile": page(make=a_shared_one),
    "dashboards:preview": page(make=a_shared_one),
    "dashboards:tile": page(make=a_tile),
    "dashboards:take_off": post(make=a_tile),
}

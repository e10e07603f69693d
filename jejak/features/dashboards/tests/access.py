"""Who may look at dashboards, and who may change them: those who made them."""

from datetime import UTC, date, datetime
from typing import Any

from jejak.features.dashboards.models import Alert
from jejak.features.dashboards.tests.makers import make_dashboard
from tests.access import ANALYST, EVERYBODY, LEAD, MARKETING, SUPPORT, page, post

_MAKERS = (LEAD, SUPPORT, MARKETING, ANALYST)


def a_shared_one() -> dict[str, Any]:
    return {"dashboard_id": make_dashboard(("text", {"text": "Good morning"})).pk}


def a_tile() -> dict[str, Any]:
    made = make_dashboard(("text", {"text": "Good morning"}))
    return {"dashboard_id": made.pk, "tile_id": made.tiles.get().pk}


def an_alert() -> dict[str, Any]:
    day = date(2026, 11, 20)
    made = Alert.objects.create(
        watched={"kind": "volume", "name": "Store Visited"},
        subject="volume Store Visited",
        side=1,
        chance=1e-6,
        severity="notable",
        began_on=day,
        found_on=day,
        last_on=day,
        noted_at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    return {"alert_id": made.pk}


ACCESS = {
    "dashboards:alerts": page(*EVERYBODY),
    "dashboards:alert": page(*EVERYBODY, make=an_alert),
    "dashboards:answer_alert": post(LEAD, SUPPORT, MARKETING, ANALYST, make=an_alert),
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

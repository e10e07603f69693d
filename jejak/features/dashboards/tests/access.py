"""Who may look at dashboards, and who may change them: those who made them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from jejak.features.dashboards import links
from jejak.features.dashboards.models import Link
from jejak.features.dashboards.tests.alert_makers import a_digest, a_hook, a_rule, a_way_out, an_alert
from jejak.features.dashboards.tests.makers import NOON, make_dashboard
from tests.access import ANALYST, EVERYBODY, LEAD, MARKETING, SUPPORT, endpoint, page, post, public

_MAKERS = (LEAD, SUPPORT, MARKETING, ANALYST)


def a_shared_one() -> dict[str, Any]:
    return {"dashboard_id": make_dashboard(("text", {"text": "Good morning"})).pk}


def a_tile() -> dict[str, Any]:
    made = make_dashboard(("text", {"text": "Good morning"}))
    return {"dashboard_id": made.pk, "tile_id": made.tiles.get().pk}


def a_link() -> dict[str, Any]:
    made = make_dashboard(("text", {"text": "Good morning"}))
    later = datetime.now(UTC) + timedelta(days=7)
    return {"token": links.token(Link.objects.create(dashboard=made, made_at=NOON, expires_at=later))}


def a_link_of_one() -> dict[str, Any]:
    made = make_dashboard()
    link = Link.objects.create(dashboard=made, made_at=NOON, expires_at=NOON)
    return {"dashboard_id": made.pk, "link_id": link.pk}


ACCESS = {
    "dashboards:mine": page(*EVERYBODY, change=EVERYBODY),
    "dashboards:telling": page(*EVERYBODY),
    "dashboards:new_digest": page(*_MAKERS),
    "dashboards:new_rule": page(*_MAKERS),
    "dashboards:new_hook": page(LEAD),
    # Those there are: whoever made them, and administrators.
    "dashboards:digest": page(make=a_digest),
    "dashboards:rule": page(make=a_rule),
    "dashboards:hook": page(make=a_hook),
    "dashboards_stop": public(make=a_way_out),
    "dashboards:alerts": page(*EVERYBODY),
    "dashboards:alert": page(*EVERYBODY, make=an_alert),
    "dashboards:answer_alert": post(LEAD, SUPPORT, MARKETING, ANALYST, make=an_alert),
    "dashboards:dashboards": page(*EVERYBODY),
    "dashboards:new": page(*_MAKERS),
    "dashboards:places": page(LEAD),
    "dashboards:put": page(*_MAKERS, query="?question=0", only_refusals=True),
    "dashboards:dashboard": page(*EVERYBODY, make=a_shared_one),
    "dashboards:lane": page(*EVERYBODY, make=lambda: {**a_shared_one(), "lane": "numbers"}),
    "dashboards:copy": post(*_MAKERS, make=a_shared_one),
    "dashboards:wall": page(*EVERYBODY, make=a_shared_one),
    "dashboards:pdf": page(*EVERYBODY, make=a_shared_one),
    "dashboards_link": public(make=a_link),
    "dashboards_link_lane": public(make=lambda: {**a_link(), "lane": "numbers"}),
    "api:list_dashboards": endpoint(*EVERYBODY),
    "api:read_dashboard": endpoint(*EVERYBODY, make=a_shared_one),
    "api:tell_dashboard": endpoint(*EVERYBODY, make=a_shared_one),
    # The rest is for who made it, and administrators.
    "dashboards:change": page(make=a_shared_one),
    "dashboards:links": page(make=a_shared_one),
    "dashboards:withdraw": post(make=a_link_of_one),
    "dashboards:delete": post(make=a_shared_one),
    "dashboards:arrange": post(make=a_shared_one),
    "dashboards:add_tile": page(make=a_shared_one),
    "dashboards:preview": page(make=a_shared_one),
    "dashboards:tile": page(make=a_tile),
    "dashboards:take_off": post(make=a_tile),
}

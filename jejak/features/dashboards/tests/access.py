"""Who may look at dashboards."""

from datetime import UTC, date, datetime
from typing import Any

from jejak.features.dashboards.models import Alert, Dashboard
from tests.access import ANALYST, EVERYBODY, LEAD, MARKETING, SUPPORT, page, post


def a_shared_one() -> dict[str, Any]:
    made = Dashboard.objects.create(
        name="Stores", is_shared=True, changed_at=datetime(2026, 11, 22, tzinfo=UTC)
    )
    return {"dashboard_id": made.pk}


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
    "dashboards:dashboard": page(*EVERYBODY, make=a_shared_one),
}

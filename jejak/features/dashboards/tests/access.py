"""Who may look at dashboards."""

from datetime import UTC, datetime
from typing import Any

from jejak.features.dashboards.models import Dashboard
from tests.access import EVERYBODY, page


def a_shared_one() -> dict[str, Any]:
    made = Dashboard.objects.create(
        name="Stores", is_shared=True, changed_at=datetime(2026, 11, 22, tzinfo=UTC)
    )
    return {"dashboard_id": made.pk}


ACCESS = {
    "dashboards:dashboards": page(*EVERYBODY),
    "dashboards:dashboard": page(*EVERYBODY, make=a_shared_one),
}

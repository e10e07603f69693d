"""Alerts for tests."""

from datetime import UTC, date, datetime
from typing import Any

from jejak.features.dashboards.models import Alert

DAY = date(2026, 11, 20)


def make_alert(**said: Any) -> Alert:
    """Return an alert; a test states only what it is about."""
    held: dict[str, Any] = {
        "watched": {"kind": "volume", "name": "Store Visited"},
        "subject": "volume Store Visited",
        "side": 1,
        "chance": 1e-6,
        "severity": "serious",
        "began_on": DAY,
        "found_on": DAY,
        "last_on": DAY,
        "noted_at": datetime(2026, 11, 22, tzinfo=UTC),
    }
    return Alert.objects.create(**held | said)


def an_alert() -> dict[str, Any]:
    return {"alert_id": make_alert().pk}

"""Alerts for tests."""

from datetime import UTC, date, datetime
from typing import Any

from jejak.features.dashboards import digesting
from jejak.features.dashboards.models import Alert, Digest, Hook, Rule
from jejak.features.dashboards.tests.makers import make_dashboard
from jejak.staff.models import User

DAY = date(2026, 11, 20)
MORNING = datetime(2026, 11, 23, 0, tzinfo=UTC)
"""Seven o'clock on a Monday in Jakarta."""


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


def make_digest(*, owner: User, **said: Any) -> Digest:
    """Return a weekly digest of a shared dashboard that is due on Monday at seven, to its owner."""
    board = said.pop("dashboard", None) or make_dashboard(("text", {"text": "Good morning"}))
    held = {"zone": "Asia/Jakarta", "hour": 7, "next_at": MORNING}
    made = Digest.objects.create(dashboard=board, owner=owner, **held | said)
    made.told_to.add(owner)
    return made


def _owner() -> User:
    found = User.objects.filter(username="wulan").first()
    return found or User.objects.create_superuser("wulan", "wulan@toko.example", "rahasia-besar")


def a_digest() -> dict[str, Any]:
    return {"pk": make_digest(owner=_owner()).pk}


def a_way_out() -> dict[str, Any]:
    digest = make_digest(owner=_owner())
    return {"token": digesting.stop_url(digest, digest.owner).rstrip("/").rpartition("/")[2]}


def a_rule() -> dict[str, Any]:
    made = Rule.objects.create(name="Few", owner=_owner(), measure="touchpoints", made_at=MORNING)
    return {"pk": made.pk}


def a_hook() -> dict[str, Any]:
    made = Hook.objects.create(name="Chat", owner=_owner(), url="https://example.com/x", made_at=MORNING)
    return {"pk": made.pk}

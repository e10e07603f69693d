"""Valid tasks, notes and meetings for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from jejak.features.agenda.actions import meetings, tasks
from jejak.features.agenda.models import Meeting, Task
from jejak.staff.models import User

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)  # A Monday, noon in Jakarta.
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def make_task(title: str = "Call Siti", **values: Any) -> Task:
    return tasks.add(**({"title": title, "now": NOON} | values))


def make_meeting(title: str = "Coffee with Siti", **values: Any) -> Meeting:
    return meetings.plan(**({"title": title, "starts_at": NOON + DAY, "now": NOON} | values))


def make_dewi(**values: Any) -> User:
    return User.objects.create_superuser("dewi", "dewi@toko.example", "rahasia", first_name="Dewi", **values)

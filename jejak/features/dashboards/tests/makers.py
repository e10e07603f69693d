"""Dashboards to look at."""

from datetime import UTC, datetime
from typing import Any

from jejak.features.dashboards.models import Dashboard, Tile
from jejak.questions.models import Question

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
"""Noon of a Sunday in Jakarta."""


def make_dashboard(
    *tiles: tuple[str, dict[str, Any]], owner: Any = None, is_shared: bool = True, name: str = "Stores"
) -> Dashboard:
    """Return a dashboard with tiles of these kinds that show these things."""
    made = Dashboard.objects.create(name=name, owner=owner, is_shared=is_shared, changed_at=NOON)
    for i, (kind, what) in enumerate(tiles):
        Tile.objects.create(dashboard=made, kind=kind, what=what, position=i)
    return made


def make_question(
    *, asked: dict[str, Any] | None = None, is_shared: bool = True, owner: Any = None
) -> Question:
    """Return a kept question."""
    return Question.objects.create(
        name="Orders", asked=asked or {"kind": "trends"}, is_shared=is_shared, owner=owner, changed_at=NOON
    )

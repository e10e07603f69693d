"""What is done with dashboards: only who made one changes it, and nobody overwrites what they have not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet

from jejak.features.dashboards.models import Dashboard, Link, Tile
from jejak.questions.models import Question
from jejak.staff.models import User

WIDTHS = range(2, 13)
HEIGHTS = range(1, 7)
MOST_TILES = 40


class ChangedMeanwhile(Exception):
    """Somebody changed this dashboard after it was read."""


class NotTheirs(Exception):
    """Only who made a dashboard, or an administrator, may change it."""


class TooManyTiles(Exception):
    """A dashboard has at most so many tiles."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a tile stands, by its place in a list of them, and how large it is."""

    tile_id: int
    width: int
    height: int


def seen_by(user: User) -> QuerySet[Dashboard]:
    """Return the dashboards that somebody may read: their own and shared ones."""
    return Dashboard.objects.filter(Q(owner=user) | Q(is_shared=True)).select_related("owner")


def may_change(dashboard: Dashboard, user: User) -> bool:
    """Tell whether somebody may change or delete it."""
    return user.is_superuser or dashboard.owner_id == user.pk


def keep(
    *,
    name: str,
    sentence: str = "",
    is_shared: bool = False,
    filters: dict[str, str] | None = None,
    template: str = "",
    by: User | None,
    now: datetime,
) -> Dashboard:
    """Keep a new dashboard."""
    return Dashboard.objects.create(
        name=name, sentence=sentence, is_shared=is_shared, filters=filters or {}, template=template,
        owner=by, changed_at=now,
    )  # fmt: skip


def change(
    *,
    dashboard: Dashboard,
    seen_version: int,
    name: str,
    sentence: str,
    is_shared: bool,
    filters: dict[str, str],
    by: User,
    now: datetime,
) -> None:
    """Change what a dashboard is called, and how it opens. Raises NotTheirs, or ChangedMeanwhile."""
    _theirs(dashboard, by)
    changed = Dashboard.objects.filter(pk=dashboard.pk, version=seen_version).update(
        name=name, sentence=sentence, is_shared=is_shared, filters=filters, changed_at=now, version=F("version") + 1,
    )  # fmt: skip
    if not changed:
        raise ChangedMeanwhile


def delete(*, dashboard: Dashboard, by: User) -> None:
    """Delete a dashboard with its tiles and links. Raises NotTheirs."""
    _theirs(dashboard, by)
    dashboard.delete()


@transaction.atomic
def copy(*, dashboard: Dashboard, name: str, by: User, now: datetime) -> Dashboard:
    """Return a dashboard like this one, of somebody's own. Its questions are those that they may read."""
    made = keep(
        name=name, sentence=dashboard.sentence, filters=dashboard.filters, template=dashboard.template,
        by=by, now=now,
    )  # fmt: skip
    Tile.objects.bulk_create(
        Tile(
            dashboard=made, kind=tile.kind, title=tile.title, what=tile.what, question=tile.question,
            position=tile.position, width=tile.width, height=tile.height,
        )
        for tile in dashboard.tiles.select_related("question")
    )  # fmt: skip
    return made


@transaction.atomic
def put(
    *,
    dashboard: Dashboard,
    kind: str,
    what: dict[str, Any],
    title: str = "",
    question: Question | None = None,
    width: int = 6,
    height: int = 2,
    by: User | None,
    now: datetime,
) -> Tile:
    """Put a tile at the end of a dashboard. Raises NotTheirs, or TooManyTiles."""
    if by is not None:
        _theirs(dashboard, by)
    _touch(dashboard, now)
    if dashboard.tiles.count() >= MOST_TILES:
        raise TooManyTiles
    last = dashboard.tiles.aggregate(last=Max("position"))["last"]
    return Tile.objects.create(
        dashboard=dashboard, kind=kind, what=what, title=title, question=question,
        position=0 if last is None else last + 1, width=_within(width, WIDTHS), height=_within(height, HEIGHTS),
    )  # fmt: skip


@transaction.atomic
def change_tile(
    *,
    tile: Tile,
    what: dict[str, Any],
    title: str,
    question: Question | None,
    width: int,
    height: int,
    by: User,
    now: datetime,
) -> None:
    """Change what a tile shows. Raises NotTheirs."""
    _theirs(tile.dashboard, by)
    _touch(tile.dashboard, now)
    Tile.objects.filter(pk=tile.pk).update(
        what=what, title=title, question=question,
        width=_within(width, WIDTHS), height=_within(height, HEIGHTS),
    )  # fmt: skip


@transaction.atomic
def take_off(*, tile: Tile, by: User, now: datetime) -> None:
    """Take a tile off its dashboard. Raises NotTheirs."""
    _theirs(tile.dashboard, by)
    _touch(tile.dashboard, now)
    tile.delete()


@transaction.atomic
def arrange(
    *, dashboard: Dashboard, seen_version: int, places: Sequence[Place], by: User, now: datetime
) -> int:
    """Put the tiles into this order and at these sizes, and return the new version. Raises NotTheirs, or ChangedMeanwhile.

    Tiles that are gone are passed over; those that are not named come after the others, as they were.
    """
    _theirs(dashboard, by)
    if not Dashboard.objects.filter(pk=dashboard.pk, version=seen_version).update(
        changed_at=now, version=F("version") + 1
    ):
        raise ChangedMeanwhile
    there = {tile.pk: tile for tile in dashboard.tiles.all()}
    ordered = []
    for place in places:
        if (tile := there.pop(place.tile_id, None)) is not None:
            tile.width, tile.height = _within(place.width, WIDTHS), _within(place.height, HEIGHTS)
            ordered.append(tile)
    ordered += there.values()
    for position, tile in enumerate(ordered):
        tile.position = position
    Tile.objects.bulk_update(ordered, ["position", "width", "height"])
    return seen_version + 1


def make_link(
    *,
    dashboard: Dashboard,
    label: str,
    days: int,
    with_words: bool,
    filters: dict[str, str],
    by: User,
    now: datetime,
) -> Link:
    """Make an address at which a dashboard is read without a login for some days. Raises NotTheirs."""
    _theirs(dashboard, by)
    return Link.objects.create(
        dashboard=dashboard, label=label, with_words=with_words, filters=filters,
        made_by=by, made_at=now, expires_at=now + timedelta(days=days),
    )  # fmt: skip


def withdraw(*, link: Link, by: User, now: datetime) -> None:
    """Let a link lead nowhere from now on. Raises NotTheirs."""
    _theirs(link.dashboard, by)
    Link.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now)


def _theirs(dashboard: Dashboard, by: User) -> None:
    if not may_change(dashboard, by):
        raise NotTheirs


def _touch(dashboard: Dashboard, now: datetime) -> None:
    Dashboard.objects.filter(pk=dashboard.pk).update(changed_at=now, version=F("version") + 1)


def _within(number: int, allowed: range) -> int:
    return max(allowed[0], min(allowed[-1], number))

"""The REST API of dashboards: which there are, what is on one, and what its tiles tell now.

GET /api/v1/dashboards/7/tiles?days=28&channel=web
"""

from datetime import UTC, date, datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Schema

from jejak import api
from jejak.features.dashboards import actions, filters, tiles
from jejak.features.dashboards.drawn import Drawn
from jejak.features.dashboards.models import Dashboard, Tile

router = api.router("dashboards", "Dashboards")
READ = api.scope("dashboards:read", _("Read dashboards"))
_SEE = "dashboards.view_dashboard"


class TileOut(Schema):
    """A tile. what: what it shows, by its kind."""

    id: int
    kind: str = Field(description="measure, question, text, quotes, map or list.")
    title: str
    what: dict[str, Any]
    question_id: int | None
    width: int = Field(description="Of 12 columns.")
    height: int = Field(description="In rows.")


class DashboardOut(Schema):
    """A dashboard that the caller may read. filters: those it opens with."""

    id: int
    name: str
    sentence: str
    is_shared: bool
    filters: dict[str, str]
    changed_at: datetime
    version: int


class WholeOut(DashboardOut):
    """A dashboard with its tiles, in reading order."""

    tiles: list[TileOut]


class NumberOut(Schema):
    """A number with its 95 % interval; before: in the window it is compared with."""

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    before: float | None
    unit: str = Field(description="number, percent (0 to 100), money or seconds.")


class ChartOut(Schema):
    """The numbers of a chart, as they stand in the table under it."""

    title: str
    kind: str
    columns: list[str]
    rows: list[list[str]]


class QuoteOut(Schema):
    """What somebody wrote, masked."""

    text: str
    score: str
    about: str
    at: datetime


class RowOut(Schema):
    """A line of a list."""

    title: str
    value: str
    note: str


class ToldOut(Schema):
    """What a tile tells now. trouble: why it tells nothing; empty where it does."""

    id: int
    title: str
    kind: str
    number: NumberOut | None
    charts: list[ChartOut]
    quotes: list[QuoteOut]
    rows: list[RowOut]
    notes: list[str]
    trouble: str


class TilesOut(Schema):
    """What the tiles of a dashboard tell now, in reading order."""

    items: list[ToldOut]


class Asked(Schema):
    """Filters for the whole dashboard; where none is named, those it opens with."""

    days: int | None = Field(None, ge=1, le=3660, description="The last so many, today included.")
    from_on: date | None = Field(None, alias="from")
    to_on: date | None = Field(None, alias="to")
    channel: str | None = Field(None, max_length=200)
    place: str | None = Field(None, max_length=200)
    audience: str | None = Field(None, max_length=80, description="Its key.")


@router.get("", response=api.Page[DashboardOut], auth=api.needs(READ, _SEE))
def list_dashboards(request: api.Request, paging: Query[api.Paging]) -> Any:
    """Return the dashboards that the caller made or that are shared."""
    return api.page(request, actions.seen_by(request.user), order="-changed_at", paging=paging)


@router.get("/{int:dashboard_id}", response=WholeOut, auth=api.needs(READ, _SEE))
def read_dashboard(request: api.Request, dashboard_id: int) -> Any:
    """Return one dashboard and what is on it."""
    dashboard = _dashboard(request, dashboard_id)
    held = {name: getattr(dashboard, name) for name in DashboardOut.model_fields}
    return held | {"tiles": [_tile(tile) for tile in dashboard.tiles.all()]}


@router.get("/{int:dashboard_id}/tiles", response=TilesOut, auth=api.needs(READ, _SEE))
def tell_dashboard(request: api.Request, dashboard_id: int, asked: Query[Asked]) -> Any:
    """Return what the tiles of a dashboard tell now, with what the caller may see."""
    dashboard = _dashboard(request, dashboard_id)
    said = {
        "days": asked.days, "from": asked.from_on, "to": asked.to_on,
        "channel": asked.channel, "place": asked.place, "audience": asked.audience,
    }  # fmt: skip
    wide = filters.opened(
        dashboard.filters, {name: value for name, value in said.items() if value is not None}
    )
    held = list(dashboard.tiles.select_related("question"))
    told = tiles.draw_all(held, now=datetime.now(UTC), viewer=request.user, wide=wide)
    return {"items": [_told(tile, one) for tile, one in zip(held, told, strict=True)]}


def _dashboard(request: api.Request, dashboard_id: int) -> Dashboard:
    return get_object_or_404(actions.seen_by(request.user), pk=dashboard_id)


def _tile(tile: Tile) -> dict[str, Any]:
    names = ("id", "kind", "title", "what", "question_id", "width", "height")
    return {name: getattr(tile, name) for name in names}


def _told(tile: Tile, one: Drawn) -> dict[str, Any]:
    number = one.number
    return {
        "id": tile.pk,
        "title": one.title,
        "kind": tile.kind,
        "number": None if number is None else {
            "value": number.value, "low": number.low, "high": number.high, "n": number.n,
            "before": number.before, "unit": number.unit.kind,
        },
        "charts": [_chart(picture) for picture in one.pictures],
        "quotes": [{"text": q.text, "score": q.score, "about": q.about, "at": q.at} for q in one.quotes],
        "rows": [{"title": row.title, "value": row.value, "note": row.note} for row in one.rows],
        "notes": list(one.notes),
        "trouble": one.trouble,
    }  # fmt: skip


def _chart(picture: Any) -> dict[str, Any]:
    table = picture.chart.table()
    rows = [[cell.for_machines() for cell in row] for row in table.rows]
    return {"title": picture.title, "kind": picture.kind, "columns": table.columns, "rows": rows}

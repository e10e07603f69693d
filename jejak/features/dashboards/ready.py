"""Ready-made dashboards, one for each who looks: leadership, product, marketing, support and a store."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jejak import measures
from jejak.features.dashboards import actions
from jejak.features.dashboards.models import Dashboard, Tile
from jejak.staff.models import User


@dataclass(frozen=True, kw_only=True)
class ReadyTile:
    """A tile of a ready-made dashboard. Where its measure is not on this install, it is left out."""

    kind: str
    what: dict[str, Any] = field(default_factory=dict)
    title: Promise | str = ""
    text: Promise | str = ""
    width: int = 6
    height: int = 2


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A ready-made dashboard."""

    key: str
    name: Promise
    sentence: Promise
    icon: str
    tiles: Sequence[ReadyTile]
    filters: dict[str, str] = field(default_factory=dict)


def get(key: str) -> Ready | None:
    """Return the ready-made dashboard of a key."""
    return next((one for one in ALL if one.key == key), None)


@transaction.atomic
def make(ready: Ready, *, by: User | None, is_shared: bool = False, now: datetime) -> Dashboard:
    """Make a dashboard of a template, as it is."""
    made = actions.keep(
        name=str(ready.name), sentence=str(ready.sentence), is_shared=is_shared, filters=ready.filters,
        template=ready.key, by=by, now=now,
    )  # fmt: skip
    there = [tile for tile in ready.tiles if _is_there(tile)]
    Tile.objects.bulk_create(
        Tile(
            dashboard=made, kind=tile.kind, title=str(tile.title), position=position,
            what=tile.what | ({"text": str(tile.text)} if tile.text else {}),
            width=tile.width, height=tile.height,
        )
        for position, tile in enumerate(there)
    )  # fmt: skip
    return made


def _is_there(tile: ReadyTile) -> bool:
    key = tile.what.get("measure")
    return key is None or any(measure.key == key for measure in measures.listed())


def _number(key: str, **own: Any) -> ReadyTile:
    return ReadyTile(kind=Tile.Kind.MEASURE, what={"measure": key, "as": "number", **own}, width=3, height=1)


def _shown(
    key: str, shape: str, *, width: int = 6, height: int = 2, title: Any = "", **own: Any
) -> ReadyTile:
    return ReadyTile(
        kind=Tile.Kind.MEASURE,
        what={"measure": key, "as": shape, **own},
        width=width,
        height=height,
        title=title,
    )


def _quotes(
    *, title: Any = "", mood: str = "all", scale: str = "", width: int = 6, height: int = 2, **own: Any
) -> ReadyTile:
    what = {"mood": mood, "scale": scale, **own}
    return ReadyTile(kind=Tile.Kind.QUOTES, what=what, title=title, width=width, height=height)


def _ranking(
    key: str, by: str, order: str, *, title: Any, width: int = 4, height: int = 2, **own: Any
) -> ReadyTile:
    what = {"of": "groups", "measure": key, "by": by, "order": order, **own}
    return ReadyTile(kind=Tile.Kind.LIST, what=what, title=title, width=width, height=height)


ALL: tuple[Ready, ...] = (
    Ready(
        key="leadership",
        name=_("Leadership"),
        sentence=_("How customers feel, what changed, and where it hurts."),
        icon="chart-line-up",
        tiles=[
            _number("nps.score", days=90),
            _number("csat-1-5.satisfied"),
            _number("promises.kept"),
            _number("people"),
            _shown("nps.score", "line", days=365, title=_("NPS over a year")),
            _shown("csat-1-5.unhappy", "line", days=180, title=_("Unhappy customers over half a year")),
            _ranking("csat-1-5.unhappy", "name", "worst", title=_("Where it hurts most"), width=4, height=3),
            ReadyTile(
                kind=Tile.Kind.MAP, what={"measure": "csat-1-5.unhappy"}, title=_("Unhappy customers by place"),
                width=8, height=3,
            ),
            _quotes(title=_("What the unhappy say"), mood="unhappy", width=12, height=2),
        ],
        filters={"days": "28"},
    ),
    Ready(
        key="product",
        name=_("Product"),
        sentence=_("What people do on the web and in the app, and where they struggle."),
        icon="browser",
        tiles=[
            _number("people", channel="web"),
            _number("touchpoints-per-person", channel="web"),
            _number("people", channel="app"),
            _number("ces-1-7-easy.easy"),
            _shown("people", "line", title=_("People on the web by day"), channel="web"),
            _shown("touchpoints", "name", title=_("What they do on the web"), channel="web"),
            _shown("ces-1-7-easy.easy", "name", title=_("What is easy, and what is not"), days=90),
            _quotes(title=_("What they say of the web"), channel="web", height=2),
        ],
        filters={"days": "28"},
    ),
    Ready(
        key="marketing",
        name=_("Marketing"),
        sentence=_("Whom we reach, by which channel, and who speaks well of us."),
        icon="megaphone",
        tiles=[
            _number("people"),
            _number("touchpoints"),
            _number("nps.score", days=90),
            _number("promises.kept"),
            _shown("people", "channel", title=_("People by channel")),
            _shown("people", "line", title=_("People reached by day")),
            _shown("nps.score", "channel", title=_("NPS by channel"), days=180),
            _quotes(title=_("What the happy say"), mood="happy"),
        ],
        filters={"days": "28"},
    ),
    Ready(
        key="support",
        name=pgettext_lazy("a dashboard for the help desk", "Support"),
        sentence=_("How much comes in, how it is answered, and what people say of it."),
        icon="lifebuoy",
        tiles=[
            _number("touchpoints", channel="whatsapp"),
            _number("touchpoints", channel="phone"),
            _number("csat-1-5.satisfied"),
            _number("ces-1-5-hard.easy"),
            _shown("touchpoints", "channel", title=_("By which channel they come")),
            _shown("csat-1-5.satisfied", "team", title=_("Satisfied, by team")),
            _ranking("csat-1-5.unhappy", "channel", "worst", title=_("Unhappy, by channel")),
            _quotes(title=_("What the unhappy say"), mood="unhappy", width=8),
        ],
        filters={"days": "7"},
    ),
    Ready(
        key="store",
        name=_("Store"),
        sentence=_("How visits go, which store does best, and what guests say."),
        icon="storefront",
        tiles=[
            _number("people", channel="store"),
            _number("touchpoints", channel="store"),
            _number("csat-1-5.satisfied", name="Store Visit Rated"),
            _number("csat-1-5.unhappy", name="Store Visit Rated"),
            ReadyTile(
                kind=Tile.Kind.MAP, what={"measure": "csat-1-5.satisfied", "name": "Store Visit Rated", "days": 90},
                title=_("Satisfied guests by store"), width=8, height=3,
            ),
            _ranking(
                "csat-1-5.satisfied", "place", "best", title=_("The best stores"), height=3,
                name="Store Visit Rated", days=90,
            ),
            _shown("people", "line", title=_("Guests by day"), channel="store"),
            _quotes(title=_("What guests say"), name="Store Visit Rated"),
        ],
        filters={"days": "28"},
    ),
)  # fmt: skip

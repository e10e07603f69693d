"""What a drawn tile is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from jejak import eventlog
from jejak.audiences.among import NoSuchAudience
from jejak.backoffice.charts import Unit
from jejak.features.dashboards.models import Tile
from jejak.measures import NoSuchMeasure
from jejak.questions.pictures import Picture
from jejak.questions.reading import BadQuestion


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number as the component `stat` shows it. before: in the window it is compared with, None where there is none."""

    value: float | None
    unit: Unit
    n: int | None = None
    low: float | None = None
    high: float | None = None
    before: float | None = None
    better: str = ""


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What somebody wrote, without what leads to them. about: the touchpoint, the channel, the place."""

    text: str
    score: str
    about: str
    at: datetime
    tone: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a list. value, note: as they are written."""

    title: str
    value: str = ""
    note: str = ""
    href: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What a tile shows now. narrowed: its own filters in words. notes: what must be said beside it.

    trouble: why there is nothing to show, and what to do; "" where there is. html: a text, cleaned.
    """

    tile_id: int | None
    kind: str
    title: str
    number: Number | None = None
    pictures: tuple[Picture, ...] = ()
    quotes: tuple[Quote, ...] = ()
    rows: tuple[Row, ...] = ()
    html: str = ""
    narrowed: str = ""
    notes: tuple[str, ...] = ()
    href: str = ""
    trouble: str = ""

    @property
    def chart_id(self) -> str:
        """What the ids of its chart begin with: its tile comes anew and anew, and stays the same on the page."""
        return f"tile-{self.tile_id or 'new'}-chart"


def guarded(tile: Tile, make: Callable[[], Drawn]) -> Drawn:
    """Return what make() draws; where it cannot, a tile that says why."""
    try:
        return make()
    except eventlog.Away:
        return nothing(tile, _("The log does not answer at the moment."))
    except eventlog.TooExpensive:
        return nothing(tile, _("This takes too long to ask. Choose fewer days, or an audience."))
    except NoSuchAudience:
        return nothing(tile, _("Its audience was deleted or put away. Choose another one."))
    except NoSuchMeasure:
        return nothing(tile, _("There is no such number on this install. Choose another one."))
    except BadQuestion as bad:
        return nothing(tile, bad.errors[0][1])


def nothing(tile: Tile, trouble: str, *, title: str = "") -> Drawn:
    """Return a tile that has nothing to show, and says why."""
    return Drawn(
        tile_id=tile.pk,
        kind="nothing",
        title=tile.title or title or str(tile.get_kind_display()),
        trouble=trouble,
    )

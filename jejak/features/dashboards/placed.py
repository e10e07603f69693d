"""Tiles of maps: a number of each place that has coordinates."""

from datetime import datetime

from django.utils.translation import gettext as _

from jejak.features.dashboards.drawn import Drawn, nothing
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.models import Tile


def draw(tile: Tile, *, now: datetime, wide: Narrowed) -> Drawn:
    """Return a map."""
    return nothing(tile, _("There is nothing to show yet."))

"""Drawing tiles: what each shows, told from the log, without a request, so that pages, files and digests can.

told = draw(tile, now=now, viewer=None, wide=Narrowed(days=28))
told.title, told.number, told.pictures, told.quotes, told.notes

viewer: the member of staff who looks; None where it is nobody in particular (a link, a file, a digest): then no person
and no word of theirs is shown, and nothing that staff may see only with a permission, unless with_words says so.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.html import linebreaks
from django.utils.translation import gettext as _

from jejak.features.dashboards import measured
from jejak.features.dashboards.drawn import Drawn, Number, Quote, Row, guarded, nothing
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.models import Tile

__all__ = ["Drawn", "Number", "Quote", "Row", "draw", "draw_all"]


def draw(tile: Tile, *, now: datetime, viewer: Any, wide: Narrowed, with_words: bool = False) -> Drawn:
    """Return what one tile shows. Raises nothing of the log: what goes wrong stands in trouble."""
    return draw_all([tile], now=now, viewer=viewer, wide=wide, with_words=with_words)[0]


def draw_all(
    tiles: Sequence[Tile], *, now: datetime, viewer: Any, wide: Narrowed, with_words: bool = False
) -> list[Drawn]:
    """Return what each tile shows; measures of equal filters are asked together."""
    drawn: dict[int, Drawn] = {}
    measures = [(i, tile) for i, tile in enumerate(tiles) if tile.kind == Tile.Kind.MEASURE]
    told = measured.draw([tile for _i, tile in measures], now=now, wide=wide, viewer=viewer)
    drawn |= {i: one for (i, _tile), one in zip(measures, told, strict=True)}
    for i, tile in enumerate(tiles):
        if i not in drawn:
            drawn[i] = guarded(tile, partial(_other, tile))
    return [drawn[i] for i in range(len(tiles))]


def _other(tile: Tile) -> Drawn:
    if tile.kind == Tile.Kind.TEXT:
        text = str(tile.what.get("text", ""))
        return Drawn(tile_id=tile.pk, kind="text", title=tile.title, html=linebreaks(text, autoescape=True))
    return nothing(tile, _("There is nothing to show yet."))

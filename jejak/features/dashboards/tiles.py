"""Drawing tiles: what each shows, told from the log, without a request, so that pages, files and digests can.

told = draw(tile, now=now, viewer=None, wide=Narrowed(days=28))
told.title, told.number, told.pictures, told.quotes, told.notes

viewer: the member of staff who looks; None where it is nobody in particular (a link, a file, a digest): then no person
and no word of theirs is shown, and nothing that staff may see only with a permission, unless with_words says so.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from jejak.features.dashboards import filters as f
from jejak.features.dashboards import listed, measured, placed, questioned, voiced, words
from jejak.features.dashboards.drawn import Drawn, Number, Quote, Row, guarded
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.models import Tile
from jejak.features.dashboards.texts import written

__all__ = ["Drawn", "Number", "Quote", "Row", "draw", "draw_all"]


def draw(tile: Tile, *, now: datetime, viewer: Any, wide: Narrowed, with_words: bool = False) -> Drawn:
    """Return what one tile shows. Raises nothing of the log: what goes wrong stands in trouble."""
    return draw_all([tile], now=now, viewer=viewer, wide=wide, with_words=with_words)[0]


def is_for(viewer: Any, tile: Tile, with_words: bool) -> bool:
    """Tell whether a tile can ever be shown to nobody in particular: people never, their words where they are wanted."""
    if viewer is not None:
        return True
    if tile.kind == Tile.Kind.QUOTES:
        return with_words
    return not (tile.kind == Tile.Kind.LIST and tile.what.get("of") == "people")


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
            make = partial(_other, tile, now=now, viewer=viewer, wide=wide, with_words=with_words)
            drawn[i] = guarded(tile, make)
    return [replace(drawn[i], narrowed=words.said(f.read(tile.what))) for i, tile in enumerate(tiles)]


def _other(tile: Tile, *, now: datetime, viewer: Any, wide: Narrowed, with_words: bool) -> Drawn:
    if tile.kind == Tile.Kind.TEXT:
        return Drawn(
            tile_id=tile.pk, kind="text", title=tile.title, html=written(str(tile.what.get("text", "")))
        )
    if tile.kind == Tile.Kind.QUESTION:
        return questioned.draw(tile, now=now, wide=wide, viewer=viewer, with_words=with_words)
    if tile.kind == Tile.Kind.QUOTES:
        return voiced.draw(tile, now=now, wide=wide, viewer=viewer, with_words=with_words)
    if tile.kind == Tile.Kind.MAP:
        return placed.draw(tile, now=now, wide=wide, viewer=viewer)
    return listed.draw(tile, now=now, wide=wide, viewer=viewer)

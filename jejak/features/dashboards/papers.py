"""A dashboard as a document: what its tiles show now, as PDF."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from jejak.backoffice import documents
from jejak.backoffice.documents import Document, Figure, Lines, Numbers, Paragraphs, Picture
from jejak.features.dashboards import tiles, words
from jejak.features.dashboards.drawn import Drawn, Number
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.models import Dashboard, Tile


def pdf(
    dashboard: Dashboard, *, now: datetime, viewer: Any, wide: Narrowed, with_words: bool = False
) -> bytes:
    """Return a dashboard as PDF. Raises backoffice.pictures.CannotDraw."""
    held = [
        tile for tile in dashboard.tiles.select_related("question") if tiles.is_for(viewer, tile, with_words)
    ]
    told = tiles.draw_all(held, now=now, viewer=viewer, wide=wide, with_words=with_words)
    at = formats.date_format(timezone.localtime(now), "j F Y, H:i")
    said = [words.said(wide), words.spanned(wide.window(now=now))]
    return documents.pdf(
        Document(
            title=dashboard.name,
            subtitle=" · ".join(part for part in [dashboard.sentence, *said] if part),
            footer=_("Jejak · as of %(time)s · every share with its n and its 95 %% interval") % {"time": at},
            parts=_parts(list(zip(held, told, strict=True))),
        )
    )


def _parts(told: Sequence[tuple[Tile, Drawn]]) -> list[documents.Part]:
    parts: list[documents.Part] = []
    figures: list[Figure] = []
    for tile, one in told:
        if one.number is not None and not one.pictures:
            figures.append(_figure(one, one.number))
            continue
        if figures:
            parts.append(Numbers(figures=figures))
            figures = []
        parts += _of_tile(tile, one)
    return [*parts, Numbers(figures=figures)] if figures else parts


def _of_tile(tile: Tile, one: Drawn) -> list[documents.Part]:
    note = " · ".join(part for part in (one.narrowed, *one.notes) if part)
    if one.trouble:
        return [Paragraphs(title=one.title, texts=[one.trouble])]
    if one.kind == "text":
        return [Paragraphs(title=one.title, texts=str(tile.what.get("text", "")).splitlines())]
    if one.quotes:
        lines = [(quote.text, "", f"{quote.score} · {quote.about}") for quote in one.quotes]
        return [Lines(title=one.title, lines=lines, quoted=True, note=note)]
    if one.rows:
        rows = [(row.title, row.value, row.note) for row in one.rows]
        return [Lines(title=one.title, lines=rows, note=note)]
    figures = [Numbers(figures=[_figure(one, one.number)])] if one.number else []
    return [*figures, *(Picture(title=one.title, chart=picture.chart, note=note) for picture in one.pictures)]


def _figure(one: Drawn, number: Number) -> Figure:
    unit, notes = number.unit, []
    if number.value is not None and number.before is not None:
        notes.append(_("before: %(value)s") % {"value": unit.text(number.before)})
    if number.low is not None and number.high is not None:
        notes.append(
            _("%(low)s to %(high)s") % {"low": unit.text(number.low), "high": unit.text(number.high)}
        )
    if number.n is not None:
        notes.append(f"n = {number.n}")
    if one.narrowed:
        notes.append(one.narrowed)
    return Figure(label=one.title, value=unit.text(number.value), notes=notes)

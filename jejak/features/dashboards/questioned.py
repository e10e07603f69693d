"""Tiles of kept questions: the first picture of their answer, narrowed as the dashboard is."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jejak.audiences import conditions as c
from jejak.features.dashboards import filters as f
from jejak.features.dashboards.drawn import Drawn, nothing
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.models import Tile
from jejak.features.dashboards.turns import in_turn
from jejak.questions import asked as q
from jejak.questions import pictures
from jejak.questions.answering import answer


def draw(tile: Tile, *, now: datetime, wide: Narrowed, viewer: Any, with_words: bool) -> Drawn:
    """Return the picture of a kept question's answer. Raises BadQuestion, and what eventlog.ask() raises."""
    question = tile.question
    if question is None:
        return nothing(tile, _("Its question was deleted. Choose another one."))
    title = tile.title or question.name
    if viewer is not None and not viewer.has_perm("questions.view_question"):
        return nothing(tile, _("Only those who put questions together see their answers."), title=title)
    if question.is_sql:
        return nothing(tile, _("Answers in SQL are shown in the explorer alone."), title=title)
    asked = _narrowed(q.read(question.asked), tile, wide)
    if viewer is None and not with_words and _tells_words(asked):
        return nothing(
            tile, _("It is broken down by what people wrote, so it is shown to staff alone."), title=title
        )
    told = in_turn(lambda: answer(asked, now=now))
    shown = pictures.pictures(asked, told, href=lambda _line, _day: "", step_href=lambda _step: "")
    if not shown:
        return nothing(tile, _("There is nothing to show in this window yet."), title=title)
    picture = shown[0]
    notes = (*((picture.description,) if picture.description else ()), *told.notes)
    return Drawn(
        tile_id=tile.pk,
        kind="chart",
        title=title,
        pictures=(replace(picture, title=title, description=""),),
        notes=notes,
        href=reverse("insights:question", args=[question.pk]) if viewer is not None else "",
    )


def _narrowed(asked: q.Asked, tile: Tile, wide: Narrowed) -> q.Asked:
    """Return the question with the dashboard's days, words and audience, as far as it does not say its own."""
    own = f.read(tile.what)
    when = asked.when
    for said in (own, wide):
        if said.days or said.from_on:
            when = q.When(days=said.days or when.days, from_on=said.from_on, to_on=said.to_on)
            break
    fields = {where.field for where in asked.where}
    words = [
        c.Where(field=column, operator="is" if word else "empty", value=word or None)
        for column in ("channel", "place", "team")
        if (word := getattr(own.over(wide), column)) is not None and column not in fields
    ]
    audience = asked.audience or own.audience or wide.audience
    return _coarse(replace(asked, when=when, where=(*asked.where, *words), audience=audience))


def _coarse(asked: q.Asked) -> q.Asked:
    """Return the question by weeks or months, where its days became too many to draw."""
    bucket = getattr(asked, "bucket", None)
    if bucket == "day" and asked.when.length > 400:
        return replace(asked, bucket="week")  # type: ignore[call-arg]  # It has one, as was seen.
    return asked


def _tells_words(asked: q.Asked) -> bool:
    """Tell whether an answer may hold what people wrote: a breakdown by a property."""
    return str(getattr(asked, "breakdown", "")).startswith("properties.")

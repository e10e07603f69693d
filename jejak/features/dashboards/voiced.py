"""Tiles of what people say: the newest comments that came with a score, without what leads to people."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jejak import eventlog, measures
from jejak.common import numbers
from jejak.common.masking import masked
from jejak.features.dashboards import filters as f
from jejak.features.dashboards.drawn import Drawn, Quote, nothing
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.models import Tile
from jejak.features.dashboards.turns import in_turn
from jejak.measures import Filters, saying
from jejak.people.models import Person
from jejak.questions.answering import once
from jejak.staff import scope
from jejak.touchpoints.scales import Scale, UnknownScale, parse

MOODS = ("all", "unhappy", "happy")
_SHORTEST, _LONGEST, _MOST, _LOOKED_AT = 12, 400, 12, 60
_COMMENT = "toString(coalesce(properties.comment.:String, properties.text.:String, ''))"
_Row = tuple[int, str, str, str, str, float, str, datetime]


def draw(tile: Tile, *, now: datetime, wide: Narrowed, viewer: Any, with_words: bool) -> Drawn:
    """Return the newest comments that the viewer may see. Raises what eventlog.ask() raises, and NoSuchAudience."""
    title = tile.title or _("What people say")
    if (viewer is None and not with_words) or (
        viewer is not None and not viewer.has_perm("people.view_person")
    ):
        return nothing(tile, _("What people wrote is shown to those alone who may see people."), title=title)
    filters = f.read(tile.what).over(wide).asked(now=now)
    scale, mood = str(tile.what.get("scale", "")), str(tile.what.get("mood", "all"))
    said = hashlib.sha256(repr((filters, scale, mood)).encode()).hexdigest()
    rows = once(f"dashboards:quotes:{said}", lambda: in_turn(lambda: _newest(filters, scale, mood)))
    seen = _seen(viewer, [row[0] for row in rows])
    most = tile.height * 3
    quotes = tuple(_quote(row, viewer) for row in rows if seen is None or row[0] in seen)[:most]
    if not quotes:
        return nothing(tile, _("Nobody wrote anything with a score in this window."), title=title)
    return Drawn(tile_id=tile.pk, kind="quotes", title=title, quotes=quotes)


def scales() -> list[tuple[str, str]]:
    """Return the scales that can be chosen."""
    return [(m.scale.key, str(measures.scale_title(m.scale))) for m in _firsts() if m.scale]


def _firsts() -> list[measures.Measure]:
    known: dict[str, measures.Measure] = {}
    for measure in measures.listed():
        if measure.scale:
            known.setdefault(measure.scale.key, measure)
    return list(known.values())


def _newest(filters: Filters, scale: str, mood: str) -> list[_Row]:
    where, values = filters.sql()
    clauses = [where, "isNotNull(score)", f"length({_COMMENT}) >= {_SHORTEST}"]
    if scale:
        clauses.append("scale = {said_scale:String}")
        values["said_scale"] = scale
    if mood != "all":
        clauses.append(_of_mood(mood, values))
    rows = eventlog.ask(
        f"""
        SELECT person_id, {_COMMENT}, toString(name), toString(place), toString(channel), score, toString(scale), happened_at
        FROM touchpoints WHERE {" AND ".join(clauses)}
        ORDER BY happened_at DESC, person_id LIMIT {_LOOKED_AT}
        """,
        **values,
    ).rows
    return [(*row[:1], masked(row[1])[:_LONGEST], *row[2:]) for row in rows]


def _of_mood(mood: str, values: dict[str, Any]) -> str:
    """Return the condition on answers of the good or the bad side of their scales. values: gains what it holds."""
    sides = []
    for i, measure in enumerate(_firsts()):
        scale = measure.scale
        assert scale is not None
        low, high = _ends(scale)
        is_upper = scale.more_is_better == (mood == "happy")
        values |= {f"scale_{i}": scale.key, f"end_{i}": high if is_upper else low}
        sign = ">=" if is_upper else "<="
        sides.append(f"(scale = {{scale_{i}:String}} AND score {sign} {{end_{i}:Float64}})")
    return f"({' OR '.join(sides)})"


def _ends(scale: Scale) -> tuple[float, float]:
    """Return up to where an answer is low, and from where it is high."""
    if scale.kind == "nps":
        return 6, 9
    middle = (scale.low + scale.high) / 2
    return middle - 0.5, middle + 0.5


def _seen(viewer: Any, person_ids: Sequence[int]) -> set[int] | None:
    """Return whose words may be shown; None where everybody's."""
    if viewer is None or not scope.limited(viewer):
        return None
    seen = scope.limit(Person.objects.filter(pk__in=set(person_ids)), viewer)
    return set(seen.values_list("pk", flat=True))


def _quote(row: _Row, viewer: Any) -> Quote:
    person, text, name, place, channel, score, scale, at = row
    about = [name, saying.group("channel", channel) if channel else "", place]
    return Quote(
        text=text,
        score=_score(score, scale),
        tone=_tone(score, scale),
        about=" · ".join(word for word in about if word),
        at=at,
        href=reverse("profiles:person", args=[person]) if viewer is not None else "",
    )


def _score(score: float, scale: str) -> str:
    shown = numbers.number(score, decimals=0 if score == int(score) else 1)
    try:
        told = parse(scale)
    except UnknownScale:
        return shown
    said = {"score": shown, "most": told.high, "scale": measures.scale_title(told)}
    return _("%(score)s of %(most)s (%(scale)s)") % said


def _tone(score: float, scale: str) -> str:
    try:
        told = parse(scale)
    except UnknownScale:
        return ""
    low, high = _ends(told)
    if low < score < high:
        return ""
    return "good" if (score >= high) == told.more_is_better else "bad"

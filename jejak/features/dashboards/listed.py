"""Tiles of lists: the groups where a number is highest or lowest, and who is in an audience, or how many."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jejak import eventlog, measures
from jejak.audiences.models import Audience
from jejak.backoffice.charts import LineChart, Point, Series, Unit
from jejak.common import numbers
from jejak.features.dashboards import filters as f
from jejak.features.dashboards import measured
from jejak.features.dashboards.drawn import Drawn, Number, Row, nothing
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.models import Tile
from jejak.features.dashboards.turns import in_turn
from jejak.measures import Measure, Reading, saying
from jejak.people import reach
from jejak.people.whole import wholes
from jejak.questions.answering import once
from jejak.questions.pictures import Picture

OF = ("groups", "size", "people")
_ROWS, _LOOKED_AT = 5, 60


def draw(tile: Tile, *, now: datetime, wide: Narrowed, viewer: Any) -> Drawn:
    """Return a list. Raises what eventlog.ask() raises, NoSuchAudience and NoSuchMeasure."""
    of = tile.what.get("of", "groups")
    if of == "groups":
        return _groups(tile, now=now, wide=wide)
    audience = Audience.objects.filter(key=tile.what.get("whose", ""), archived_at=None).first()
    if audience is None:
        return nothing(tile, _("Its audience was deleted or put away. Choose another one."))
    if viewer is not None and not viewer.has_perm("audiences.view_audience"):
        return nothing(tile, _("You may not see audiences."), title=tile.title or audience.name)
    return _size(tile, audience, now, wide, viewer) if of == "size" else _people(tile, audience, viewer)


def _groups(tile: Tile, *, now: datetime, wide: Narrowed) -> Drawn:
    measure = measures.get(str(tile.what.get("measure", "")))
    column = str(tile.what.get("by", "name"))
    column = column if column in f.WORDS else "name"
    best_first = tile.what.get("order", "best") == "best"
    readings = measured.told(measure, f.read(tile.what).over(wide), by=column, now=now)
    ranked = [one for one in readings if one.estimate.value is not None and one.group]
    title = tile.title or str(measure.title)
    if not ranked:
        return nothing(tile, _("Nobody was counted in this window."), title=title)
    rows = tuple(
        _row(column, measure, one) for one in _ranked(measure, ranked, best_first)[: tile.height * 3]
    )
    return Drawn(tile_id=tile.pk, kind="list", title=title, rows=rows, notes=_heading(measure, best_first))


def _ranked(measure: Measure, readings: Sequence[Reading], best_first: bool) -> list[Reading]:
    """Sort by the end of the interval that is sure, so that three lucky answers are not the best shop."""
    up = (measure.polarity != "less is better") == best_first

    def surely(one: Reading) -> float:
        told = one.estimate
        end = told.low if up else told.high
        return float(end if end is not None else told.value or 0)

    return sorted(readings, key=surely, reverse=up)


def _heading(measure: Measure, best_first: bool) -> tuple[str, ...]:
    if measure.is_count:
        return ()
    return (_("Surely the best first.") if best_first else _("Surely the worst first."),)


def _row(column: str, measure: Measure, one: Reading) -> Row:
    told, unit = one.estimate, saying.unit(measure)
    note = ""
    if not measure.is_count:
        note = f"n = {numbers.number(told.n)}"
        if told.low is not None and told.high is not None:
            note = _("%(low)s to %(high)s, n = %(n)s") % {
                "low": unit.text(told.low), "high": unit.text(told.high), "n": numbers.number(told.n),
            }  # fmt: skip
    return Row(title=saying.group(column, one.group), value=unit.text(told.value), note=note)


def _size(tile: Tile, audience: Audience, now: datetime, wide: Narrowed, viewer: Any) -> Drawn:
    title = tile.title or audience.name
    if audience.size is None:
        return nothing(tile, _("It is being counted for the first time."), title=title)
    window = f.read(tile.what).over(wide).window(now=now)
    sizes = list(audience.sizes.order_by("at"))
    earlier = [one.people for one in sizes if one.at <= window.from_at]
    points = [
        Point(at=one.at, value=one.people) for one in sizes if one.at >= window.from_at - timedelta(days=1)
    ]
    people = pgettext("of a list", "People")
    chart = LineChart(series=[Series(name=people, points=points)], x_label=_("Refresh"), y_label=people)
    return Drawn(
        tile_id=tile.pk,
        kind="number",
        title=title,
        number=Number(value=audience.size, unit=Unit(), before=earlier[-1] if earlier else None),
        pictures=(Picture(chart=chart, title=title),) if len(points) > 1 and tile.height > 1 else (),
        notes=(audience.sentence,) if audience.sentence else (),
        href=reverse("audiences:audience", args=[audience.pk]) if viewer is not None else "",
    )


def _people(tile: Tile, audience: Audience, viewer: Any) -> Drawn:
    title = tile.title or audience.name
    may_see = (
        viewer is not None
        and viewer.has_perm("audiences.see_members")
        and viewer.has_perm("people.view_person")
    )
    if not may_see:
        return nothing(
            tile, _("Who is in an audience is shown to those alone who may see people."), title=title
        )
    rows = once(f"dashboards:members:{audience.pk}", lambda: in_turn(lambda: _newest(audience)))
    known = wholes([pk for pk, _since in rows])
    seen = [(known[pk], since) for pk, since in rows if pk in known and reach.sees(viewer, known[pk])]
    if not seen:
        return nothing(tile, _("Nobody is in it."), title=title)
    return Drawn(
        tile_id=tile.pk,
        kind="list",
        title=title,
        rows=tuple(
            Row(title=person.title, at=since, href=reverse("profiles:person", args=[person.root.pk]))
            for person, since in seen[: tile.height * 3]
        ),
        notes=(_("The newest of %(n)s.") % {"n": numbers.number(audience.size or len(rows))},),
        href=reverse("audiences:audience", args=[audience.pk]),
    )


def _newest(audience: Audience) -> list[tuple[int, datetime]]:
    return [
        (pk, since)
        for pk, since in eventlog.ask(
            "SELECT person_id, max(entered_at) AS since FROM memberships FINAL"
            " WHERE audience_id = {audience:UInt64} AND isNull(left_at) GROUP BY person_id"
            f" ORDER BY since DESC, person_id LIMIT {_LOOKED_AT}",
            audience=audience.pk,
        ).rows
    ]

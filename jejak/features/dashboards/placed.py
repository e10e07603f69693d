"""Tiles of maps: a number of each place whose coordinates are known."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jejak import measures
from jejak.backoffice.charts import MapChart, Spot
from jejak.features.dashboards import filters as f
from jejak.features.dashboards import measured
from jejak.features.dashboards.drawn import Drawn, nothing
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.models import Place, Tile
from jejak.measures import saying
from jejak.questions.pictures import Picture


def draw(tile: Tile, *, now: datetime, wide: Narrowed, viewer: Any) -> Drawn:
    """Return a map. Raises what eventlog.ask() raises, NoSuchAudience and NoSuchMeasure."""
    measure = measures.get(str(tile.what.get("measure", "")))
    title = tile.title or str(measure.title)
    readings = measured.told(measure, f.read(tile.what).over(wide), by="place", now=now)
    named = [one for one in readings if one.group and one.estimate.value is not None]
    where = {place.name: place for place in Place.objects.filter(name__in=[one.group for one in named])}
    spots = [
        Spot(
            label=one.group,
            latitude=where[one.group].latitude,
            longitude=where[one.group].longitude,
            value=one.estimate.value,
            low=one.estimate.low,
            high=one.estimate.high,
            n=None if measure.is_count else one.estimate.n,
        )
        for one in named
        if one.group in where
    ]
    if not spots:
        if not named:
            return nothing(tile, _("Nothing of this happened at a place in this window."), title=title)
        trouble = _("It is not known where its places are. Somebody who may must say it.")
        if viewer is not None and viewer.has_perm("dashboards.change_place"):
            trouble = _("It is not known where its places are. Say it under Dashboards → Places.")
        return nothing(tile, trouble, title=title)
    missing = len(named) - len(spots)
    note = ngettext("%(n)s place is not on the map.", "%(n)s places are not on the map.", missing) % {
        "n": missing
    }
    chart = MapChart(spots=spots, unit=saying.unit(measure), y_label=str(measure.title))
    return Drawn(
        tile_id=tile.pk,
        kind="chart",
        title=title,
        pictures=(Picture(chart=chart, title=title),),
        notes=(note,) if missing else (),
        href=reverse("dashboards:places") if missing and viewer is not None else "",
    )

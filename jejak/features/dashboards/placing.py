"""Where places are: read from lines that staff write, and kept."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from jejak.features.dashboards.models import Place

Where = tuple[float, float]


class BadPlace(Exception):
    """A line is no place; the message says which, and why."""


def lines() -> str:
    """Return what is kept, a line for each place."""
    return "\n".join(f"{one.name}, {one.latitude:g}, {one.longitude:g}" for one in Place.objects.all())


def unknown(names: Iterable[str]) -> list[str]:
    """Return those of these places that nobody said where they are."""
    known = set(Place.objects.values_list("name", flat=True))
    return [name for name in names if name not in known]


def read(text: str) -> dict[str, Where]:
    """Return the places of some lines: latitude, longitude. Raises BadPlace."""
    found: dict[str, Where] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, *numbers = (part.strip() for part in line.rsplit(",", 2))
        said = {"line": number, "text": line.strip()[:60]}
        try:
            latitude, longitude = map(float, numbers)
        except ValueError:
            raise BadPlace(_("Line %(line)s, “%(text)s”: write name, latitude, longitude.") % said) from None
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise BadPlace(_("Line %(line)s, “%(text)s” lies nowhere on earth.") % said)
        if not name or len(name) > 200:
            raise BadPlace(_("Line %(line)s, “%(text)s”: write name, latitude, longitude.") % said)
        found[name] = (latitude, longitude)
    return found


@transaction.atomic
def keep(places: Mapping[str, Where]) -> None:
    """Keep these places, and no others."""
    Place.objects.exclude(name__in=places).delete()
    Place.objects.bulk_create(
        (Place(name=name, latitude=where[0], longitude=where[1]) for name, where in places.items()),
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["latitude", "longitude"],
    )

"""The demo company's dashboards: one for each who looks, shared with everybody."""

from datetime import datetime

from jejak.features.dashboards import ready, watching
from jejak.features.dashboards.models import Dashboard, Place
from jejak.touchpoints import demo
from jejak.touchpoints.demo import World

_CITIES = {
    "Jakarta": (-6.21, 106.85), "Bandung": (-6.91, 107.61), "Surabaya": (-7.26, 112.75), "Yogyakarta": (-7.80, 110.37),
    "Medan": (3.59, 98.67), "Makassar": (-5.15, 119.43), "Denpasar": (-8.67, 115.22), "Kuala Lumpur": (3.14, 101.69),
    "Penang": (5.41, 100.33), "Johor Bahru": (1.49, 103.74), "Kota Kinabalu": (5.98, 116.07), "Kuching": (1.55, 110.34),
}  # fmt: skip


@demo.part("dashboards", order=60)
class Dashboards:
    """The ready-made dashboards, of nobody in particular."""

    def fill(self, world: World, *, now: datetime, progress: demo.Progress) -> None:
        """Make each, unless it is there, and say where the stores are."""
        _say_where(world)
        for done, one in enumerate(ready.ALL, start=1):
            if not Dashboard.objects.filter(template=_key(one.key)).exists():
                made = ready.make(one, by=None, is_shared=True, now=now)
                Dashboard.objects.filter(pk=made.pk).update(template=_key(one.key))
            progress(done, len(ready.ALL))
        watching.begin_anew()

    def remove(self, world: World, *, now: datetime) -> None:
        """Take them away, unless somebody made one their own by changing it."""
        Place.objects.filter(is_sample=True).delete()
        Dashboard.objects.filter(template__startswith=demo.KEY, owner=None).delete()
        watching.begin_anew()


def _key(key: str) -> str:
    return f"{demo.KEY}{key}"


def _say_where(world: World) -> None:
    """Keep where the cities and stores are; two stores of one city stand a little apart."""
    there = set(Place.objects.values_list("name", flat=True))
    where = dict(_CITIES)
    for number, store in enumerate(world.stores):
        if store.city in _CITIES:
            latitude, longitude = _CITIES[store.city]
            where[store.name] = (latitude + 0.15 * (number % 3 - 1), longitude + 0.1 * (number % 2))
    Place.objects.bulk_create(
        Place(name=name, latitude=latitude, longitude=longitude, is_sample=True)
        for name, (latitude, longitude) in where.items()
        if name not in there
    )

"""The demo company's dashboards: one for each who looks, shared with everybody."""

from datetime import datetime

from jejak.features.dashboards import ready
from jejak.features.dashboards.models import Dashboard
from jejak.touchpoints import demo
from jejak.touchpoints.demo import World


@demo.part("dashboards", order=60)
class Dashboards:
    """The ready-made dashboards, of nobody in particular."""

    def fill(self, world: World, *, now: datetime, progress: demo.Progress) -> None:
        """Make each, unless it is there."""
        for done, one in enumerate(ready.ALL, start=1):
            if not Dashboard.objects.filter(template=_key(one.key)).exists():
                made = ready.make(one, by=None, is_shared=True, now=now)
                Dashboard.objects.filter(pk=made.pk).update(template=_key(one.key))
            progress(done, len(ready.ALL))

    def remove(self, world: World, *, now: datetime) -> None:
        """Take them away, unless somebody made one their own by changing it."""
        Dashboard.objects.filter(template__startswith=demo.KEY, owner=None).delete()


def _key(key: str) -> str:
    return f"{demo.KEY}{key}"

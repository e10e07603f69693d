"""The nouns of dashboards."""

from jejak.features.dashboards.models.alerts import Alert, Hook, Mute, Rule, Told, Watch
from jejak.features.dashboards.models.dashboards import Dashboard, Link, Place, Tile
from jejak.features.dashboards.models.digests import Digest

__all__ = ["Alert", "Dashboard", "Digest", "Hook", "Link", "Mute", "Place", "Rule", "Tile", "Told", "Watch"]

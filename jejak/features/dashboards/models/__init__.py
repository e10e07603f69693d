"""The nouns of dashboards."""

from jejak.features.dashboards.models.dashboards import Dashboard, Link, Tile

__all__ = ["Dashboard", "Link", "Tile"]

"""The nouns of dashboards."""

from jejak.features.dashboards.models.dashboards import Dashboard, Link, Place, Tile

__all__ = ["Dashboard", "Link", "Place", "Tile"]

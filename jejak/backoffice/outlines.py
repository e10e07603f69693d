"""The outlines of countries, for maps: Natural Earth at 1:50 million, by world-atlas. Nothing is asked of another host."""

import json
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parent / "static" / "vendor" / "world-atlas" / "countries-50m.json"
_POINTS_ACROSS = 350
_LEAST_POINTS = 4
Ring = list[tuple[float, float]]


def within(*, west: float, south: float, east: float, north: float) -> list[Ring]:
    """Return the outlines that touch a part of the world, in degrees (longitude, latitude), as fine as can be seen."""
    fine = max(east - west, north - south) / _POINTS_ACROSS
    found = []
    for (left, low, right, high), ring in _rings():
        if right < west or left > east or high < south or low > north:
            continue
        coarse = _thinned(ring, fine)
        if len(coarse) >= _LEAST_POINTS:
            found.append(coarse)
    return found


def _thinned(ring: Ring, fine: float) -> Ring:
    """Leave out points nearer to the last one than can be seen."""
    kept = [ring[0]]
    for x, y in ring[1:]:
        if abs(x - kept[-1][0]) >= fine or abs(y - kept[-1][1]) >= fine:
            kept.append((x, y))
    return [(round(x, 2), round(y, 2)) for x, y in kept]


@lru_cache(maxsize=1)
def _rings() -> list[tuple[tuple[float, float, float, float], Ring]]:
    """Return every outline with the box around it; none where the file was not fetched (checks.py tells why)."""
    if not _FILE.exists():
        return []
    held = json.loads(_FILE.read_text())
    arcs = [_arc(arc, held["transform"]) for arc in held["arcs"]]
    found = []
    for country in held["objects"]["countries"]["geometries"]:
        polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country.get("arcs", [])]
        for polygon in polygons:
            for numbers in polygon[:1]:
                ring = [point for number in numbers for point in _points(arcs, number)]
                if any(abs(one[0] - other[0]) > 180 for one, other in pairwise(ring)):
                    continue  # It goes around the back of the world.
                xs, ys = [x for x, _y in ring], [y for _x, y in ring]
                found.append(((min(xs), min(ys), max(xs), max(ys)), ring))
    return found


def _points(arcs: list[Ring], number: int) -> Ring:
    """A negative number means an arc backwards."""
    return arcs[number] if number >= 0 else arcs[~number][::-1]


def _arc(arc: list[list[int]], transform: dict[str, Any]) -> Ring:
    """Each point is told by its distance from the one before."""
    (wide, high), (west, south) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for right, up in arc:
        x, y = x + right, y + up
        points.append((x * wide + west, y * high + south))
    return points

"""Why this is one person, as a picture: trails as boxes, merges as lines. Numbers only; the template draws."""

from collections.abc import Sequence
from dataclasses import dataclass

from jejak.people.models import Handle, Merge
from jejak.people.settling import STRENGTH

_WIDTH, _GAP_X, _GAP_Y = 230, 150, 24
_HEAD, _LINE, _FOOT = 34, 20, 12
_MOST_SHOWN = 4
MOST_TRAILS = 24


@dataclass(frozen=True, kw_only=True)
class Box:
    """A trail. lines: its strongest handles; more: how many are not shown."""

    trail_id: int
    number: int
    x: int
    y: int
    width: int
    height: int
    lines: list[tuple[Handle, int]]
    more: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """A merge between two boxes, with the place of its label."""

    edge: Merge
    path: str
    x: int
    y: int


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The whole picture. left_out: trails beyond those drawn."""

    boxes: list[Box]
    lines: list[Line]
    width: int
    height: int
    left_out: int


def draw(trails: Sequence[int], root: int, handles: Sequence[Handle], edges: Sequence[Merge]) -> Drawing:
    """Lay the trails out from left to right, as the merges lead away from whoever stands for them."""
    columns = _columns(trails, root, edges)
    of: dict[int, list[Handle]] = {}
    for handle in sorted(handles, key=lambda one: (STRENGTH.get(one.kind, 1), one.pk)):
        of.setdefault(handle.person_id, []).append(handle)
    boxes: dict[int, Box] = {}
    bottom = 0
    for column, held in enumerate(columns):
        y = 8
        for trail in held:
            mine = of.get(trail, [])
            count = max(1, min(len(mine), _MOST_SHOWN)) + (len(mine) > _MOST_SHOWN)
            height = _HEAD + _LINE * count + _FOOT
            boxes[trail] = Box(
                trail_id=trail,
                number=len(boxes) + 1,
                x=8 + column * (_WIDTH + _GAP_X),
                y=y,
                width=_WIDTH,
                height=height,
                lines=[(one, y + _HEAD + _LINE * (at + 1) - 6) for at, one in enumerate(mine[:_MOST_SHOWN])],
                more=max(0, len(mine) - _MOST_SHOWN),
            )
            y += height + _GAP_Y
            bottom = max(bottom, y)
    return Drawing(
        boxes=list(boxes.values()),
        lines=[_line(edge, boxes) for edge in edges if edge.person_id in boxes and edge.other_id in boxes],
        width=16 + len(columns) * (_WIDTH + _GAP_X) - _GAP_X,
        height=bottom,
        left_out=len(trails) - len(boxes),
    )


def _columns(trails: Sequence[int], root: int, edges: Sequence[Merge]) -> list[list[int]]:
    beside: dict[int, list[int]] = {}
    for edge in edges:
        beside.setdefault(edge.person_id, []).append(edge.other_id)
        beside.setdefault(edge.other_id, []).append(edge.person_id)
    columns, seen, now = [], {root}, [root]
    while now and len(seen) <= MOST_TRAILS:
        columns.append(now)
        following: list[int] = []
        for trail in now:
            for other in sorted(beside.get(trail, [])):
                if other not in seen and len(seen) < MOST_TRAILS:
                    seen.add(other)
                    following.append(other)
        now = following
    return columns


def _line(edge: Merge, boxes: dict[int, Box]) -> Line:
    left, right = sorted((boxes[edge.person_id], boxes[edge.other_id]), key=lambda box: (box.x, box.y))
    y1, y2 = left.y + left.height // 2, right.y + right.height // 2
    if left.x == right.x:  # In one column: around the right side.
        x = left.x + left.width
        return Line(
            edge=edge, path=f"M{x} {y1} C{x + 60} {y1} {x + 60} {y2} {x} {y2}", x=x + 52, y=(y1 + y2) // 2
        )
    x1, x2 = left.x + left.width, right.x
    middle = (x1 + x2) // 2
    return Line(
        edge=edge, path=f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}", x=middle, y=(y1 + y2) // 2
    )

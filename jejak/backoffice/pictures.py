"""Charts as pictures: for mail, documents and pages of others, where no browser of ours draws.

    pictures.svg(chart, width=640, height=320)
    pictures.png(chart, title=_("NPS by week"), description=_("n = 412"))

They are what the page shows by day, in the active language. Each call starts a process, which costs about a second: ask
for all charts of a mail at once, by draw().
"""

import base64
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language

from jejak.backoffice.charts import Chart, Text

WIDTH, HEIGHT = 640, 320
_LEAST, _MOST = 120, 4_000
_LONGEST_SECONDS = 60


class CannotDraw(Exception):
    """No picture was made; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A chart to be drawn, in CSS pixels; a PNG has twice as many and its title and description over it."""

    chart: Chart
    width: int = WIDTH
    height: int = HEIGHT
    is_png: bool = False
    title: Text = ""
    description: Text = ""

    def __post_init__(self) -> None:
        if not (_LEAST <= self.width <= _MOST and _LEAST <= self.height <= _MOST):
            raise ValueError(f"A picture of {self.width} × {self.height} cannot be read.")


def svg(chart: Chart, *, width: int = WIDTH, height: int = HEIGHT) -> str:
    """Return a chart as SVG, without its title. Raises CannotDraw."""
    return draw([Wanted(chart=chart, width=width, height=height)])[0].decode()


def png(
    chart: Chart, *, width: int = WIDTH, height: int = HEIGHT, title: Text = "", description: Text = ""
) -> bytes:
    """Return a chart as PNG with its title and description. Raises CannotDraw."""
    wanted = Wanted(
        chart=chart, width=width, height=height, is_png=True, title=title, description=description
    )
    return draw([wanted])[0]


def draw(wanted: Sequence[Wanted]) -> list[bytes]:
    """Return the pictures, an SVG in UTF-8 or a PNG each. Raises CannotDraw; an empty chart has no picture."""
    if not wanted:
        return []
    if any(one.chart.empty() for one in wanted):
        raise CannotDraw("There is nothing to be seen on an empty chart.")
    asked = {
        "language": {"id": "id-ID", "ms": "ms-MY"}.get(get_language() or "", get_language() or "en"),
        "charts": [
            {
                "kind": one.chart.kind,
                "payload": one.chart.payload(),
                "width": one.width,
                "height": one.height,
                "png": (
                    {"title": str(one.title), "description": str(one.description)} if one.is_png else None
                ),
            }
            for one in wanted
        ],
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "jejak.backoffice.drawing"],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=_LONGEST_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotDraw(f"Drawing took more than {_LONGEST_SECONDS} seconds.") from error
    except subprocess.CalledProcessError as error:
        raise CannotDraw(error.stderr.decode(errors="replace").strip()[-500:]) from error
    return [
        base64.b64decode(drawn) if one.is_png else drawn.encode()
        for one, drawn in zip(wanted, json.loads(done.stdout), strict=True)
    ]

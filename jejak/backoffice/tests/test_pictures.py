"""Charts as pictures, drawn outside of any browser."""

import io
import re
from xml.etree import ElementTree

import pytest
from django.utils import translation
from PIL import Image

from jejak.backoffice import pictures
from jejak.backoffice.charts import LineChart
from jejak.backoffice.examples import examples
from jejak.backoffice.pictures import Wanted

KINDS = ["line", "bar", "funnel", "sankey", "heatmap", "timeline", "map"]


def words(svg: bytes) -> list[str]:
    return [
        "".join(text.itertext()) for text in ElementTree.fromstring(svg).iter() if text.tag.endswith("}text")
    ]


def test_every_kind_of_chart_is_drawn_with_its_words():
    drawn = pictures.draw([Wanted(chart=examples()[kind], width=700, height=300) for kind in KINDS])

    by_kind = dict(zip(KINDS, drawn, strict=True))
    assert {ElementTree.fromstring(svg).get("width") for svg in drawn} == {"700"}
    assert {"NPS", "New courier"} <= set(words(by_kind["line"]))
    assert {"WhatsApp", "Telegram", "all"} <= set(words(by_kind["bar"]))
    assert {"Product Viewed", "18,240  ·  100.0%"} <= set(words(by_kind["funnel"]))
    assert {"Home", "Search"} <= set(words(by_kind["sankey"]))
    assert "Mon" in words(by_kind["heatmap"])
    assert "Surveys" in words(by_kind["timeline"])


def test_numbers_are_written_in_the_language_of_the_reader():
    with translation.override("id"):
        svg = pictures.svg(examples()["funnel"])

    assert "18.240  ·  100,0%" in words(svg.encode())


def test_a_png_has_twice_the_size_and_a_head():
    plain = pictures.png(examples()["bar"], width=600, height=300)
    headed = pictures.png(examples()["bar"], width=600, height=300, title="CSAT", description="n = 412")

    plain_width, plain_height = Image.open(io.BytesIO(plain)).size
    headed_width, headed_height = Image.open(io.BytesIO(headed)).size
    assert (plain_width, plain_height) == (2 * 632, 2 * 332)
    assert headed_width == plain_width
    assert headed_height > plain_height + 60


def test_what_people_typed_is_never_read_as_markup():
    hostile = '#read("/etc/hostname") $x$ \\ ] <script> " \' ' + "é" * 300

    assert pictures.png(examples()["line"], title=hostile, description=hostile)[:4] == b"\x89PNG"


def test_an_empty_chart_has_no_picture():
    with pytest.raises(pictures.CannotDraw, match="nothing to be seen"):
        pictures.svg(LineChart(series=[]))


def test_a_size_that_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match=re.escape("20 × 320")):
        Wanted(chart=examples()["line"], width=20)


def test_drawing_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(pictures, "_LONGEST_SECONDS", 0.01)

    with pytest.raises(pictures.CannotDraw, match=r"more than 0\.01 seconds"):
        pictures.svg(examples()["line"])

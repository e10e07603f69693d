"""Documents: what people typed is set as it is, and read by nobody."""

import re
from datetime import date, timedelta

import pytest
from django.utils.translation import override

from jejak.backoffice import documents
from jejak.backoffice.charts import LineChart, Point, Series
from jejak.backoffice.documents import Document, Figure, Lines, Numbers, Paragraphs, Picture

HOSTILE = [
    '#read("/etc/passwd")',
    "#panic()",
    "$x$ = *a* _b_ @c",
    "```",
    "\\",
    '#import "@preview/x:1.0.0"',
    "<label>",
    "\0",
]


def chart() -> LineChart:
    points = [
        Point(at=date(2026, 1, 5) + timedelta(days=7 * i), value=30 + i, low=20, high=45, n=40)
        for i in range(8)
    ]
    return LineChart(series=[Series(name="NPS", points=points)])


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_typed_is_neither_markup_nor_a_file(text):
    made = documents.pdf(
        Document(
            title=text, subtitle=text, footer=text,
            parts=[
                Numbers(figures=[Figure(label=text, value=text, notes=[text])]),
                Lines(title=text, lines=[(text, text, text)], note=text),
                Lines(title=text, lines=[(text, "", text)], quoted=True),
                Paragraphs(title=text, texts=[text]),
            ],
        )
    )  # fmt: skip
    assert made.startswith(b"%PDF-")
    assert b"root:" not in made


def test_it_is_tagged_for_screen_readers_in_the_readers_language():
    with override("id"):
        made = documents.pdf(Document(title="Toko", parts=[Picture(title="NPS", chart=chart(), note="n")]))
    assert b"/StructTreeRoot" in made
    assert re.search(rb"/Lang ?\(id", made)
    assert b"pdfuaid:part" in made


def test_an_empty_chart_says_so_and_no_part_is_no_fault():
    empty = Picture(title="NPS", chart=LineChart(series=[]))
    assert documents.pdf(Document(title="x", parts=[empty])).startswith(b"%PDF-")
    assert documents.pdf(Document(title="", parts=[])).startswith(b"%PDF-")

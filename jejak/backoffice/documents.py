"""Documents as PDF: headings, numbers, charts with their tables, words of people. Set by Typst.

    documents.pdf(Document(title=_("Stores"), subtitle=_("Last 28 days"), parts=[Numbers(…), Picture(…), Quotes(…)]))

What people typed comes in as data and is set as plain text: it can neither be markup nor name a file, and the folder that
Typst may read holds nothing but the template. It is tagged, as PDF/UA-1 where the fonts have every sign, in the active
language, with the tables of all charts.
"""

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jejak.backoffice import pictures
from jejak.backoffice.charts import Chart, Table, Text

_FONTS = Path(__file__).resolve().parent / "static" / "vendor" / "plus-jakarta-sans"
_WIDTH, _HEIGHT = 760, 300
_MOST_ROWS = 60
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f]")
"""What is no sign at all."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number: its label, itself, and what stands under it (interval, n, change)."""

    label: Text
    value: str
    notes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Numbers side by side."""

    figures: Sequence[Figure]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A chart; its numbers stand in a table at the end."""

    title: Text
    chart: Chart
    note: Text = ""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """A heading and lines under it, each with what stands at its end and a smaller line below. quoted: words of people."""

    title: Text
    lines: Sequence[tuple[str, str, str]]
    quoted: bool = False
    note: Text = ""


@dataclass(frozen=True, kw_only=True)
class Paragraphs:
    """A text of plain paragraphs."""

    title: Text
    texts: Sequence[str]


Part = Numbers | Picture | Lines | Paragraphs


@dataclass(frozen=True, kw_only=True)
class Document:
    """What is to be set."""

    title: Text
    subtitle: Text = ""
    footer: Text = ""
    parts: Sequence[Part]


def pdf(document: Document) -> bytes:
    """Return the document as PDF. Raises pictures.CannotDraw."""
    drawable = [part for part in document.parts if isinstance(part, Picture) and not part.chart.empty()]
    drawn = pictures.draw(
        [pictures.Wanted(chart=part.chart, width=_WIDTH, height=_HEIGHT) for part in drawable]
    )
    svgs = {id(part): svg.decode() for part, svg in zip(drawable, drawn, strict=True)}
    asked = {
        "title": str(document.title) or "–",
        "subtitle": str(document.subtitle),
        "footer": str(document.footer),
        "language": get_language() or "en",
        "tables_title": _("The numbers of the charts"),
        "nothing": _("Nothing to show in this window yet."),
        "parts": [_part(part, svgs) for part in document.parts],
    }
    with tempfile.TemporaryDirectory(prefix="jejak-document-") as folder:
        sheet = Path(folder) / "sheet.typ"
        sheet.write_text(_SHEET)
        try:
            return _compiled(sheet, asked, standard="ua-1")
        except typst.TypstError:
            # A sign that no font here has (an emoji) is against the standard, and no reason to have no document.
            return _compiled(sheet, asked, standard=None)


def _compiled(sheet: Path, asked: dict[str, Any], *, standard: Literal["ua-1"] | None) -> bytes:
    made = typst.compile(
        sheet,
        root=sheet.parent,
        font_paths=[_FONTS],
        format="pdf",
        pdf_standards=standard,
        sys_inputs={"asked": json.dumps(_clean(asked))},
    )
    assert isinstance(made, bytes)
    return made


def _clean(held: Any) -> Any:
    if isinstance(held, dict):
        return {key: _clean(value) for key, value in held.items()}
    if isinstance(held, list):
        return [_clean(value) for value in held]
    return _CONTROLS.sub("", held) if isinstance(held, str) else held


def _part(part: Part, svgs: dict[int, str]) -> dict[str, Any]:
    if isinstance(part, Numbers):
        figures = [
            {"label": str(one.label), "value": one.value, "notes": list(one.notes)} for one in part.figures
        ]
        return {"kind": "numbers", "figures": figures}
    if isinstance(part, Picture):
        table = part.chart.table()
        return {
            "kind": "picture",
            "title": str(part.title),
            "note": str(part.note),
            "svg": svgs.get(id(part), ""),
            "alt": _("Chart: %(title)s. Its numbers stand in the table at the end.") % {"title": part.title},
            "columns": list(table.columns),
            "rows": [[cell.text for cell in row] for row in table.rows[:_MOST_ROWS]],
            "numeric": [is_number for _name, is_number in table.heads()],
            "cut": _cut(table),
        }
    if isinstance(part, Lines):
        return {
            "kind": "lines",
            "title": str(part.title),
            "note": str(part.note),
            "lines": [list(line) for line in part.lines],
            "quoted": part.quoted,
        }
    return {"kind": "text", "title": str(part.title), "texts": list(part.texts)}


def _cut(table: Table) -> str:
    if len(table.rows) <= _MOST_ROWS:
        return ""
    return _("The first %(shown)s of %(all)s rows.") % {"shown": _MOST_ROWS, "all": len(table.rows)}


_SHEET = """
#let asked = json(bytes(sys.inputs.asked))
#let ink = rgb("#1b2620")
#let soft = rgb("#56605a")
#let line = rgb("#e8e1d5")
#set document(title: asked.title)
#set text(font: "Plus Jakarta Sans", size: 9.5pt, fill: ink, lang: asked.language)
#set par(leading: 0.55em)
#set page(
  paper: "a4", margin: (x: 1.8cm, top: 1.8cm, bottom: 2cm),
  footer: context [
    #set text(size: 7.5pt, fill: soft)
    #asked.footer #h(1fr) #counter(page).display("1 / 1", both: true)
  ],
)
#show heading.where(level: 1): set text(size: 20pt, weight: 700)
#show heading.where(level: 2): set text(size: 12pt, weight: 700)
#show heading.where(level: 2): set block(above: 1.4em, below: 0.7em)
#let quiet(words) = text(size: 8pt, fill: soft, words)

#heading(level: 1, asked.title)
#if asked.subtitle != "" { text(fill: soft, asked.subtitle) }
#for part in asked.parts {
  if part.kind == "numbers" {
    grid(
      columns: (1fr,) * calc.min(4, part.figures.len()), gutter: 8pt,
      ..part.figures.map(one => block(
        width: 100%, inset: 9pt, radius: 6pt, stroke: 0.6pt + line, breakable: false,
        stack(
          spacing: 5pt, text(size: 8pt, fill: soft, weight: 600, one.label), text(size: 18pt, weight: 700, one.value),
          ..one.notes.map(quiet),
        ),
      )),
    )
  } else if part.kind == "picture" {
    if part.title != "" { heading(level: 2, part.title) }
    if part.svg != "" { image(bytes(part.svg), format: "svg", width: 100%, alt: part.alt) } else { quiet(asked.nothing) }
    if part.note != "" { quiet(part.note) }
  } else if part.kind == "lines" {
    if part.title != "" { heading(level: 2, part.title) }
    for entry in part.lines {
      if part.quoted {
        let said = [#entry.at(0) #linebreak() #quiet(entry.at(2))]
        block(inset: (left: 8pt), stroke: (left: 2pt + line), breakable: false, said)
      } else {
        block(breakable: false, width: 100%)[
          #text(weight: 600, entry.at(0)) #h(1fr) #text(weight: 700, entry.at(1))
          #if entry.at(2) != "" { linebreak(); quiet(entry.at(2)) }
        ]
      }
    }
    if part.note != "" { quiet(part.note) }
  } else {
    if part.title != "" { heading(level: 2, part.title) }
    for words in part.texts { par(words) }
  }
}
#let charts = asked.parts.filter(part => part.kind == "picture" and part.rows.len() > 0)
#if charts.len() > 0 {
  pagebreak()
  heading(level: 2, asked.tables_title)
  for part in charts {
    if part.title != "" { heading(level: 3, part.title) }
    set text(size: 8pt)
    table(
      columns: (1fr,) + (auto,) * (part.columns.len() - 1), stroke: (bottom: 0.4pt + line), inset: (x: 4pt, y: 3pt),
      align: (column, row) => if part.numeric.at(column) { right } else { left },
      table.header(..part.columns.map(name => text(weight: 700, name))),
      ..part.rows.flatten(),
    )
    if part.cut != "" { quiet(part.cut) }
  }
}
"""

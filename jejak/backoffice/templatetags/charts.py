"""`{% load charts %}{% chart "line" data title=_("NPS by week") %}`: a chart and its table (charts.py)."""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from jejak.backoffice.charts import BadChart, Chart, Table, TableCell

register = template.Library()


@register.inclusion_tag("backoffice/components/chart.html", takes_context=True)
def chart(
    context: RequestContext,
    kind: str,
    data: Chart,
    title: str,
    *,
    description: str = "",
    height: str = "m",
    level: int = 3,
    name: str = "",
) -> dict[str, Any]:
    """Show a chart.

    kind: line, bar, funnel, sankey, heatmap or timeline; it must be that of the data.
    height: s, m or l. level: of its heading. name: begins its ids; made up where it is missing.
    """
    if data.kind != kind:
        raise BadChart(f"This is a {data.kind} chart, not a {kind} chart.")
    # Counting per page keeps ids unique, and the same page the same.
    count = (context.render_context.get("charts") or 0) + 1
    context.render_context["charts"] = count
    return {
        "kind": kind,
        "title": title,
        "description": description,
        "height": height,
        "level": level,
        "id": name or f"chart-{_prefix(context)}{count}",
        "empty": data.empty(),
        "payload": data.payload(),
        "table": (table := data.table()),
        "body": _body(table),
    }


def _body(table: Table) -> SafeString:
    """The rows under a chart. There may be a thousand cells: a template takes ten times as long for them."""
    return mark_safe("\n".join(f"<tr>{''.join(map(_cell, row, range(len(row))))}</tr>" for row in table.rows))


def _cell(cell: TableCell, position: int) -> str:
    text: str = escape(cell.text)
    raw = escape(cell.for_machines())
    if cell.href:
        text = f'<a href="{escape(cell.href)}">{text}</a>'
    if not position:
        return f'<th scope="row" data-raw="{raw}">{text}</th>'
    number = ' class="jk-table__number"' if cell.number else ""
    return f'<td data-raw="{raw}"{number}>{text}</td>'


def _prefix(context: RequestContext) -> str:
    """Parts of a page that come by themselves must not repeat the ids of the page they come into."""
    request = context.get("request")
    target = request.headers.get("HX-Target", "") if request else ""
    return f"{target}-" if target else ""

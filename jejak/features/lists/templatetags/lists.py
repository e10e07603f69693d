"""`{% load lists %}`: values of records. Written in Python: a list has hundreds, and templates take ten times as long."""

from collections.abc import Sequence
from datetime import datetime

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from jejak.backoffice.templatetags.backoffice import avatar, jk_icon, moment, pill
from jejak.features.lists.showing import Row, Shown
from jejak.records.kinds import Kind

register = template.Library()

_LONGEST = 160


@register.filter
def value(shown: Shown) -> SafeString:
    """Show one value of a record: {{ shown|value }}."""
    cell, text = shown.cell, shown.cell.text
    if not text:
        return SafeString("")
    match shown.how:
        case "pills":
            pills = format_html_join("", "{}", ((pill(word),) for word in shown.words))
            return format_html('<span class="ls-pills">{}</span>', pills)
        case "flag" if cell.value is True:
            return format_html('<span class="ls-flag">{}{}</span>', jk_icon("check"), text)
        case "email":
            return format_html('<a href="mailto:{}">{}</a>', cell.value, text)
        case "phone":
            return format_html('<a href="tel:{}">{}</a>', cell.value, text)
        case "link":
            short = text.removeprefix("https://").removeprefix("http://")
            sign = jk_icon("arrow-square-out")
            return format_html(
                '<a href="{}" rel="noopener noreferrer" target="_blank">{}{}</a>', cell.value, short, sign
            )
        case "moment":
            return format_html("{}", moment(datetime.fromisoformat(str(cell.value))))
        case "staff":
            return format_html('<span class="ls-who">{}{}</span>', avatar(text, size="s"), text)
        case "long_text":
            short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
            return format_html('<span class="ls-long">{}</span>', short)
    if cell.link:
        return format_html('<a href="{}">{}</a>', cell.link, text)
    return format_html("{}", text)


@register.simple_tag
def list_rows(kind: Kind, rows: Sequence[Row]) -> SafeString:
    """Show the rows of a list."""
    select = gettext("Select %(title)s")
    edit = reverse("lists:edit", args=[kind.key, 0])
    return format_html_join("\n", "{}", ((_row(kind, row, select, edit),) for row in rows))


def _row(kind: Kind, row: Row, select: str, edit: str) -> SafeString:
    cells = format_html_join(
        "",
        '<td{} data-label="{}">{}</td>',
        (
            (SafeString(' class="jk-table__number"' if one.is_number else ""), one.label, value(one))
            for one in row.cells
        ),
    )
    return format_html(
        '<tr class="ls-row" data-id="{}" data-edit="{}"><td class="ls-pick"><label><span class="jk-hidden">{}</span>'
        '<input type="checkbox" name="id" value="{}" form="ls-bulk"></label></td>'
        '<th scope="row"><span class="ls-title">{}<a href="{}" data-open>{}</a>{}</span></th>{}</tr>',
        row.pk,
        edit.replace("/0/", f"/{row.pk}/"),
        select % {"title": row.title},
        row.pk,
        avatar(row.title, size="s") if kind.key == "person" else "",
        row.link,
        row.title,
        _demo() if row.is_sample else "",
        cells,
    )


def _demo() -> SafeString:
    word = gettext("Demo")
    return format_html('<span class="ls-demo" title="{}">{}</span>', word, jk_icon("flask", label=word))

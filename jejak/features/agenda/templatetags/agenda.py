"""`{% load agenda %}`: notes with their links and mentions."""

import re

from django import template
from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe

from jejak.features.agenda.models import Note

register = template.Library()
_MENTION = re.compile(r"(?<![\w@./&;])@([\w.+-]*\w)")


@register.filter
def note_text(note: Note) -> SafeString:
    """{{ note|note_text }}: its lines, web addresses as links, mentions marked."""
    linked = urlize(escape(note.text), nofollow=True, autoescape=False)
    # Between tags only: an address such as https://x.example/@siti is left alone.
    parts = re.split(r"(<a [^>]*>.*?</a>)", linked, flags=re.DOTALL)
    marked = [part if part.startswith("<a ") else _MENTION.sub(_mark, part) for part in parts]
    return mark_safe("".join(marked).replace("\n", "<br>"))  # Escaped above.


def _mark(found: "re.Match[str]") -> str:
    return f'<span class="ag-mention">@{found[1]}</span>'

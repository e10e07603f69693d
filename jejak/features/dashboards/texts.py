"""Texts of tiles: what staff wrote, with headings, lists, bold words and links, and nothing else."""

import re

from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe


def written(text: str) -> SafeString:
    """Return a text as HTML: "# " begins a heading, "- " an entry of a list, **bold** is bold, an address a link."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return mark_safe("".join(_block(block) for block in blocks if block.strip()))  # Each line is escaped.


def _block(block: str) -> str:
    lines = [line.strip() for line in block.splitlines()]
    if all(line.startswith("- ") for line in lines):
        return f"<ul>{''.join(f'<li>{_line(line[2:])}</li>' for line in lines)}</ul>"
    if lines[0].startswith("# "):
        rest = _block("\n".join(lines[1:])) if len(lines) > 1 else ""
        return f"<h3>{_line(lines[0][2:])}</h3>{rest}"
    return f"<p>{'<br>'.join(map(_line, lines))}</p>"


def _line(line: str) -> str:
    # Escaped by hand before: urlize() would leave what looks escaped already.
    linked = urlize(escape(line), nofollow=True, autoescape=False)
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", linked)

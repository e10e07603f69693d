"""What the reading process said, in the language of whoever reads the page."""

from typing import Any

import msgspec
from django.utils.translation import gettext

from jejak.common.sheets.sayings import Saying


def of(said: Saying | dict[str, Any]) -> str:
    """Return a sentence in the active language; one that nobody translated stays English."""
    said = said if isinstance(said, Saying) else msgspec.convert(said, Saying)
    text = gettext(said.text)
    if not said.values:
        return text
    return text % {name: of(value) if isinstance(value, Saying) else value for name, value in said.values}


def of_counted(held: Any) -> list[tuple[str, int]]:
    """Return sentences with how often each was said."""
    return [(of(said), times) for said, times in msgspec.convert(held or [], list[tuple[Saying, int]])]


def of_error(kept: str) -> str:
    """Return why an import failed, as running.kept() wrote it."""
    try:
        return of(msgspec.json.decode(kept, type=Saying))
    except msgspec.DecodeError:
        return kept

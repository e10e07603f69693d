"""Files as rows: what common.sheets reads, and JSON beside it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from jejak.common.sheets import reading
from jejak.common.sheets.file import File
from jejak.common.sheets.reading import REJECT_COLUMNS, format_of
from jejak.common.sheets.tables import Source, Table, Unreadable
from jejak.features.imports import objects

__all__ = ["REJECT_COLUMNS", "format_of", "opened"]


@contextmanager
def opened(path: Path, file: File) -> Iterator[Table]:
    """Open a file and give its columns and rows. Raises Unreadable, here or while the rows are read."""
    format = format_of(path, file)
    if format not in {"jsonl", "json"}:
        with reading.opened(path, file) as table:
            yield table
        return
    try:
        raw = path.open("rb")
    except OSError as error:
        raise Unreadable("%(file)s: %(why)s.", file=path.name, why=error.strerror or error) from error
    with raw, closing(Source(path.name, raw)) as source:
        yield objects.open_objects(source, format)

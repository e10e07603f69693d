"""Files as rows: CSV, TSV, Parquet, Excel, packed or not, clean or not."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from jejak.common.sheets import books, lines
from jejak.common.sheets.file import File
from jejak.common.sheets.sayings import gettext_noop as _
from jejak.common.sheets.tables import Block, Source, Table, Unreadable

REJECT_COLUMNS = ["reject_file", "reject_line", "reject_reason"]
"""What a rejects file begins each row with. Mended, it can be imported itself: they are left out then."""
_FORMATS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "excel",
    ".xls": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".ods": "excel",
}


@contextmanager
def opened(path: Path, file: File) -> Iterator[Table]:
    """Open a file and give its columns and rows. Raises Unreadable, here or while the rows are read."""
    format = format_of(path, file)
    try:
        raw = path.open("rb")
    except OSError as error:
        raise Unreadable("%(file)s: %(why)s.", file=path.name, why=error.strerror or error) from error
    with raw:
        if format in {"csv", "tsv"}:
            with closing(Source(path.name, raw)) as source:
                yield _without_reasons(lines.open_lines(source, file, format))
        else:
            yield (
                books.open_parquet(path, raw) if format == "parquet" else books.open_excel(path, raw, file)
            )


def format_of(path: Path, file: File) -> str:
    """Return the format of a file, by the mapping or by its name. Raises Unreadable."""
    if file.format is not None:
        return file.format
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    found = _FORMATS.get(suffixes[-1] if suffixes else "")
    if found is None:
        text = _("%(file)s: the name does not tell the format. Say file.format, or use one of %(known)s.")
        raise Unreadable(text, file=path.name, known=", ".join(_FORMATS))
    return found


def _without_reasons(table: Table) -> Table:
    many = len(REJECT_COLUMNS)
    if table.columns is None or table.columns[:many] != REJECT_COLUMNS:
        return table

    def blocks(given: Iterator[Block]) -> Iterator[Block]:
        for block in given:
            block.rows = [row[many:] for row in block.rows]
            yield block

    table.columns, table.blocks = table.columns[many:], blocks(table.blocks)
    return table

"""Parquet and Excel: files that hold their types."""

import math
from collections.abc import Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Any

from jejak.common.sheets.file import File
from jejak.common.sheets.sayings import gettext_noop as _
from jejak.common.sheets.sayings import saying
from jejak.common.sheets.tables import BLOCK_ROWS, Block, Fault, Table, Unreadable, names_of


def open_parquet(path: Path, raw: BufferedReader) -> Table:
    import pyarrow as pa  # Half a second that a CSV file need not wait for.
    import pyarrow.parquet as pq

    try:
        opened = pq.ParquetFile(raw)
    except pa.ArrowException as error:
        raise Unreadable(
            _("%(file)s: it is not a Parquet file: %(why)s."), file=path.name, why=error
        ) from error
    schema, size = opened.schema_arrow, path.stat().st_size
    flat = pa.table({field.name: pa.array([], field.type) for field in schema}).flatten()
    nested = flat.column_names != schema.names

    def blocks() -> Iterator[Block]:
        done, total = 0, max(1, opened.metadata.num_rows)
        try:
            for batch in opened.iter_batches(batch_size=BLOCK_ROWS):
                table = pa.table(batch)
                while nested and any(pa.types.is_struct(column.type) for column in table.columns):
                    table = table.flatten()
                rows = [
                    list(row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)
                ]
                lines = list(range(done + 1, done + len(rows) + 1))
                done += len(rows)
                yield Block(rows, lines, [], size * done // total)
        except (pa.ArrowException, OSError, ValueError) as error:
            text = _("%(file)s: the file is broken after row %(row)s: %(why)s.")
            raise Unreadable(text, file=path.name, row=done, why=error) from error

    while any(pa.types.is_struct(column.type) for column in flat.columns):
        flat = flat.flatten()
    return Table(columns=names_of(flat.column_names), blocks=blocks(), format="parquet")


def open_excel(path: Path, raw: BufferedReader, file: File) -> Table:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(raw)
        wanted = file.sheet if file.sheet is not None else 0
        if isinstance(wanted, str) and wanted not in book.sheet_names:
            text = _("%(file)s: there is no sheet %(sheet)s; there are %(sheets)s.")
            raise Unreadable(text, file=path.name, sheet=repr(wanted), sheets=", ".join(book.sheet_names))
        sheet = book.get_sheet_by_name(wanted) if isinstance(wanted, str) else book.get_sheet_by_index(wanted)
        cells = iter(sheet.to_python(skip_empty_area=False))
    except (CalamineError, IndexError, ValueError) as error:
        raise Unreadable(
            _("%(file)s: it is not an Excel file that can be read: %(why)s."), file=path.name, why=error
        ) from error
    size = path.stat().st_size
    number = 0
    columns = file.columns
    for number, header in enumerate(cells, start=1):
        if number >= max(1, file.header_line) and any(cell not in ("", None) for cell in header):
            columns = columns or names_of(_without_empty_end(header))
            break
    if columns is None:
        raise Unreadable(_("%(file)s: the sheet is empty."), file=path.name)
    width, begun, total = len(columns), number, max(1, sheet.total_height)

    def blocks() -> Iterator[Block]:
        block = Block([], [], [], 0)
        for line, cells_of_row in enumerate(cells, start=begun + 1):
            row = [None if cell == "" else cell for cell in cells_of_row[:width]]
            if any(cell not in ("", None) for cell in cells_of_row[width:]):
                reason = saying(
                    _("the row has cells beyond the %(width)s columns of the header."), width=width
                )
                block.faults.append(Fault(line, reason, "\t".join(map(str, cells_of_row))))
            elif any(cell is not None for cell in row):
                block.rows.append(row + [None] * (width - len(row)))
                block.lines.append(line)
            if len(block.rows) >= BLOCK_ROWS:
                block.bytes_read = math.floor(size * line / total)
                yield block
                block = Block([], [], [], 0)
        block.bytes_read = size
        yield block

    return Table(columns=columns, blocks=blocks(), format="excel")


def _without_empty_end(header: Sequence[Any]) -> Sequence[Any]:
    last = max((position for position, cell in enumerate(header) if cell not in ("", None)), default=-1)
    return header[: last + 1]

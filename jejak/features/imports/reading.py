"""Files as rows: CSV, TSV, JSON Lines, Parquet, Excel, packed or not, clean or not."""

import codecs
import csv
import gzip
import io
import math
import zlib
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import IO, Any

import msgspec

from jejak.features.imports.mapping import File
from jejak.features.imports.sayings import Saying, Told, saying
from jejak.features.imports.sayings import gettext_noop as _
from jejak.features.imports.values import Record, Row

REJECT_COLUMNS = ["reject_file", "reject_line", "reject_reason"]
"""What a rejects file begins each row with. Mended, it can be imported itself: they are left out then."""
_SAMPLE_BYTES = 256 * 1024
_LONGEST_CELL = 1024 * 1024
_BLOCK_ROWS = 2_000
_DELIMITERS = ",;\t|"
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


class Unreadable(Told):
    """The file, or what is left of it, cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the file that is no row. text: as it stands there."""

    line: int
    reason: Saying
    text: str


@dataclass(slots=True)
class Block:
    """Some rows, the line each begins on, and what was no row. bytes_read: of the file on the disk."""

    rows: list[Row]
    lines: list[int]
    faults: list[Fault]
    bytes_read: int


@dataclass(kw_only=True)
class Table:
    """A file opened for reading. columns: None where each row brings its own. told: what was noticed."""

    columns: list[str] | None
    blocks: Iterator[Block]
    format: str
    encoding: str = ""
    delimiter: str = ""
    told: Counter[Saying] = field(default_factory=Counter)


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
            with closing(_Source(path.name, raw)) as source:
                yield _without_reasons(_open_text(source, file, format))
        elif format in {"jsonl", "json"}:
            with closing(_Source(path.name, raw)) as source:
                yield _open_json(source, format)
        else:
            yield _open_parquet(path, raw) if format == "parquet" else _open_excel(path, raw, file)


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


# Text


class _Source:
    """The bytes of a file, unpacked, and how far it was read as it lies on the disk."""

    def __init__(self, name: str, raw: BufferedReader) -> None:
        self._raw = raw
        packed = self._raw.peek(2)[:2] == b"\x1f\x8b"
        self.bytes: IO[bytes] = gzip.GzipFile(fileobj=self._raw) if packed else self._raw  # type: ignore[assignment]
        self.name = name
        self._text: io.TextIOWrapper | None = None

    def sample(self) -> bytes:
        """Return how the file begins, and go back to its beginning."""
        try:
            begin = self.bytes.read(_SAMPLE_BYTES)
            self.bytes.seek(0)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Unreadable(
                _("%(file)s: the packed file is broken: %(why)s."), file=self.name, why=error
            ) from error
        return begin

    def text(self, encoding: str) -> io.TextIOWrapper:
        """Return the file as text. Raises LookupError."""
        self._text = io.TextIOWrapper(self.bytes, encoding=encoding, errors=_errors(encoding), newline="")
        return self._text

    def close(self) -> None:
        """Close the file."""
        if self._text is not None:
            self._text.close()
        self.bytes.close()

    def read_so_far(self) -> int:
        return self._raw.tell()


def encoding_of(sample: bytes) -> str:
    """Return the encoding that the beginning of a file speaks for."""
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


_STRAY_BYTES = Saying(_("bytes that were not of the encoding were read as Windows-1252"))


class _Undecodable:
    """Reads bytes that are not of the file's encoding as Windows-1252, and counts them: nothing is lost."""

    name = "jejak-as-cp1252"
    told: Counter[Saying]

    @classmethod
    def handle(cls, error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        bad = error.object[error.start : error.end]
        cls.told[_STRAY_BYTES] += len(bad)
        return "".join(_CP1252[byte] for byte in bad), error.end


_CP1252 = [bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(256)]
codecs.register_error(_Undecodable.name, _Undecodable.handle)


def delimiter_of(sample: str, quote: str) -> str:
    """Return the delimiter that cuts the first lines into the same number of fields, the more the better."""
    best, most = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, quotechar=quote))[
                :50
            ]
        except csv.Error:
            continue
        counts = Counter(len(row) for row in rows[:-1] or rows if row)
        if not counts:
            continue
        width, times = counts.most_common(1)[0]
        weight = (width - 1) * times / counts.total()
        if weight > most:
            best, most = delimiter, weight
    return best


class _Lines:
    """Lines of a text, which can be given back to be read again."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self.number = 0
        self.taken: list[str] = []
        self.holds_nul = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._text)
        self.number += 1
        self.taken.append(line)
        if "\x00" in line:
            self.holds_nul = True
        return line

    def take(self, most: int) -> list[str]:
        """Return the next lines, fewer only at the end."""
        found = [self._again.popleft() for __ in range(min(most, len(self._again)))]
        found += islice(self._text, most - len(found))
        self.number += len(found)
        return found

    def put_back(self, lines: Sequence[str]) -> None:
        """Let the lines come again."""
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)

    def give_back(self) -> str:
        """Return the first line taken of late; all others will come again."""
        first, rest = self.taken[0], self.taken[1:]
        self.put_back(rest)
        self.taken = []
        return first


def _open_text(source: _Source, file: File, format: str) -> Table:
    sample = source.sample()
    encoding = file.encoding or encoding_of(sample)
    told: Counter[Saying] = Counter()
    _Undecodable.told = told
    try:
        begin = sample.decode(encoding, errors="replace")
        text = source.text(encoding)
    except LookupError:
        raise Unreadable(
            _("%(file)s: %(encoding)s is no encoding."), file=source.name, encoding=encoding
        ) from None
    if begin.startswith("\ufeff"):
        begin = begin[1:]
    delimiter = file.delimiter or ("\t" if format == "tsv" else delimiter_of(begin, file.quote))
    csv.field_size_limit(_LONGEST_CELL)
    lines = _Lines(text)
    for __ in range(file.header_line - 1):
        next(lines, None)
    reader = csv.reader(lines, delimiter=delimiter, quotechar=file.quote)
    columns = file.columns
    if file.header_line:
        lines.taken.clear()
        header = next((row for row in reader if any(cell.strip() for cell in row)), None)
        if header is None:
            raise Unreadable(_("%(file)s: the file is empty."), file=source.name)
        columns = columns or names_of(header)
        if len(columns) != len(header):
            says = _("%(file)s: file.columns names %(named)s columns, the file has %(found)s.")
            raise Unreadable(says, file=source.name, named=len(columns), found=len(header))
    assert columns is not None
    table = Table(
        columns=columns, blocks=iter(()), format=format, encoding=encoding, delimiter=delimiter, told=told
    )
    table.blocks = _text_blocks(source, lines, reader.dialect, len(columns), file)
    return table


def _errors(encoding: str) -> str:
    # UTF-16 that is broken stays broken: byte by byte it would become Chinese.
    return "replace" if encoding.lower().startswith("utf-16") else _Undecodable.name


def names_of(header: Sequence[Any]) -> list[str]:
    """Return the names of the columns: never empty, never twice the same."""
    names: list[str] = []
    for position, cell in enumerate(header, start=1):
        name = str("" if cell is None else cell).strip().replace("\x00", "") or f"column {position}"
        unique, count = name, 1
        while unique in names:
            count += 1
            unique = f"{name} ({count})"
        names.append(unique)
    return names


def _text_blocks(source: _Source, lines: _Lines, dialect: Any, width: int, file: File) -> Iterator[Block]:
    ended = False
    while not ended:
        try:
            block = _clean_block(lines, dialect, width)
            if block is None:
                block, ended = _block(lines, dialect, width, file.ragged == "fill")
            elif not block.rows:
                ended = True
        except (EOFError, zlib.error, OSError, UnicodeError) as error:
            text = _("%(file)s: the file is broken after line %(line)s: %(why)s.")
            raise Unreadable(text, file=source.name, line=lines.number, why=error) from error
        block.bytes_read = source.read_so_far()
        yield block


def _clean_block(lines: _Lines, dialect: Any, width: int) -> Block | None:
    """Return the next rows where each is one line of the right width; None, and nothing taken, where not."""
    begun = lines.number + 1
    taken = lines.take(_BLOCK_ROWS)
    try:
        rows = list(csv.reader(taken, dialect=dialect))
    except csv.Error:
        rows = []
    clean = len(rows) == len(taken) and all(len(row) == width for row in rows)
    # A last row that is not at its end has the end of the line in its last cell.
    if clean and not (rows and rows[-1][-1].endswith(("\n", "\r"))) and "\x00" not in "".join(taken):
        return Block(rows, list(range(begun, begun + len(rows))), [], 0)
    lines.put_back(taken)
    return None


def _block(lines: _Lines, dialect: Any, width: int, fill: bool) -> tuple[Block, bool]:
    """Return the next rows, one by one, with what is wrong between them, and whether the file has ended."""
    block = Block([], [], [], 0)
    reader = csv.reader(lines, dialect=dialect)
    while len(block.rows) + len(block.faults) < _BLOCK_ROWS:
        begun = lines.number + 1
        lines.taken.clear()
        lines.holds_nul = False
        fault: Saying | None = None
        try:
            row = next(reader)
        except StopIteration:
            return block, True
        except csv.Error as error:
            row, fault = [], saying(_("the line cannot be cut into fields: %(why)s."), why=error)
        if row and len(row) != width:
            row, fault = _ragged(row, width, fill)
        if row and row[-1].endswith(("\n", "\r")) and not _closed(lines.taken, dialect):
            fault = _NOT_CLOSED
        if lines.holds_nul:
            fault = _NUL
        if fault:
            if len(lines.taken) > 1 and fault is not _NOT_CLOSED:
                fault = saying(
                    _("%(fault)s A quotation mark on this line is perhaps not closed."), fault=fault
                )
            block.faults.append(Fault(begun, fault, lines.give_back().rstrip("\r\n")))
            # The reader may stand in the middle of a field; a new one begins afresh.
            reader = csv.reader(lines, dialect=dialect)
        elif row:
            block.rows.append(row)
            block.lines.append(begun)
    return block, False


_NOT_CLOSED = Saying(_("the line has a quotation mark that is not closed."))
_NUL = Saying(_("the line holds a NUL character, which no text has."))


def _closed(taken: Sequence[str], dialect: Any) -> bool:
    try:
        return bool(list(csv.reader(taken, dialect=dialect, strict=True)))
    except csv.Error as error:
        return "unexpected end" not in str(error)


def _ragged(row: list[str], width: int, fill: bool) -> tuple[list[str], Saying | None]:
    """Return the row with the right number of fields, or why it has not."""
    if len(row) > width and not any(row[width:]):
        return row[:width], None  # Delimiters at the end of the line.
    if fill and len(row) < width:
        return row + [""] * (width - len(row)), None
    return row, saying(
        _("the line has %(fields)s fields, the header has %(width)s."), fields=len(row), width=width
    )


# JSON


def _open_json(source: _Source, format: str) -> Table:
    begin = source.sample().lstrip()
    blocks = _json_list(source) if format == "json" or begin.startswith(b"[") else _json_lines(source)
    return Table(columns=None, blocks=blocks, format=format, encoding="utf-8")


def _json_lines(source: _Source) -> Iterator[Block]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    block = Block([], [], [], 0)
    try:
        for number, line in enumerate(source.bytes, start=1):
            text = line.strip().removeprefix(codecs.BOM_UTF8)
            if not text:
                continue
            try:
                block.rows.append(_flat(decode(text)))
                block.lines.append(number)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                reason = saying(_("the line is not a JSON object: %(why)s."), why=str(error)[:200])
                block.faults.append(Fault(number, reason, text.decode(errors="replace")))
            if len(block.rows) >= _BLOCK_ROWS or len(block.faults) >= _BLOCK_ROWS:
                block.bytes_read = source.read_so_far()
                yield block
                block = Block([], [], [], 0)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield block
        raise Unreadable(
            _("%(file)s: the packed file is broken: %(why)s."), file=source.name, why=error
        ) from error
    block.bytes_read = source.read_so_far()
    yield block


def _json_list(source: _Source) -> Iterator[Block]:
    try:
        found = msgspec.json.decode(source.bytes.read())
    except (
        msgspec.DecodeError,
        UnicodeDecodeError,
        RecursionError,
        EOFError,
        zlib.error,
        gzip.BadGzipFile,
    ) as error:
        raise Unreadable(_("%(file)s: it is not JSON: %(why)s."), file=source.name, why=error) from error
    if not isinstance(found, list):
        raise Unreadable(_("%(file)s: it holds one JSON value, not a list of objects."), file=source.name)
    for begin in range(0, max(1, len(found)), _BLOCK_ROWS):
        block = Block([], [], [], source.read_so_far())
        for number, one in enumerate(found[begin : begin + _BLOCK_ROWS], start=begin + 1):
            if isinstance(one, dict):
                block.rows.append(_flat(one))
                block.lines.append(number)
            else:
                block.faults.append(Fault(number, Saying(_("it is not a JSON object.")), str(one)))
        yield block


def _flat(found: dict[str, Any], before: str = "", into: Record | None = None) -> Record:
    """Return an object with its inner objects' keys as `outer.inner`."""
    record = Record() if into is None else into
    for key, value in found.items():
        if isinstance(value, dict) and value:
            _flat(value, f"{before}{key}.", record)
        else:
            record[before + key] = value
    return record


# Parquet and Excel


def _open_parquet(path: Path, raw: BufferedReader) -> Table:
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
            for batch in opened.iter_batches(batch_size=_BLOCK_ROWS):
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


def _open_excel(path: Path, raw: BufferedReader, file: File) -> Table:
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
            if len(block.rows) >= _BLOCK_ROWS:
                block.bytes_read = math.floor(size * line / total)
                yield block
                block = Block([], [], [], 0)
        block.bytes_read = size
        yield block

    return Table(columns=columns, blocks=blocks(), format="excel")


def _without_empty_end(header: Sequence[Any]) -> Sequence[Any]:
    last = max((position for position, cell in enumerate(header) if cell not in ("", None)), default=-1)
    return header[: last + 1]

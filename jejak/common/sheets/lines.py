"""CSV and TSV, clean or not."""

import codecs
import csv
import io
import zlib
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from jejak.common.sheets.file import File
from jejak.common.sheets.sayings import Saying, saying
from jejak.common.sheets.sayings import gettext_noop as _
from jejak.common.sheets.tables import BLOCK_ROWS, Block, Fault, Source, Table, Unreadable, names_of

_LONGEST_CELL = 1024 * 1024
_DELIMITERS = ",;\t|"


def open_lines(source: Source, file: File, format: str) -> Table:
    sample = source.sample()
    encoding = file.encoding or encoding_of(sample)
    told: Counter[Saying] = Counter()
    _Undecodable.told = told
    try:
        begin = sample.decode(encoding, errors="replace")
        text = source.text(encoding, _errors(encoding))
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


def _text_blocks(source: Source, lines: _Lines, dialect: Any, width: int, file: File) -> Iterator[Block]:
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
    taken = lines.take(BLOCK_ROWS)
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
    while len(block.rows) + len(block.faults) < BLOCK_ROWS:
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

"""What every kind of file is read as: blocks of rows, and what between them was no row."""

import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BufferedReader
from typing import IO, Any

from jejak.common.sheets.sayings import Saying, Told
from jejak.common.sheets.sayings import gettext_noop as _

Row = Any
"""A list of cells in the order of the columns, or a record of its own columns."""
BLOCK_ROWS = 2_000
_SAMPLE_BYTES = 256 * 1024


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


class Source:
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

    def text(self, encoding: str, errors: str) -> io.TextIOWrapper:
        """Return the file as text. Raises LookupError."""
        self._text = io.TextIOWrapper(self.bytes, encoding=encoding, errors=errors, newline="")
        return self._text

    def close(self) -> None:
        """Close the file."""
        if self._text is not None:
            self._text.close()
        self.bytes.close()

    def read_so_far(self) -> int:
        return self._raw.tell()


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

"""Duplicates in a file of comma-separated values: read it, find them, write them."""

import csv
import gzip
import io
import itertools
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from jejak.features.duplicates.matching import guessing
from jejak.features.duplicates.matching.kinds import Column, Kind
from jejak.features.duplicates.wording import AGREEMENTS

_LOOKED_AT = 1_000
_AT_ONCE = 20_000
_LONGEST_LINE = 1_000_000
_SEPARATORS = ",;\t|"


class BadFile(Exception):
    """The file cannot be read as a table, or has not the column asked for. The message says which and where."""


@dataclass(frozen=True)
class Plan:
    """How a file is read: its columns, which of them names a record, and which tells the truth."""

    header: list[str]
    columns: list[Column]
    id_column: str | None
    truth: str | None


@dataclass(frozen=True)
class Scored:
    """The pairs found, compared to the truth that the file tells."""

    true_pairs: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """Return which share of the pairs found is true."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Return which share of the true pairs was found."""
        return self.right / self.true_pairs if self.true_pairs else 0.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def plan(path: Path, *, kinds: Sequence[str], id_column: str | None, truth: str | None) -> Plan:
    """Return how to read a file. Raises BadFile.

    kinds: `column=kind` or `column`, as typed. What was not said is guessed; without any, of all columns.
    """
    with _opened(path) as lines:
        header, rows = _header_and_rows(lines, path)
        looked_at = list(itertools.islice(rows, _LOOKED_AT))
    for name in (id_column, truth):
        if name is not None and name not in header:
            raise BadFile(_no_column(name, header, path))
    told = _told(kinds, header, looked_at, path)
    if not kinds and guessing.looks_like_values(header):
        raise BadFile(
            f"The first line of {path} looks like a record: {_listed(header)}. It must name the columns, such as name,phone."
        )
    id_column = id_column or guessing.record_id(
        *_without(header, looked_at, [truth, *(column.name for column in told if kinds)])
    )
    columns = [
        column for column in told if column.kind != Kind.IGNORE and column.name not in (id_column, truth)
    ]
    if not columns:
        raise BadFile(
            f"Nothing in {path} to compare: say what its columns hold, such as --columns {header[0] or header[-1]}=name."
        )
    return Plan(header, columns, id_column, truth)


def rows_of(path: Path) -> Iterator[list[str]]:
    """Yield the rows of a file, each as long as its header. Raises BadFile."""
    with _opened(path) as lines:
        yield from _header_and_rows(lines, path)[1]


def batches(path: Path, planned: Plan) -> Iterator[tuple[list[int], list[list[str]], list[str], list[str]]]:
    """Yield some rows at a time: their places, the cells of each column, and the ids and truths of the rows."""
    at = [column.place for column in planned.columns]
    id_at = planned.header.index(planned.id_column) if planned.id_column else None
    truth_at = planned.header.index(planned.truth) if planned.truth else None
    rows = rows_of(path)
    start = 0
    while some := list(itertools.islice(rows, _AT_ONCE)):
        places = list(range(start, start + len(some)))
        ids = [
            row[id_at] if id_at is not None else str(place + 1)
            for place, row in zip(places, some, strict=True)
        ]
        truths = [row[truth_at] for row in some] if truth_at is not None else []
        yield places, [[row[i] for row in some] for i in at], ids, truths
        start += len(some)


def write(out: TextIO, pairs: Iterable[tuple[str, str, float, dict[str, str]]]) -> int:
    """Write the pairs with their reasons, and return how many they were."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["left", "right", "probability", "reasons"])
    count = 0
    for left, right, probability, agreements in pairs:
        reasons = "; ".join(f"{column}: {AGREEMENTS[how]}" for column, how in agreements.items())
        writer.writerow([left, right, f"{probability:.4f}", reasons])
        count += 1
    return count


def score(pairs: Iterable[tuple[int, int]], truths: Sequence[str]) -> Scored:
    """Compare pairs of places with the truth: who has the same one is the same; an empty one is nobody's."""
    counts: dict[str, int] = {}
    for truth in truths:
        if truth:
            counts[truth] = counts.get(truth, 0) + 1
    found = right = 0
    for one, other in pairs:
        found += 1
        right += bool(truths[one]) and truths[one] == truths[other]
    return Scored(sum(n * (n - 1) // 2 for n in counts.values()), found, right)


def _told(
    kinds: Sequence[str], header: Sequence[str], rows: Sequence[Sequence[str]], path: Path
) -> list[Column]:
    if not kinds:
        return guessing.guess(header, rows)
    said = dict(_column_and_kind(one, header, path) for one in _each(kinds, header))
    places = [header.index(name) for name in said]
    guessed = guessing.guess(list(said), [[row[i] for i in places] for row in rows], named=True)
    told = {column.name: said[column.name] or column.kind for column in guessed}
    names = [name for name, kind in said.items() if kind == Kind.NAME]
    if len(names) > 1:
        told |= dict(zip(names, guessing.name_parts(names), strict=True))
    return [Column(name, kind, header.index(name)) for name, kind in told.items()]


def _each(kinds: Sequence[str], header: Sequence[str]) -> Iterator[str]:
    """Yield what was said of each column: apart from one another, or with commas between."""
    for one in kinds:
        yield from [one] if one in header else (part.strip() for part in one.split(",") if part.strip())


def _column_and_kind(one: str, header: Sequence[str], path: Path) -> tuple[str, Kind | None]:
    if one in header:
        return one, None
    name, _, kind = one.rpartition("=")
    if not name:
        raise BadFile(_no_column(one, header, path))
    if name not in header:
        raise BadFile(_no_column(name, header, path))
    try:
        return name, Kind(kind.strip().lower())
    except ValueError:
        raise BadFile(f"{kind!r} is no kind of column. There are {_listed(list(Kind))}.") from None


def _no_column(name: str, header: Sequence[str], path: Path) -> str:
    return f"There is no column {name!r} in {path}. It has {_listed(header)}."


def _without(
    header: Sequence[str], rows: Sequence[Sequence[str]], names: Sequence[str | None]
) -> tuple[list[str], list[list[str]]]:
    kept = [i for i, name in enumerate(header) if name not in names]
    return [header[i] for i in kept], [[row[i] for i in kept] for row in rows]


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as raw:
            start = raw.read(65_536)
            raw.seek(0)
            with io.TextIOWrapper(raw, encoding=_encoding(start, path), newline="") as lines:
                yield lines
    except FileNotFoundError:
        raise BadFile(f"There is no file {path}.") from None
    except UnicodeError as error:
        raise BadFile(f"{path} is not the text it seems to be: {error}. Save it as UTF-8.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise BadFile(f"{path} cannot be read: {error}.") from None


def _encoding(start: bytes, path: Path) -> str:
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if start[:4] == b"PK\x03\x04":
        raise BadFile(f"{path} is a spreadsheet or another packed file: save it as CSV.")
    if b"\0" in start:
        for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
            if zeros.count(0) > 0.4 * len(zeros):
                return encoding
        raise BadFile(f"{path} is no text: it holds bytes that are zero.")
    try:
        start[: start.rfind(b"\n") + 1].decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _header_and_rows(lines: TextIO, path: Path) -> tuple[list[str], Iterator[list[str]]]:
    csv.field_size_limit(_LONGEST_LINE)
    counted = _Lines(lines, path)
    first = next(counted, "")
    if not first.strip():
        raise BadFile(f"{path} is empty: its first line must name the columns.")
    separator = max(_SEPARATORS, key=first.count)
    header = [
        name.strip() for name in next(csv.reader(itertools.chain([first], counted), delimiter=separator))
    ]
    for name in header:
        if header.count(name) > 1:
            raise BadFile(
                f"{path}, line 1: two columns are called {name!r}."
                if name
                else f"{path}, line 1: two columns have no name."
            )
    return header, _rows(csv.reader(counted, delimiter=separator), len(header), counted)


class _Lines:
    """The lines of a file, counted, none of them longer than memory allows."""

    def __init__(self, lines: TextIO, path: Path) -> None:
        self._lines, self.path, self.count = lines, path, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._lines.readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        self.count += 1
        if len(line) == _LONGEST_LINE:
            raise BadFile(f"{self.path}, line {self.count}: longer than {_LONGEST_LINE:,} characters.")
        return line


def _rows(reader: Iterator[list[str]], width: int, lines: _Lines) -> Iterator[list[str]]:
    while True:
        begins = lines.count + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise BadFile(
                f"{lines.path}, line {begins}: {error}. Is a quote opened there and never closed?"
            ) from None
        if row is None:
            return
        if not row:
            continue
        if any(cell.strip() for cell in row[width:]):
            raise BadFile(
                f"{lines.path}, line {begins}: {len(row)} cells, but the header names {width} columns."
            )
        yield [cell.strip() for cell in row[:width]] + [""] * (width - len(row))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)

"""Duplicates in a file of comma-separated values: read it, find them, write them."""

import csv
import gzip
import io
import itertools
import sys
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
    """Return how to read a file. kinds: `column=kind`, as typed; without any, they are guessed. Raises BadFile."""
    with _opened(path) as lines:
        header, rows = _header_and_rows(lines, path)
        looked_at = list(itertools.islice(rows, _LOOKED_AT))
    for name in (id_column, truth):
        if name is not None and name not in header:
            raise BadFile(f"There is no column {name!r} in {path}. It has {_listed(header)}.")
    id_column = id_column or guessing.record_id(header, looked_at)
    told = _told(kinds, header, path) if kinds else guessing.guess(header, looked_at)
    columns = [
        column for column in told if column.kind != Kind.IGNORE and column.name not in (id_column, truth)
    ]
    if not columns:
        raise BadFile(
            f"Nothing in {path} to compare: say what its columns hold, such as --columns {header[0]}=name."
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


def _told(kinds: Sequence[str], header: Sequence[str], path: Path) -> list[Column]:
    told: dict[str, Kind] = {}
    for one in kinds:
        name, _, kind = one.rpartition("=")
        if not name:
            raise BadFile(f"{one!r} is not column=kind, such as phone_number=phone.")
        if name not in header:
            raise BadFile(f"There is no column {name!r} in {path}. It has {_listed(header)}.")
        try:
            told[name] = Kind(kind.strip().lower())
        except ValueError:
            raise BadFile(f"{kind!r} is no kind of column. There are {_listed(list(Kind))}.") from None
    names = [name for name, kind in told.items() if kind == Kind.NAME]
    if len(names) > 1:
        told |= dict(zip(names, guessing.name_parts(names), strict=True))
    return [Column(name, kind, header.index(name)) for name, kind in told.items()]


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as raw:
            start = raw.read(65_536)
            raw.seek(0)
            with io.TextIOWrapper(raw, encoding=_encoding(start), newline="") as lines:
                yield lines
    except FileNotFoundError:
        raise BadFile(f"There is no file {path}.") from None
    except (OSError, EOFError, UnicodeError) as error:
        raise BadFile(f"{path} cannot be read: {error}.") from None


def _encoding(start: bytes) -> str:
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        start[: start.rfind(b"\n") + 1].decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _header_and_rows(lines: TextIO, path: Path) -> tuple[list[str], Iterator[list[str]]]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    first = lines.readline()
    if not first.strip():
        raise BadFile(f"{path} is empty: its first line must name the columns.")
    separator = max(_SEPARATORS, key=first.count)
    header = [name.strip() for name in next(csv.reader([first], delimiter=separator))]
    for name in header:
        if header.count(name) > 1:
            raise BadFile(f"{path}, line 1: two columns are called {name!r}.")
    return header, _rows(csv.reader(lines, delimiter=separator), len(header), path)


def _rows(reader: Iterator[list[str]], width: int, path: Path) -> Iterator[list[str]]:
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise BadFile(f"{path}, line {_line(reader)}: {error}.") from None
        if row is None:
            return
        if not row:
            continue
        if any(cell.strip() for cell in row[width:]):
            raise BadFile(
                f"{path}, line {_line(reader)}: {len(row)} cells, but the header names {width} columns."
            )
        yield [cell.strip() for cell in row[:width]] + [""] * (width - len(row))


def _line(reader: Iterator[list[str]]) -> int:
    return int(reader.line_num) + 1  # type: ignore[attr-defined]  # The header was read before.


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)

"""The reading process: a file goes in, messages come out on its standard output, in chunks.

It is a process of its own, so that reading and mapping take another core than the pipeline does, and it
knows neither Django nor the log, so that it starts at once. `running` starts it and keeps what it gives.
"""

import gc
import os
import signal
import struct
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np

from jejak.common.sheets import tables
from jejak.common.sheets.file import File
from jejak.common.sheets.sayings import Saying
from jejak.features.imports import cells, mapper, mapping, reading, spec
from jejak.features.imports.cells import Unusable
from jejak.features.imports.spec import BadMapping
from jejak.features.imports.values import Record, Row
from jejak.touchpoints.message import NAMES

_LENGTH = struct.Struct("<I")
_MOST_HANDLES = 3_000_000
_EXAMPLES = 5
_KEY_BYTES = 12


class Job(msgspec.Struct, kw_only=True):
    """What to read. rows_done: of an earlier run, left out. trial: count and give examples only.

    preview: give the columns and the first rows only, as they are; no mapping is needed then.
    """

    path: str
    mapping: str
    countries: list[str]
    now: datetime
    rows_done: int = 0
    trial: bool = False
    preview: bool = False
    most_rows: int | None = None


class Opened(msgspec.Struct, tag=True, kw_only=True):
    """The file could be opened. columns: None where each row brings its own."""

    columns: list[str] | None
    format: str
    encoding: str
    delimiter: str


class Preview(msgspec.Struct, tag=True, kw_only=True):
    """How a file begins. rows: their cells as text, in the order of the columns."""

    columns: list[str]
    rows: list[list[str]]
    format: str
    encoding: str
    delimiter: str


class Reject(msgspec.Struct, kw_only=True):
    """A row that gives nothing. rule: the reason without the offending value, the same for many rows."""

    line: int
    reason: Saying
    rule: Saying
    row: list[str]


class Chunk(msgspec.Struct, tag=True, kw_only=True):
    """What some rows gave. rows and bytes_read count from the beginning of the file, all else does not."""

    rows: int
    bytes_read: int
    body: bytes
    messages: int
    names: dict[str, int]
    rejects: list[Reject]
    silent: int


class Ended(msgspec.Struct, tag=True, kw_only=True):
    """The end. whole: whether no row is left. people: how many the file is about, in a trial."""

    whole: bool
    told: list[tuple[Saying, int]]
    people: int | None
    examples: list[str]


class Failed(msgspec.Struct, tag=True, kw_only=True):
    """The file or the mapping cannot be used, from here on."""

    reason: Saying


Frame = Opened | Preview | Chunk | Ended | Failed


def feed(job: Job) -> Iterator[Frame]:
    """Yield what a file gives: Opened, then Chunks, then Ended or, whatever stands in the way, Failed."""
    try:
        yield from _feed(job)
    except (BadMapping, tables.Unreadable) as error:
        yield Failed(reason=error.saying)


def frames(stream: IO[bytes]) -> Iterator[Frame]:
    """Yield the frames that a reading process writes to its standard output."""
    decode = msgspec.msgpack.Decoder(Frame).decode
    while len(head := stream.read(_LENGTH.size)) == _LENGTH.size:
        length = _LENGTH.unpack(head)[0]
        held = stream.read(length)
        if len(held) < length:
            return
        yield decode(held)


def _feed(job: Job) -> Iterator[Frame]:
    if job.preview:
        file = mapping.parse(job.mapping).file if job.mapping else File()
        with reading.opened(Path(job.path), file) as table:
            yield _preview(table, job.most_rows or 1)
            yield Ended(whole=False, told=[], people=None, examples=[])
        return
    said = mapping.parse(job.mapping)
    with reading.opened(Path(job.path), said.file) as table:
        yield from _feed_table(job, said, table)


def _preview(table: tables.Table, most_rows: int) -> Preview:
    rows: list[Row] = []
    for block in table.blocks:
        rows += block.rows
        if len(rows) >= most_rows:
            break
    del rows[most_rows:]
    columns = table.columns
    if columns is None:
        columns = list(dict.fromkeys(column for row in rows for column in row))
        rows = [[row[column] for column in columns] for row in rows]
    return Preview(
        columns=columns,
        rows=[[cells.as_text(cell) for cell in row] for row in rows],
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
    )


def _feed_table(job: Job, said: spec.Mapping, table: tables.Table) -> Iterator[Frame]:
    try:
        bound = mapper.compile(
            said,
            columns=table.columns,
            now=job.now,
            countries=job.countries,
            only_text=table.format in {"csv", "tsv"},
        )
    except BadMapping as error:
        raise mapping.located(error, job.mapping) from None
    yield Opened(
        columns=table.columns, format=table.format, encoding=table.encoding, delimiter=table.delimiter
    )
    encode = msgspec.json.Encoder(decimal_format="number", enc_hook=cells.as_text).encode
    occurrences, people = Occurrences(), People()
    examples: list[str] = []
    rows = 0
    whole = True
    for block in table.blocks:
        rows += len(block.rows) + len(block.faults)
        keys = occurrences.keys_of(block.rows) if bound.by_row else [""] * len(block.rows)
        if rows <= job.rows_done:
            continue
        messages, rejects, silent = _mapped(bound, block, keys)
        body = b"[]" if job.trial else encode(messages)
        if job.trial:
            people.meet(messages)
            examples += [encode(one).decode() for one in messages[: _EXAMPLES - len(examples)]]
        yield Chunk(
            rows=rows,
            bytes_read=block.bytes_read,
            body=body,
            messages=len(messages),
            names=Counter(one.get("event") or NAMES[one["type"]] for one in messages),
            rejects=rejects,
            silent=silent,
        )
        if job.most_rows is not None and rows >= job.most_rows:
            whole = False
            break
    yield Ended(
        whole=whole,
        told=list((table.told + bound.told).items()),
        people=people.count if job.trial else None,
        examples=examples,
    )


def _mapped(
    bound: mapper.Mapper, block: tables.Block, keys: list[str]
) -> tuple[list[dict[str, Any]], list[Reject], int]:
    messages: list[dict[str, Any]] = []
    rejects = [
        Reject(line=one.line, reason=one.reason, rule=one.reason, row=[one.text]) for one in block.faults
    ]
    silent = 0
    made = bound.made
    for row, line, key in zip(block.rows, block.lines, keys, strict=True):
        try:
            found = made(row, key)
        except Unusable as error:
            rejects.append(Reject(line=line, reason=error.saying, rule=error.rule, row=_shown(row)))
            continue
        if found:
            messages += found
        else:
            silent += 1
    rejects.sort(key=lambda one: one.line)
    return messages, rejects, silent


def _shown(row: Row) -> list[str]:
    return [cells.as_text(dict(row))] if isinstance(row, Record) else [cells.as_text(cell) for cell in row]


class Occurrences:
    """Tells equal rows of a file apart: the first, the second … of them. It remembers eight bytes a row."""

    def __init__(self) -> None:
        self._levels: list[np.ndarray[Any, np.dtype[np.uint64]]] = []
        self._times: dict[int, int] = {}

    def keys_of(self, rows: list[Row]) -> list[str]:
        """Return a key for each row of the next block, the same whenever the file is read."""
        joined = b"".join([blake2b(_written(row), digest_size=_KEY_BYTES).digest() for row in rows])
        letters = joined.hex()
        hashes = [letters[at : at + 2 * _KEY_BYTES] for at in range(0, len(letters), 2 * _KEY_BYTES)]
        short = (
            np.frombuffer(joined, dtype=np.uint8)
            .reshape(-1, _KEY_BYTES)[:, :8]
            .copy()
            .view(np.uint64)
            .ravel()
        )
        again = self._seen_before(short)
        if again.any():
            times = self._times
            for position in np.flatnonzero(again):
                held = int(short[position])
                times[held] = count = times.get(held, 1) + 1
                hashes[position] += f".{count}"
        return hashes

    def _seen_before(self, short: Any) -> Any:
        again = np.zeros(len(short), dtype=bool)
        if len(set(short.tolist())) < len(short):
            again[:] = True
            again[np.unique(short, return_index=True)[1]] = False
        for level in self._levels:
            places = np.minimum(np.searchsorted(level, short), len(level) - 1)
            again |= level[places] == short
        self._keep(np.unique(short[~again]))
        return again

    def _keep(self, distinct: Any) -> None:
        # Sorted runs that double in size: few of them, and each value is moved seldom.
        while self._levels and len(self._levels[-1]) <= len(distinct):
            # Both are sorted, which a stable sort makes use of.
            distinct = np.sort(np.concatenate([self._levels.pop(), distinct]), kind="stable")
        if len(distinct):
            self._levels.append(distinct)


def _written(row: Row) -> bytes:
    if isinstance(row, Record):
        return cells.as_text(dict(row)).encode()
    try:
        return "\x1f".join(row).encode(errors="replace")
    except TypeError:
        return "\x1f".join(map(cells.as_text, row)).encode(errors="replace")


class People:
    """Counts the people of a file: handles that stand together in a row belong to one."""

    def __init__(self) -> None:
        self._parent: dict[tuple[str, Any], tuple[str, Any]] = {}
        self.count = 0

    def meet(self, messages: list[dict[str, Any]]) -> None:
        """Take in the handles of some messages."""
        for message in messages:
            keys = list(message.get("handles", {}).items())
            keys += [(kind, message[kind]) for kind in ("userId", "anonymousId") if kind in message]
            if len(self._parent) < _MOST_HANDLES:
                self._join(keys)

    def _join(self, keys: list[tuple[str, Any]]) -> None:
        parent = self._parent
        roots = set()
        for key in keys:
            if key not in parent:
                parent[key] = key
                self.count += 1
            roots.add(self._root(key))
        kept = roots.pop()
        for other in roots:
            parent[other] = kept
            self.count -= 1

    def _root(self, key: tuple[str, Any]) -> tuple[str, Any]:
        parent = self._parent
        while (above := parent[key]) != key:
            parent[key] = key = parent[above]
        return key


def main() -> None:
    """Read the job from standard input and write frames, until the file or who reads them is at an end."""
    gc.disable()  # Millions of rows and messages, and no circles among them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us.
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    encode = msgspec.msgpack.Encoder().encode
    out = sys.stdout.buffer
    try:
        for frame in feed(job):
            held = encode(frame)
            out.write(_LENGTH.pack(len(held)) + held)
            out.flush()
    except BrokenPipeError:
        os._exit(0)  # Whoever started us wants no more. An ordinary end would flush again.


if __name__ == "__main__":
    main()

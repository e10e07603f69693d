"""JSON: an object a line, or a list of objects."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec

from jejak.common.sheets.sayings import Saying, saying
from jejak.common.sheets.sayings import gettext_noop as _
from jejak.common.sheets.tables import BLOCK_ROWS, Block, Fault, Source, Table, Unreadable
from jejak.features.imports.values import Record


def open_objects(source: Source, format: str) -> Table:
    begin = source.sample().lstrip()
    blocks = _json_list(source) if format == "json" or begin.startswith(b"[") else _json_lines(source)
    return Table(columns=None, blocks=blocks, format=format, encoding="utf-8")


def _json_lines(source: Source) -> Iterator[Block]:
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
            if len(block.rows) >= BLOCK_ROWS or len(block.faults) >= BLOCK_ROWS:
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


def _json_list(source: Source) -> Iterator[Block]:
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
    for begin in range(0, max(1, len(found)), BLOCK_ROWS):
        block = Block([], [], [], source.read_so_far())
        for number, one in enumerate(found[begin : begin + BLOCK_ROWS], start=begin + 1):
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

"""Facts go in by the batch."""

import re
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from jejak.eventlog import connection
from jejak.eventlog.faults import Away, BadQuestion, TooExpensive
from jejak.eventlog.row import ROW, SCHEMA

_TOKEN = re.compile(r"[\w.:-]{1,200}", re.ASCII)
_EARLIEST, _LATEST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000) for year in (1900, 2300))
_COLUMNS = [column.sent_as or column.name for column in ROW]


# What ClickHouse says of values it cannot read or hold, src/Common/ErrorCodes.cpp.
_UNFIT = {6, 25, 26, 27, 32, 33, 38, 41, 53, 69, 70, 72, 117, 128, 131, 190, 321, 349, 407, 441, 636}


class BadRows(Exception):
    """The log cannot hold these rows; sending them again does not help."""


def append(rows: pa.Table, *, token: str) -> None:
    """Store a batch of touchpoints; the same token twice stores them once.

    rows: as SCHEMA says. The rows of one token must always be the same, in the same order.
    Raises Away, and then the batch may be half stored: append it again with its token. Raises BadRows.
    """
    if not rows.schema.equals(SCHEMA):
        raise TypeError(f"These rows do not follow eventlog.SCHEMA: {rows.schema}")
    if not _TOKEN.fullmatch(token):
        raise ValueError(f"A token has letters, digits and .:-_ only: {token!r}")
    if not rows.num_rows:
        return
    for column in ("happened_at", "received_at"):
        _check_moments(rows[column])
    try:
        _insert(_as_arrow_file(rows), token=token)
    except TooExpensive as error:
        raise Away(f"The log is too busy to store: {error}") from error
    except BadQuestion as error:
        if error.code in _UNFIT:
            raise BadRows(str(error)) from error
        # Rows are refused for their own faults only; of anything else they may recover.
        raise Away(f"The log does not take the batch: {error}") from error


def _check_moments(moments: pa.ChunkedArray) -> None:
    """ClickHouse would bend what it cannot hold to the nearest year."""
    ends = pc.min_max(moments.cast(pa.int64()))
    if ends["min"].as_py() < _EARLIEST or ends["max"].as_py() >= _LATEST:
        raise BadRows("The log holds the years 1900 to 2299.")


def _insert(file: pa.Buffer, *, token: str) -> None:
    settings = {**_AS_SENT, "insert_deduplication_token": token}
    with connection.borrowed() as client:
        if connection.is_embedded():
            client.raw_insert("touchpoints", _COLUMNS, file, settings=settings, fmt="Arrow")
        else:
            # Inside the statement they also pass proxies that drop settings from the address.
            clause = ", ".join(f"{name} = '{value}'" for name, value in settings.items())
            into = f"touchpoints ({', '.join(_COLUMNS)}) SETTINGS {clause}"
            client.raw_insert(into, insert_block=file.to_pybytes(), fmt="Arrow")


# Otherwise "2026-02-31" would become the 3rd of March, and a key sent twice ("a.b" beside
# "a": {"b"}) would cost the whole batch.
_AS_SENT = {
    "input_format_try_infer_dates": "0",
    "input_format_try_infer_datetimes": "0",
    "type_json_skip_duplicated_paths": "1",
}


def _as_arrow_file(rows: pa.Table) -> pa.Buffer:
    # One piece: ClickHouse tells the pieces of a token apart by their number.
    piece = rows.combine_chunks().rename_columns(_COLUMNS)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, piece.schema) as file:
        file.write_table(piece)
    return sink.getvalue()

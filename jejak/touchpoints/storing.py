"""Messages as the columns of the log, and what to do where the log cannot hold all of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from jejak import eventlog
from jejak.touchpoints.batch import Item
from jejak.touchpoints.message import repair

_SHIFT_MS = 2000 * 366 * 86_400_000
# Where each row came from, for refusing it; the log has no such columns.
_ORIGIN = [pa.field("arrival", pa.int64()), pa.field("position", pa.int32())]


def table(items: Sequence[Item]) -> pa.Table:
    """Return messages as eventlog.SCHEMA has them, and from which arrival and place in it each came."""
    arrivals = [i.arrival for i in items]
    columns: dict[str, Any] = {
        "message_id": [i.message_id for i in items],
        "trail_id": [i.trail_id for i in items],
        "kind": [i.message.type for i in items if i.message is not None],
        "name": [i.name for i in items],
        "channel": [i.channel for i in items],
        "place": [i.place for i in items],
        "team": [i.team for i in items],
        "stage": [i.stage for i in items],
        "happened_at": _milliseconds([i.happened_at for i in items]),
        "received_at": _milliseconds([arrival.received_at for arrival in arrivals]),
        "source": [arrival.source for arrival in arrivals],
        "value": pa.array([i.value for i in items], pa.float64()).cast(pa.decimal128(18, 4), safe=False),
        "currency": [i.currency for i in items],
        "score": [i.score for i in items],
        "scale": [i.scale for i in items],
        "properties": _texts([i.properties for i in items]),
        "context": _texts([_object(i.message.context) for i in items if i.message]),
        "message": _texts([i.raw for i in items]),
        "sample": [bool(arrival.meta.get("sample")) for arrival in arrivals],
        "arrival": [arrival.pk for arrival in arrivals],
        "position": [i.position for i in items],
    }
    schema = pa.schema([*eventlog.SCHEMA, *_ORIGIN])
    held = [
        made if isinstance(made := columns[kind.name], pa.Array) else pa.array(made, kind.type)
        for kind in schema
    ]
    return pa.Table.from_arrays(held, schema=schema)


def file(rows: pa.Table) -> bytes:
    """Return a table as an Arrow file, as it goes from one process to another."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, rows.schema) as written:
        written.write_table(rows)
    held: bytes = sink.getvalue().to_pybytes()
    return held


def opened(held: bytes) -> pa.Table:
    """Return the table of an Arrow file, without copying it."""
    return pa.ipc.open_file(pa.BufferReader(held)).read_all()


def append(rows: pa.Table, token: str) -> tuple[pa.Table, list[tuple[dict[str, Any], str]]]:
    """Append rows to the log once, whatever happens; return those it holds now, and those it cannot hold with why.

    Raises eventlog.Away; append the same rows with the same token again then.
    """
    try:
        eventlog.append(rows.select(eventlog.SCHEMA.names), token=token)
        return rows, []
    except eventlog.BadRows:
        # JSON that says a thing twice, or numbers beyond any bound: write the properties as Python reads them.
        place = rows.schema.get_field_index("properties")
        again = [_repaired(text) for text in rows["properties"].to_pylist()]
        rows = rows.set_column(place, rows.schema.field(place), pa.array(again, pa.string()))
    refused: list[tuple[dict[str, Any], str]] = []
    parts = _what_can_be(rows, token + "m", refused)
    return pa.concat_tables(parts) if parts else rows.slice(0, 0), refused


def _what_can_be(rows: pa.Table, token: str, refused: list[tuple[dict[str, Any], str]]) -> list[pa.Table]:
    """Halve the rows until those that the log cannot hold are found."""
    try:
        eventlog.append(rows.select(eventlog.SCHEMA.names), token=token)
        return [rows]
    except eventlog.BadRows as error:
        if rows.num_rows == 1:
            refused.append((rows.to_pylist()[0], str(error)))
            return []
    middle = rows.num_rows // 2
    return _what_can_be(rows.slice(0, middle), token + "a", refused) + _what_can_be(
        rows.slice(middle), token + "b", refused
    )


def _repaired(text: str) -> str:
    try:
        return msgspec.json.encode(repair(text)).decode()
    except ValueError:
        return text  # The log refuses it in its turn.


def _texts(texts: list[bytes]) -> pa.Array:
    return pa.array(texts, pa.binary()).cast(pa.string())


def _object(raw: bytes) -> bytes:
    held = bytes(raw)
    return b"{}" if held in (b"", b"null") else held


def _milliseconds(moments: list[datetime]) -> pa.Array:
    """Round to milliseconds, a half up, also before 1970, where whole division would round towards it."""
    micros = pa.array(moments, pa.timestamp("us", "UTC")).cast(pa.int64())
    shifted = pc.divide(pc.add(micros, 500 + _SHIFT_MS * 1000), 1000)
    return pc.subtract(shifted, _SHIFT_MS).cast(pa.timestamp("ms", "UTC"))

"""A batch that is understood goes to the log, and then to whoever waits for it. Doing it again changes nothing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jejak.people import resolving
from jejak.touchpoints import batch as batches
from jejak.touchpoints import live, reactions, storing
from jejak.touchpoints.live import Seen
from jejak.touchpoints.models import Arrival, Refusal
from jejak.touchpoints.understood import SHOWN, Understood


def tell(done: Understood) -> tuple[int, int]:
    """Store the batch, let features react, let go of it; return how many were stored and refused.

    Raises eventlog.Away; tell the same batch again then.
    """
    rows = storing.opened(done.rows)
    refused: list[tuple[dict[str, Any], str]] = []
    if rows.num_rows:
        rows, refused = storing.append(rows, done.token)
        _keep_refused(refused, done)
    resolving.tell_log()
    if live.watched():
        _show(rows, refused, done)
    _react(rows, done)
    batches.finish(done)
    return rows.num_rows, done.refusals + len(refused)


def _keep_refused(refused: Sequence[tuple[dict[str, Any], str]], done: Understood) -> None:
    arrivals = Arrival.objects.using(done.alias).defer("body").in_bulk({row["arrival"] for row, _ in refused})
    Refusal.objects.bulk_create(
        [
            Refusal(
                source=row["source"],
                received_at=arrivals[row["arrival"]].received_at,
                reason="not_stored",
                detail=why[:500].replace("\0", ""),
                name=row["name"],
                meta={k: held for k, held in arrivals[row["arrival"]].meta.items() if k != "replay_of"},
                message=row["message"].encode(),
                key=f"{done.token}:{row['arrival']}:{row['position']}",
            )
            for row, why in refused
        ],
        ignore_conflicts=True,
        batch_size=200,
    )


def _show(rows: pa.Table, refused: Sequence[tuple[dict[str, Any], str]], done: Understood) -> None:
    newest = rows.slice(max(0, rows.num_rows - SHOWN)).to_pylist()
    handles = done.handles[-len(newest) :] if len(newest) <= len(done.handles) else [""] * len(newest)
    stored = [_seen(row, handles=known) for row, known in zip(newest, handles, strict=True)]
    unheld = [_seen(row, refused="not_stored") for row, _ in refused]
    for seen in (stored, [*done.refused, *unheld]):
        live.publish([replace(one, number=live.next_number()) for one in seen])


def _seen(row: dict[str, Any], *, handles: str = "", refused: str = "") -> Seen:
    told = ("message_id", "trail_id", "kind", "name", "channel", "source", "happened_at", "received_at")
    message = row["message"][:20_000]
    return Seen(
        number=0, message=message, handles=handles, refused=refused, **{name: row[name] for name in told}
    )


def _react(rows: pa.Table, done: Understood) -> None:
    wanted = reactions.wanted()
    if not wanted or not rows.num_rows:
        return
    names = list(reactions.Stored.__dataclass_fields__)
    those = rows.select(names).filter(
        pc.is_in(rows["name"], pa.array(sorted(wanted), rows.schema.field("name").type))
    )
    reactions.react([reactions.Stored(**row) for row in those.to_pylist()], done.now)

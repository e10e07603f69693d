"""From what waits to a batch that is understood: claim, load, and the pipeline's steps."""

import gc
from datetime import UTC, datetime

from jejak.people import resolving
from jejak.touchpoints import batch as batches
from jejak.touchpoints import inlet, pipeline, storing
from jejak.touchpoints.batch import Batch, Item
from jejak.touchpoints.live import Seen
from jejak.touchpoints.models import Claim
from jejak.touchpoints.understood import SHOWN, Understood, Wanted

MOST_MESSAGES = 40_000

_resolver = resolving.Resolver()


def forget_people() -> None:
    """Drop what this process remembers of people."""
    _resolver.forget_all()


def understand(wanted: Wanted) -> Understood | None:
    """Return the next batch, understood, or None where nothing waits. What was begun comes first, as it was."""
    for alias in inlet.databases():
        unfinished = Claim.objects.using(alias).filter(worker=wanted.worker).exclude(batch=wanted.but)
        token = unfinished.values_list("batch", flat=True).order_by("arrival_id").first()
        now = datetime.now(UTC)
        token = token or batches.claim(
            alias=alias, worker=wanted.worker, most_messages=MOST_MESSAGES, now=now
        )
        if token is None:
            continue
        # A batch makes hundreds of thousands of objects and no cycles: looking for some costs a third of the time.
        gc.disable()
        try:
            batch = batches.load(alias=alias, token=token, now=now)
            for step in pipeline.STEPS:
                step(batch, _resolver)
            return _told(alias, batch, watched=wanted.watched)
        finally:
            gc.enable()
    return None


def _told(alias: str, batch: Batch, *, watched: bool) -> Understood:
    return Understood(
        alias=alias,
        token=batch.token,
        now=batch.now,
        arrivals=[arrival.pk for arrival in batch.arrivals],
        messages=sum(arrival.messages for arrival in batch.arrivals),
        body_bytes=sum(len(arrival.body) for arrival in batch.arrivals),
        rows=storing.file(storing.table(batch.items)),
        refusals=len(batch.refused),
        repeated=batch.repeated,
        handles=[_handles(item) for item in batch.items[-SHOWN:]] if watched else [],
        refused=[_refused(item, bad.reason) for item, bad in batch.refused[-SHOWN:]] if watched else [],
    )


def _handles(item: Item) -> str:
    return ", ".join(f"{kind}: {value}" for kind, value in item.handles)


def _refused(item: Item, reason: str) -> Seen:
    return Seen(
        number=0,
        message_id=item.message_id,
        trail_id=item.trail_id,
        kind=item.message.type if item.message else "",
        name=item.name or pipeline.name_of(item),
        channel=item.channel,
        source=item.arrival.source,
        happened_at=item.happened_at,
        received_at=item.arrival.received_at,
        message=item.raw[:20_000].decode(errors="replace"),
        handles=_handles(item),
        refused=reason,
    )

"""Messages on their way: the arrivals that go together, and what the steps put on each message."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connections, transaction

from jejak.touchpoints import inlet
from jejak.touchpoints.message import Bad, Context, Known, Message
from jejak.touchpoints.models import Arrival, Claim
from jejak.touchpoints.understood import Understood

LONGEST_NAME = 200
_MOST_ARRIVALS = 500
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Item:
    """One message on its way: as it came, and what the steps have put on it."""

    arrival: Arrival
    position: int
    raw: bytes
    is_plain: bool = False
    """Whether its body is known to be UTF-8 without NUL."""
    message: Message | None = None
    context: Context | None = None
    known: Known | None = None
    message_id: str = ""
    name: str = ""
    happened_at: datetime = EARLIEST
    handles: tuple[tuple[str, str], ...] = ()
    claims: tuple[tuple[str, str], ...] = ()
    """Handles that it says are its person's and does not prove."""
    is_proven: bool = True
    """Whether its source is trusted to say who somebody is, or it has a signature."""
    trail_id: int = 0
    channel: str = ""
    place: str = ""
    team: str = ""
    stage: str = ""
    value: float | None = None
    currency: str = ""
    score: float | None = None
    scale: str = ""
    properties: bytes = b"{}"


@dataclass(slots=True)
class Batch:
    """Arrivals that go together, always the same ones under the same token."""

    token: str
    arrivals: Sequence[Arrival]
    now: datetime
    items: list[Item] = field(default_factory=list)
    refused: list[tuple[Item, Bad]] = field(default_factory=list)
    repeated: int = 0

    def refuse(self, item: Item, reason: Bad) -> None:
        """Take a message out, with the reason why."""
        self.refused.append((item, reason))

    def keep(self, check: Callable[[Item], None]) -> None:
        """Keep the messages that a check lets pass; it raises Bad for those that it does not."""
        kept = []
        for item in self.items:
            try:
                check(item)
            except Bad as reason:
                self.refused.append((item, reason))
            else:
                kept.append(item)
        self.items = kept


def claim(*, alias: str, worker: str, most_messages: int, now: datetime) -> str | None:
    """Take waiting arrivals of a database into a new batch and return its token, or None where nothing waits."""
    token = uuid.uuid4().hex
    arrivals, claims = Arrival._meta.db_table, Claim._meta.db_table
    lock = "" if connections[alias].vendor == "sqlite" else "FOR UPDATE OF a SKIP LOCKED"
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {claims} (arrival_id, batch, worker, claimed_at)
            SELECT id, %s, %s, %s FROM (
                SELECT id, sum(messages) OVER (ORDER BY id) - messages AS before FROM (
                    SELECT a.id, a.messages FROM {arrivals} a LEFT JOIN {claims} c ON c.arrival_id = a.id
                    WHERE c.arrival_id IS NULL ORDER BY a.id LIMIT {_MOST_ARRIVALS} {lock}
                ) waiting
            ) counted WHERE before < %s
            """,
            [token, worker, now, most_messages],
        )
        return token if cursor.rowcount else None


def load(*, alias: str, token: str, now: datetime) -> Batch:
    """Return a claimed batch with its arrivals, in their order."""
    ids = Claim.objects.using(alias).filter(batch=token).values_list("arrival_id", flat=True)
    arrivals = list(Arrival.objects.using(alias).filter(pk__in=list(ids)).order_by("pk"))
    return Batch(token=token, arrivals=arrivals, now=now)


def finish(done: Understood) -> None:
    """Let go of a batch that is in the log."""
    alias = done.alias
    with transaction.atomic(using=alias):
        Arrival.objects.using(alias).filter(pk__in=done.arrivals)._raw_delete(alias)
        Claim.objects.using(alias).filter(batch=done.token)._raw_delete(alias)
    inlet.left(done.body_bytes)

"""What passes between who understands batches and who tells them to the log and the world."""

from datetime import datetime

import msgspec

from jejak.touchpoints.live import Seen

SHOWN = 200
"""How many of a batch's newest messages a watcher is shown."""


class Wanted(msgspec.Struct, kw_only=True):
    """The next batch of a worker, but for the one that is being told.

    watched: whether anybody looks. definitions: definitions.changes() of whoever asks.
    """

    worker: str
    but: str = ""
    watched: bool = False
    definitions: int = 0


class Understood(msgspec.Struct, kw_only=True):
    """A batch whose every message is a row or refused.

    rows: an Arrow file of storing.table(). handles: those of the newest rows, and refused: the newest ones, where
    somebody looks.
    """

    alias: str
    token: str
    now: datetime
    arrivals: list[int]
    messages: int
    body_bytes: int
    rows: bytes
    refusals: int
    repeated: int
    handles: list[str]
    refused: list[Seen]

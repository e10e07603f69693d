"""Counting at the door: what each source sent today, and when last.

Written every two seconds; a crash loses at most those, and no touchpoint.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone

from jejak.features.capture.models import Source, Tally

log = logging.getLogger(__name__)

_EVERY_SECONDS = 2.0


@dataclass(slots=True)
class _Count:
    kept: int = 0
    refused: int = 0
    opted_out: int = 0
    seen_at: datetime | None = None
    trouble: str = ""


class Tallies:
    """Counts by source that are not yet written."""

    def __init__(self) -> None:
        self._counts: dict[int, _Count] = {}
        self._writing: asyncio.Task[None] | None = None
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="jejak-tallies")

    def count(
        self,
        source_id: int,
        *,
        at: datetime,
        kept: int = 0,
        refused: int = 0,
        opted_out: int = 0,
        trouble: str = "",
    ) -> None:
        """Count one request, on the event loop. trouble: why its messages were refused."""
        count = self._counts.get(source_id)
        if count is None:
            count = self._counts[source_id] = _Count()
            if self._writing is None:
                self._writing = asyncio.create_task(self._write_soon())
        count.kept += kept
        count.refused += refused
        count.opted_out += opted_out
        count.seen_at = at
        if trouble:
            count.trouble = trouble[:500]

    async def close(self) -> None:
        """Write what is counted, now."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        await self._write()

    async def _write_soon(self) -> None:
        while self._counts:
            await asyncio.sleep(_EVERY_SECONDS)
            await self._write()
        self._writing = None

    async def _write(self) -> None:
        counts, self._counts = self._counts, {}
        try:
            await asyncio.get_running_loop().run_in_executor(self.thread, _add, counts)
        except DatabaseError as error:
            log.warning("The tallies of the sources cannot be written: %s", error)
            for source_id, late in counts.items():
                self._counts[source_id] = _together(late, self._counts.get(source_id))


def _together(earlier: _Count, later: _Count | None) -> _Count:
    if later is None:
        return earlier
    return replace(
        later,
        kept=earlier.kept + later.kept,
        refused=earlier.refused + later.refused,
        opted_out=earlier.opted_out + later.opted_out,
        trouble=later.trouble or earlier.trouble,
    )


def _add(counts: dict[int, _Count]) -> None:
    try:
        with transaction.atomic():
            for source_id, count in counts.items():
                _add_one(source_id, count)
    except DatabaseError:
        connection.close()
        raise


def _add_one(source_id: int, count: _Count) -> None:
    assert count.seen_at is not None
    trouble = {"trouble": count.trouble, "trouble_at": count.seen_at} if count.trouble else {}
    if not Source.objects.filter(pk=source_id).update(last_seen_at=count.seen_at, **trouble):
        return
    tally, _created = Tally.objects.get_or_create(source_id=source_id, on=timezone.localdate(count.seen_at))
    Tally.objects.filter(pk=tally.pk).update(
        kept=F("kept") + count.kept,
        refused=F("refused") + count.refused,
        opted_out=F("opted_out") + count.opted_out,
    )

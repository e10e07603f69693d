"""What can be done with files: take them in, go on, stop."""

import threading
from datetime import datetime
from pathlib import Path

from django.db import transaction

from jejak import eventlog
from jejak.features.imports import mapping, running
from jejak.features.imports.models import Import


class AlreadyImported(Exception):
    """The same file was taken in by the same mapping before; taking it in again would add nothing."""

    def __init__(self, taken: Import) -> None:
        super().__init__(f"{taken.file_name} was imported already.")
        self.taken = taken


def register(*, path: Path, mapping_text: str, rejects_path: Path | None, now: datetime) -> Import:
    """Return the import of a file by a mapping: the one that was begun, to go on with it, or a new one.

    With a mapping that was changed since, it begins again; what is in the log already is not added twice.
    Raises values.BadMapping, OSError, AlreadyImported.
    """
    said = mapping.parse(mapping_text)
    path = path.resolve()
    beside = path.with_name(path.name + ".rejects.csv")
    with transaction.atomic():
        taken, is_new = Import.objects.get_or_create(
            file_digest=running.digest_of(path), mapping_name=said.name, defaults={"started_at": now}
        )
        if not is_new and taken.mapping == mapping_text and taken.state == Import.State.DONE:
            raise AlreadyImported(taken)
        if taken.mapping != mapping_text:
            begin_again(taken=taken, mapping_text=mapping_text, now=now)
        taken.path, taken.file_name = str(path), path.name[:255]
        taken.rejects_path = str(rejects_path or taken.rejects_path or beside)
        taken.state = Import.State.WAITING
        taken.save()
    return taken


def begin_again(*, taken: Import, mapping_text: str, now: datetime) -> None:
    """Let an import begin again by a changed mapping. Raises values.BadMapping."""
    said = mapping.parse(mapping_text)
    taken.mapping, taken.mapping_name, taken.source = mapping_text, said.name, said.source or said.name
    taken.rows_done = taken.bytes_done = taken.touchpoints = taken.silent = taken.rejected = 0
    taken.rejects_bytes, taken.seconds, taken.told, taken.added, taken.error = 0, 0, {}, None, ""
    taken.state, taken.started_at, taken.ended_at = Import.State.WAITING, now, None
    taken.save()


def run(
    *,
    taken: Import,
    now: datetime,
    tell: running.Tell = lambda progress: None,
    stopping: threading.Event | None = None,
    count: running.Count | None = None,
) -> None:
    """Take the file in until all of it can be counted; see running.run()."""
    running.run(
        taken, now=now, tell=tell, stopping=stopping or threading.Event(), count=count or count_stored
    )


def count_stored(source: str) -> int | None:
    """Return how many touchpoints of a source the log holds, or None where it cannot be asked."""
    try:
        answer = eventlog.ask("SELECT count() FROM touchpoints WHERE source = {source:String}", source=source)
    except eventlog.Away:
        return None
    return int(answer.rows[0][0])

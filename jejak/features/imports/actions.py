"""What can be done with files: take them in, go on, stop, begin again otherwise."""

import hashlib
import shutil
import threading
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction

from jejak import eventlog
from jejak.common.sheets.sayings import gettext_noop as _
from jejak.features.imports import guessing, mapping, running, trials
from jejak.features.imports.models import Import
from jejak.features.imports.spec import BadMapping

_TRIAL_SECONDS = 0.5


class AlreadyImported(Exception):
    """The same file was taken in by the same mapping before; taking it in again would add nothing."""

    def __init__(self, taken: Import) -> None:
        super().__init__(f"{taken.file_name} was imported already.")
        self.taken = taken


class TooLarge(Exception):
    """A file is larger than may be uploaded."""


class Busy(Exception):
    """Something happens to the import at this moment; it has to end or be stopped first."""


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
            taken.mapping, taken.source = mapping_text, said.source or said.name
            _begin_again(taken, now)
        taken.path, taken.file_name, taken.is_ours = str(path), path.name[:255], False
        taken.rejects_path = str(rejects_path or (taken.rejects_path if not is_new else "") or beside)
        taken.state = Import.State.STOPPED
        taken.save()
    return taken


def upload(*, pieces: Iterable[bytes], name: str, by: Any, now: datetime) -> Import:
    """Keep a file to be imported, and return its import. One that was uploaded before is not kept twice.

    Raises TooLarge.
    """
    digest, size = hashlib.sha256(), 0
    folder = _folder()
    part = folder / f"uploading-{now.timestamp():.6f}-{threading.get_ident()}"
    try:
        with part.open("wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > settings.IMPORT_BYTES:
                    raise TooLarge
                digest.update(piece)
                file.write(piece)
        taken, _is_new = Import.objects.get_or_create(
            file_digest=digest.hexdigest(),
            mapping_name="",
            defaults={"started_at": now, "state": Import.State.DRAFT},
        )
        kept = folder / str(taken.pk) / Path(name).name
        shutil.rmtree(kept.parent, ignore_errors=True)
        kept.parent.mkdir()
        part.rename(kept)
    finally:
        part.unlink(missing_ok=True)
    taken.path, taken.file_name, taken.is_ours, taken.started_by = str(kept), kept.name[:255], True, by
    taken.rejects_path = str(folder / f"{taken.pk}.rejects.csv")
    taken.bytes_total, taken.choices, taken.state = size, None, Import.State.DRAFT
    taken.save()
    return taken


def choose(*, taken: Import, mapping_text: str, choices: guessing.Choices | None) -> None:
    """Set the mapping of an import that does not run. Raises values.BadMapping, AlreadyImported, Busy."""
    said = mapping.parse(mapping_text)
    try:
        trials.check(path=Path(taken.path), mapping=mapping_text)
    except trials.DoesNotFit as error:
        raise BadMapping(error.saying) from None
    other = Import.objects.filter(file_digest=taken.file_digest, mapping_name=said.name).exclude(pk=taken.pk)
    if found := other.first():
        raise AlreadyImported(found)
    try:
        changed = (
            Import.objects.filter(pk=taken.pk)
            .exclude(state__in=_BUSY)
            .update(
                mapping=mapping_text,
                mapping_name=said.name,
                source=said.source or said.name,
                choices=asdict(choices) if choices else None,
                state=Import.State.TRYING,
                bytes_done=0,
                rows_done=0,
                trial=None,
                error="",
            )
        )
    except IntegrityError:
        raise AlreadyImported(other.get()) from None
    if not changed:
        raise Busy
    taken.refresh_from_db()


def try_out(*, taken: Import, now: datetime) -> None:
    """Find out what an import would bring, and keep it with the import."""
    saved_at = now.timestamp()

    def tell(chunk: Any) -> None:
        nonlocal saved_at
        moment = datetime.now(now.tzinfo).timestamp()
        if moment - saved_at > _TRIAL_SECONDS:
            saved_at = moment
            Import.objects.filter(pk=taken.pk).update(bytes_done=chunk.bytes_read, rows_done=chunk.rows)

    trial, error = None, ""
    try:
        found = trials.try_out(
            path=Path(taken.path),
            mapping=taken.mapping,
            countries=settings.PHONE_COUNTRIES,
            now=now,
            most_rows=settings.IMPORT_TRIAL_ROWS,
            tell=tell,
        )
        trial = msgspec.to_builtins(found)
    except trials.DoesNotFit as failed:
        error = running.kept(failed)
    Import.objects.filter(pk=taken.pk, state=Import.State.TRYING).update(
        state=Import.State.DRAFT, trial=trial, error=error, rows_done=0, bytes_done=0
    )
    taken.refresh_from_db()


def start(*, taken: Import, by: Any, now: datetime) -> None:
    """Let an uploaded file be taken in as soon as those before it are. Raises Busy, running.FileGone."""
    taken.refresh_from_db()
    if not taken.path or not Path(taken.path).is_file():
        raise running.FileGone(_("%(file)s is not there any more."), file=taken.file_name)
    with transaction.atomic():
        waits = Import.objects.filter(pk=taken.pk).exclude(state__in=_BUSY)
        if not waits.update(state=Import.State.WAITING, stop_wanted=False):
            raise Busy
        if taken.state in {Import.State.DRAFT, Import.State.DONE}:
            _begin_again(taken, now)
        taken.state, taken.started_by, taken.stop_wanted, taken.error = Import.State.WAITING, by, False, ""
        taken.save()


def stop(*, taken: Import) -> None:
    """Stop an import; it can go on later from where it was."""
    Import.objects.filter(pk=taken.pk, state=Import.State.RUNNING).update(stop_wanted=True)
    Import.objects.filter(pk=taken.pk, state=Import.State.WAITING).update(state=Import.State.STOPPED)
    if running.is_cut_off(taken):
        Import.objects.filter(pk=taken.pk, state=Import.State.RUNNING).update(state=Import.State.STOPPED)
    taken.refresh_from_db()


def remove(*, taken: Import) -> None:
    """Take an import off the list, with our copy of its file. Its touchpoints stay. Raises Busy."""
    taken.refresh_from_db()
    if not Import.objects.filter(pk=taken.pk).exclude(state__in=_BUSY).delete()[0]:
        raise Busy
    _delete_files(taken)


def tidy_up(*, now: datetime) -> None:
    """Delete our copies of files whose import ended some weeks ago, and their rejected rows."""
    before = now - timedelta(days=settings.IMPORT_KEEP_DAYS)
    for taken in (
        Import.objects.filter(is_ours=True, ended_at__lt=before).exclude(path="").exclude(state__in=_BUSY)
    ):
        _delete_files(taken)
        Import.objects.filter(pk=taken.pk).update(path="", rejects_path="")


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


_BUSY = [Import.State.TRYING, Import.State.WAITING, Import.State.RUNNING]


def _begin_again(taken: Import, now: datetime) -> None:
    taken.rows_done = taken.bytes_done = taken.touchpoints = taken.silent = taken.rejected = 0
    taken.rejects_bytes, taken.seconds, taken.told, taken.added, taken.error = 0, 0, {}, None, ""
    taken.started_at, taken.ended_at = now, None


def _folder() -> Path:
    folder = Path(settings.HOME) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _delete_files(taken: Import) -> None:
    """Delete our copies; what lies elsewhere was never ours."""
    folder = _folder().resolve()
    for path in filter(None, (taken.path, taken.rejects_path)):
        if folder in Path(path).resolve().parents:
            Path(path).unlink(missing_ok=True)
    for left in (folder / str(taken.pk), folder / f"{taken.pk}.lock"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)

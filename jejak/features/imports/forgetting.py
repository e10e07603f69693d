"""Files that name somebody who is forgotten: our copies are deleted, and their rows among the rejected ones.

A file on disk that was imported by `jejak import` is not ours, and stays; so do numbers of rows.
"""

import csv
import gzip
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from django.utils.translation import gettext_lazy as _

from jejak.features.imports.models import Import
from jejak.people import forgetting
from jejak.people.forgetting import Whom

_AT_ONCE_BYTES = 2**20
_OVERLAP_BYTES = 512
_MOST_COUNTED_BYTES = 20 * 2**20
_BUSY = (Import.State.TRYING, Import.State.WAITING, Import.State.RUNNING)


def _count(who: Whom) -> int | None:
    paths = [path for taken in _with_files() for path in _files(taken) if path.is_file()]
    if sum(path.stat().st_size for path in paths) > _MOST_COUNTED_BYTES:
        return None
    return sum(1 for path in paths if _names(path, who))


@forgetting.part("imports", _("Imported files that name them"), count=_count)
def files(who: Whom) -> int:
    """Delete our copies that name the person, and take their rows out of the rejected ones."""
    gone = 0
    for taken in _with_files():
        if taken.rejects_path and (rejects := Path(taken.rejects_path)).is_file() and _names(rejects, who):
            _not_busy(taken)
            _without(rejects, who)
            Import.objects.filter(pk=taken.pk).update(rejects_bytes=rejects.stat().st_size)
            gone += 1
        if taken.is_ours and taken.path and _names(Path(taken.path), who):
            _not_busy(taken)
            Path(taken.path).unlink(missing_ok=True)
            Import.objects.filter(pk=taken.pk).update(path="", trial=None)
            gone += 1
    return gone


def _with_files() -> list[Import]:
    return list(Import.objects.exclude(path="", rejects_path=""))


def _files(taken: Import) -> list[Path]:
    return [Path(path) for path in (taken.path if taken.is_ours else "", taken.rejects_path) if path]


def _not_busy(taken: Import) -> None:
    if Import.objects.filter(pk=taken.pk, state__in=_BUSY).exists():
        raise forgetting.Later(f"The import of {taken.file_name} reads a file that names this person.")


def _names(path: Path, who: Whom) -> bool:
    return path.is_file() and any(who.in_text(text) for text in _texts(path))


def _texts(path: Path) -> Iterator[str]:
    """Yield what a file holds, piece by piece; the pieces overlap, so that nothing is cut in two."""
    if zipfile.is_zipfile(path):  # Workbooks, too.
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    yield from _pieces(member)
        return
    with path.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        yield from _pieces(cast(IO[bytes], gzip.GzipFile(fileobj=file)) if is_gzip else file)


def _pieces(file: IO[bytes]) -> Iterator[str]:
    before = b""
    while piece := file.read(_AT_ONCE_BYTES):
        held = before + piece
        # What is not UTF-8 is Latin or UTF-16; handles are plain letters in all of them.
        yield held.replace(b"\0", b"").decode("utf-8", errors="replace")
        before = held[-_OVERLAP_BYTES:]


def _without(path: Path, who: Whom) -> None:
    """Write a CSV file again without the rows that name the person."""
    part = path.with_name(path.name + ".part")
    with (
        path.open(newline="", encoding="utf-8") as file,
        part.open("w", newline="", encoding="utf-8") as kept,
    ):
        rows = csv.reader(file)
        csv.writer(kept).writerows(row for row in rows if not who.in_text("\n".join(row)))
        kept.flush()
        os.fsync(kept.fileno())
    part.replace(path)

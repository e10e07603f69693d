"""The first rows of a file, to look at before it is imported."""

from datetime import UTC, datetime
from pathlib import Path

from jejak.common.sheets.sayings import gettext_noop as _
from jejak.features.imports import feeding, process

_ROWS = 200


def preview(path: Path, mapping: str = "") -> feeding.Preview:
    """Return the columns and the first rows of a file. Raises process.ReadingFailed.

    mapping: says how the file is read, where it does not tell itself; empty where there is none yet.
    """
    job = feeding.Job(
        path=str(path), mapping=mapping, countries=[], now=datetime.now(UTC), preview=True, most_rows=_ROWS
    )
    with process.fed(job) as frames:
        for frame in frames:
            if isinstance(frame, feeding.Preview):
                return frame
    raise process.ReadingFailed(_("%(file)s cannot be read."), file=path.name)

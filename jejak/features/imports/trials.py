"""What an import would bring, without bringing it."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from jejak.common.sheets.sayings import Saying
from jejak.features.imports import feeding, process

_REJECTS_SHOWN = 20
DoesNotFit = process.ReadingFailed
"""The file cannot be read by the mapping; the message says why."""


class Trial(msgspec.Struct, kw_only=True):
    """What a file would give. rules: why rows are rejected, how often. people: in this file alone."""

    rows: int = 0
    touchpoints: int = 0
    silent: int = 0
    rejected: int = 0
    people: int = 0
    whole: bool = True
    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    columns: list[str] | None = None
    names: dict[str, int] = {}
    rules: list[tuple[Saying, int]] = []
    noticed: list[tuple[Saying, int]] = []
    rejects: list[feeding.Reject] = []
    examples: list[str] = []


def try_out(
    *,
    path: Path,
    mapping: str,
    countries: list[str],
    now: datetime,
    most_rows: int | None = None,
    tell: Callable[[feeding.Chunk], None] = lambda chunk: None,
) -> Trial:
    """Read a file by a mapping and tell what would come. Nothing is written. Raises process.ReadingFailed."""
    trial = Trial()
    names: Counter[str] = Counter()
    rules: Counter[Saying] = Counter()
    job = feeding.Job(
        path=str(path), mapping=mapping, countries=countries, now=now, trial=True, most_rows=most_rows
    )
    with process.fed(job) as frames:
        for frame in frames:
            if isinstance(frame, feeding.Opened):
                trial.format, trial.encoding = frame.format, frame.encoding
                trial.delimiter, trial.columns = frame.delimiter, frame.columns
            elif isinstance(frame, feeding.Chunk):
                trial.rows = frame.rows
                trial.touchpoints += frame.messages
                trial.silent += frame.silent
                trial.rejected += len(frame.rejects)
                trial.rejects += frame.rejects[: _REJECTS_SHOWN - len(trial.rejects)]
                names.update(frame.names)
                rules.update(reject.rule for reject in frame.rejects)
                tell(frame)
            elif isinstance(frame, feeding.Ended):
                trial.people = frame.people or 0
                trial.whole = frame.whole
                trial.noticed = frame.told
                trial.examples = frame.examples
    trial.names, trial.rules = dict(names.most_common()), rules.most_common(50)
    return trial


def check(*, path: Path, mapping: str) -> None:
    """Find out whether a mapping fits the columns of a file. Raises DoesNotFit."""
    job = feeding.Job(
        path=str(path), mapping=mapping, countries=["ID"], now=datetime.now(UTC), trial=True, most_rows=1
    )
    with process.fed(job) as frames:
        for frame in frames:
            if isinstance(frame, feeding.Opened):
                return

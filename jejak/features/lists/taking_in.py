"""Records out of files: each row is checked, matched with what is there by a key, and made, changed or refused.

A trial does all of it but the writing. What is refused is kept with its reason, to be mended and taken in again.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from jejak.common.sheets import reading, wording
from jejak.common.sheets.file import File
from jejak.features.lists import vcards
from jejak.features.lists.models import Work
from jejak.features.lists.rows import REFUSED, Taker
from jejak.features.lists.targets import Row, Rules
from jejak.records import changing, kinds
from jejak.records.models import Change

CARD_COLUMNS = ["name", "email", "phone", "company", "role", "address", "note", "birthday"]
MOST_ROWS = 500_000
_AT_ONCE = 500
_MOST_SHOWN = 20
_CARDS = {".vcf", ".vcard"}
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".vcf")


@dataclass(kw_only=True)
class Tally:
    """What rows came to. shown: the first of them, each (line, what, why, title)."""

    counts: Counter[str] = field(default_factory=Counter)
    shown: list[tuple[int, str, str, str]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, line: int, what: str, why: str = "", title: str = "") -> None:
        """Count one row: new, changed, same, passed or refused."""
        self.counts[what] += 1
        if why:
            self.reasons[why if len(self.reasons) < 200 else "…"] += 1
        if self.counts[what] <= _MOST_SHOWN:
            self.shown.append((line, what, why[:300], title[:100]))

    def told(self) -> dict[str, Any]:
        """Return it as a work keeps it."""
        return {
            "counts": dict(self.counts),
            "shown": sorted(self.shown),
            "reasons": self.reasons.most_common(20),
        }


@contextmanager
def opened(path: Path) -> Iterator[tuple[list[str], Iterator[tuple[list[Row], float]]]]:
    """Open a file and give its columns, and its rows in pieces, each with the share read so far. Raises Unreadable."""
    if path.suffix.lower() in _CARDS:
        with path.open("rb") as file:
            yield CARD_COLUMNS, _cards(file, path.stat().st_size)
        return
    size = max(1, path.stat().st_size)
    with reading.opened(path, File(ragged="fill")) as table:
        columns = list(table.columns or [])

        def pieces() -> Iterator[tuple[list[Row], float]]:
            for block in table.blocks:
                rows = [
                    Row(line=line, cells=dict(zip(columns, map(_cell, cells), strict=False)))
                    for line, cells in zip(block.lines, block.rows, strict=True)
                ]
                rows += [
                    Row(line=fault.line, cells={}, fault=wording.of(fault.reason)) for fault in block.faults
                ]
                for start in range(0, len(rows), _AT_ONCE):
                    yield rows[start : start + _AT_ONCE], min(1.0, block.bytes_read / size)

        yield columns, pieces()


def take(
    *,
    work: Work,
    rules: Rules,
    now: datetime,
    is_trial: bool,
) -> None:
    """Take a file in, or try it, and keep what came of it in the work. Raises Unreadable."""
    kind, tally = kinds.kind(work.kind), Tally()
    deed = None
    if not is_trial:
        deed = changing.begin_import(kind=kind, by=work.by, now=now, note=work.file_name)
        Work.objects.filter(pk=work.pk).update(change=deed)
        work.change = deed
    taker = Taker(kind=kind, rules=rules, by=work.by, deed=deed)
    rejects = rejects_path(work)
    with (
        opened(Path(work.path)) as (columns, pieces),
        rejects.open("w", newline="", encoding="utf-8") as file,
    ):
        refused = csv.writer(file)
        refused.writerow([*reading.REJECT_COLUMNS, *columns])
        done = 0
        for rows, share in pieces:
            for row, came in zip(rows, taker.take(rows, datetime.now(UTC)), strict=True):
                tally.add(row.line, came.what, came.why, came.title)
                if came.what == REFUSED:
                    cells = [row.cells.get(column, "") for column in columns]
                    refused.writerow([work.file_name, row.line, came.why, *cells])
            done += len(rows)
            total = max(done, round(done / share)) if share else 0
            Work.objects.filter(pk=work.pk).update(done=done, total=total, saved_at=datetime.now(UTC))
            if done >= MOST_ROWS:
                tally.add(
                    done,
                    "refused",
                    gettext("A file of at most %(most)s rows is taken in.") % {"most": MOST_ROWS},
                )
                break
    work.done = work.total = done
    work.say(**{"trial" if is_trial else "result": tally.told()})
    if deed is not None and not Change.objects.filter(pk=deed.pk, records__gt=0).exists():
        deed.delete()
        work.change = None


def rejects_path(work: Work) -> Path:
    """Return where the refused rows of a file lie."""
    return Path(work.path).with_name("rejects.csv")


def _cards(file: Any, size: int) -> Iterator[tuple[list[Row], float]]:
    rows: list[Row] = []
    for line, card in vcards.read(file):
        cells = {
            "name": card.name,
            "email": next(iter(card.emails), ""),
            "phone": next(iter(card.phones), ""),
            "company": card.company,
            "role": card.role,
            "address": card.address,
            "note": card.note,
            "birthday": card.birthday,
        }
        rows.append(Row(line=line, cells=cells))
        if len(rows) >= _AT_ONCE:
            yield rows, 0.5
            rows = []
    if rows:
        yield rows, 1.0


def _cell(held: Any) -> str:
    """Return a cell as text; sheets hold numbers and dates."""
    if held is None:
        return ""
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, float):
        return str(int(held)) if held == int(held) else repr(held)
    if isinstance(held, datetime):
        return held.date().isoformat() if held.time() == datetime.min.time() else held.isoformat(sep=" ")
    return held.isoformat() if isinstance(held, date) else str(held)

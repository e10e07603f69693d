"""Records out of files: each row is checked, matched with what is there by a key, and made, changed or refused.

A trial does all of it but the writing. What is refused is kept with its reason, to be mended and taken in again.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext

from jejak.common.sheets import reading, wording
from jejak.common.sheets.file import File
from jejak.features.lists import vcards
from jejak.features.lists.models import Work
from jejak.people import reach
from jejak.people.models import Handle
from jejak.people.normalising import normalise
from jejak.records import changing, kinds
from jejak.records.changing import BadValues
from jejak.records.forms import NUMBER_AT_END
from jejak.records.kinds import Field, Kind
from jejak.records.models import Change
from jejak.records.types import BadValue
from jejak.staff.models import User

NEW, UPDATE, BOTH = "new", "update", "both"
FIRST_NAME, LAST_NAME = "+first_name", "+last_name"
"""What a column can be beside a field: one half of a name."""
ID = "id"
CARD_COLUMNS = ["name", "email", "phone", "company", "role", "address", "note", "birthday"]
MOST_ROWS = 500_000
_AT_ONCE = 200
_MOST_SHOWN = 20
_CARDS = {".vcf", ".vcard"}
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".vcf")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a file is taken in. columns: {column: field's key}. key: what tells which record a row means; "" for none.

    mode: new, update or both.
    """

    columns: Mapping[str, str]
    key: str = ""
    mode: str = BOTH


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
        of_this = sum(1 for one in self.shown if one[1] == what)
        if of_this < _MOST_SHOWN:
            self.shown.append((line, what, why[:300], title[:100]))

    def told(self) -> dict[str, Any]:
        """Return it as a work keeps it."""
        return {
            "counts": dict(self.counts),
            "shown": sorted(self.shown),
            "reasons": self.reasons.most_common(20),
        }


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a file. fault: why it is none."""

    line: int
    cells: Mapping[str, str]
    fault: str = ""


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
    taker = _Taker(kind=kind, rules=rules, by=work.by, deed=deed, tally=tally)
    rejects = rejects_path(work)
    with (
        opened(Path(work.path)) as (columns, pieces),
        rejects.open("w", newline="", encoding="utf-8") as file,
    ):
        refused = csv.writer(file)
        refused.writerow([*reading.REJECT_COLUMNS, *columns])
        done = 0
        for rows, share in pieces:
            for row, why in taker.take(rows, datetime.now(UTC)):
                cells = [row.cells.get(column, "") for column in columns]
                refused.writerow([work.file_name, row.line, why, *cells])
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


class _Taker:
    """Takes rows in, some hundred at a time."""

    def __init__(self, *, kind: Kind, rules: Rules, by: User, deed: Change | None, tally: Tally) -> None:
        self.kind, self.rules, self.by, self.deed, self.tally = kind, rules, by, deed, tally
        self.fields = {
            column: next((one for one in kind.fields if one.key == key), None)
            for column, key in rules.columns.items()
        }
        self.tried: set[str] = set()
        self.links: dict[tuple[str, str], int | None] = {}
        self.leads_here = any(one is not None and one.links_to == kind.key for one in self.fields.values())

    def take(self, rows: Sequence[Row], now: datetime) -> list[tuple[Row, str]]:
        """Take rows in; return those that were refused, each with the reason."""
        read = [(row, *self._values(row)) for row in rows]
        known = self._known([key for _row, _values, key, why in read if key and not why])
        refused = []
        with transaction.atomic():
            for row, values, key, why in read:
                if why and self.leads_here:  # Perhaps an earlier row has made what it leads to.
                    values, key, why = self._values(row)
                    known |= self._known([key] if key and not why else [])
                if not why:
                    why = self._one(row, values, key, known, now)
                if why:
                    self.tally.add(row.line, "refused", why, self._title(values))
                    refused.append((row, why))
        return refused

    def _one(
        self, row: Row, values: dict[str, Any], key: str, known: dict[str, list[int]], now: datetime
    ) -> str:
        """Take one row in, and return why not, or ""."""
        there = known.get(key, []) if key else []
        title = self._title(values)
        if len(there) > 1:
            return gettext("Several records have “%(key)s”.") % {"key": key}
        if not there and not (key and key in self.tried):
            if self.rules.mode == UPDATE:
                if not key:
                    return gettext("It does not say which record it means.")
                self.tally.add(row.line, "passed", gettext("It is not there yet."), title)
                return ""
            return self._make(row, values, key, known, now)
        if self.rules.mode == NEW:
            self.tally.add(row.line, "passed", gettext("It is there already."), title)
            return ""
        if not there:  # Only in a trial: an earlier row would have made it.
            self.tally.add(row.line, "changed", "", title)
            return ""
        return self._change(row, values, there[0], now)

    def _make(
        self, row: Row, values: dict[str, Any], key: str, known: dict[str, list[int]], now: datetime
    ) -> str:
        try:
            if self.deed is None:
                changing.cleaned(self.kind, values, is_new=True)
                if taken := self._taken(values):
                    return taken
                if key:
                    self.tried.add(key)
            else:
                made = changing.make(kind=self.kind, values=values, by=self.by, now=now, change=self.deed)
                if key:
                    known[key] = [made.pk]
        except BadValues as error:
            return self._why(error)
        self.tally.add(row.line, "new", "", self._title(values))
        return ""

    def _change(self, row: Row, values: dict[str, Any], record_id: int, now: datetime) -> str:
        record = self.kind.seen_by(self.by).filter(pk=record_id).first()
        if record is None:
            return gettext("It is there, but out of your reach.")
        try:
            if self.deed is None:
                checked = changing.cleaned(self.kind, values)
                is_new = any(
                    self.kind.value(record, self.kind.field(one)) != value for one, value in checked.items()
                )
            else:
                is_new = changing.change_within(
                    deed=self.deed, kind=self.kind, record=record, values=values, by=self.by, now=now
                )
        except BadValues as error:
            return self._why(error)
        self.tally.add(row.line, "changed" if is_new else "same", "", self.kind.label_of(record))
        return ""

    def _values(self, row: Row) -> tuple[dict[str, Any], str, str]:
        """Return what a row says, the text of its key, and why it says nothing that can be taken."""
        if row.fault:
            return {}, "", row.fault
        values: dict[str, Any] = {}
        halves: dict[str, str] = {}
        key = ""
        for column, target in self.rules.columns.items():
            text = row.cells.get(column, "").strip()
            if not text or not target:
                continue
            if target in {FIRST_NAME, LAST_NAME}:
                halves[target] = text
                continue
            if target == ID:
                key = text.removeprefix("#") if self.rules.key == ID else key
                continue
            held = self.fields[column]
            if held is None:
                continue
            try:
                values[target] = self._link(held, text) if held.type.is_link else text
                if target == self.rules.key:
                    key = self._folded(held, text)
            except BadValue as error:
                return values, "", f"{held.label}: {error}"
        if halves and "name" not in values:
            values["name"] = " ".join(halves[one] for one in (FIRST_NAME, LAST_NAME) if one in halves)
        if not values:
            return values, "", gettext("The row holds nothing that is taken in.")
        return values, key, ""

    def _folded(self, held: Field, text: str) -> str:
        """Return the text of a key as it is compared."""
        return str(held.type.clean(text, held.options) or "").lower()

    def _known(self, keys: Sequence[str]) -> dict[str, list[int]]:
        """Return the records that have these keys, in one question."""
        wanted = sorted(set(keys))
        found: dict[str, list[int]] = {}
        if not wanted or not self.rules.key:
            return found
        if self.rules.key == ID:
            ids = [int(one) for one in wanted if one.isdecimal() and len(one) < 19]
            return {str(pk): [pk] for pk in self.kind.rows().filter(pk__in=ids).values_list("pk", flat=True)}
        if self.kind.key == "person" and self.rules.key in {"email", "phone"}:
            handles = Handle.objects.filter(kind=self.rules.key, value__in=wanted)
            for value, root, person in handles.values_list("value", "person__root_id", "person_id"):
                found[value] = [root or person]
            return found
        held = self.kind.field(self.rules.key)
        expression = self.kind.expression(held)
        if not held.inside and not held.type.is_number:
            expression = Lower(expression)
        asked: list[Any] = [float(one) for one in wanted] if held.type.is_number else wanted
        rows = self.kind.rows().alias(import_key=expression).filter(import_key__in=asked)
        for pk, value in rows.annotate(found_key=expression).values_list("pk", "found_key"):
            written = str(held.type.dump(value) if held.type.is_number else value).lower()
            found.setdefault(written, []).append(pk)
        return found

    def _taken(self, values: Mapping[str, Any]) -> str:
        """Tell, in a trial, that an e-mail or a phone is somebody's already."""
        if self.kind.key != "person":
            return ""
        for name in ("email", "phone"):
            held = normalise(name, str(values.get(name) or ""), settings.PHONE_COUNTRIES)
            there = (
                Handle.objects.filter(kind=name, value=held).select_related("person").first()
                if held
                else None
            )
            if there is not None:
                return f"{self.kind.field(name).label}: " + gettext("%(person)s has it already.") % {
                    "person": reach.called(self.by, there.person)
                }
        return ""

    def _link(self, held: Field, text: str) -> int:
        """Return the id that a text of a file leads to. Raises BadValue."""
        kept = (held.key, text.lower())
        if kept not in self.links:
            if len(self.links) > 20_000:
                self.links.clear()
            self.links[kept] = self._found(held, text)
        found = self.links[kept]
        if found is None and held.links_to == self.kind.key:
            found = self.links[kept] = self._found(held, text)
        if found is None:
            raise BadValue(gettext("Nothing is called “%(text)s”.") % {"text": text[:60]})
        return found

    def _found(self, held: Field, text: str) -> int | None:
        if found := NUMBER_AT_END.search(text):
            return int(found[1])
        if held.type.key == "staff":
            for one in User.objects.filter(is_active=True):
                if text.lower() in {
                    one.get_full_name().lower(),
                    one.get_username().lower(),
                    one.email.lower(),
                }:
                    return int(one.pk)
            return None
        of = kinds.kind(held.links_to)
        title = next((one for one in of.fields if one.key == of.title and one.column), None)
        if title is not None:
            same = of.seen_by(self.by).filter(**{f"{title.column}__iexact": text})
            ids = list(same.values_list("pk", flat=True)[:2])
            if len(ids) == 1:
                return int(ids[0])
        if of.find is not None:
            best = list(of.find(text, 2))
            if len(best) == 1:
                return int(best[0])
        return int(text) if text.isdecimal() and len(text) < 19 else None

    def _title(self, values: Mapping[str, Any]) -> str:
        return str(values.get(self.kind.title) or values.get("email") or values.get("phone") or "")

    def _why(self, error: BadValues) -> str:
        labels = {one.key: one.label for one in self.kind.fields}
        return "; ".join(f"{labels.get(key, key)}: {why}" for key, why in error.errors.items())


def rejects_path(work: Work) -> Path:
    """Return where the refused rows of a file lie."""
    return Path(work.path).with_name("rejects.csv")


def keys_of(kind: Kind) -> list[tuple[str, Any]]:
    """Return what can tell which record a row means."""
    fit = {"text", "email", "phone", "link", "number"}
    return [(ID, "id")] + [
        (one.key, one.label)
        for one in kind.fields
        if one.type.key in fit and (one.column or one.inside) and one.is_editable
    ]


def targets_of(kind: Kind) -> list[tuple[str, Any]]:
    """Return what a column can be."""
    halves = (
        [(FIRST_NAME, gettext("First name")), (LAST_NAME, gettext("Last name"))]
        if kind.key == "person"
        else []
    )
    return [
        (ID, gettext("id, to find the record")),
        *halves,
        *((one.key, one.label) for one in kind.fields if one.is_editable),
    ]


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

"""Rows of a file become records, some hundreds at a time: what each says, which record it means, what comes of it.

Rows wait to be written together. One that depends on an earlier one (the same key, the same record, a link to it) has
what waits written first, so that the outcome is that of one row after the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext

from jejak.features.lists.targets import FIRST_NAME, ID, LAST_NAME, NEW, UPDATE, Row, Rules
from jejak.people.models import Handle
from jejak.records import changing, kinds, many
from jejak.records.changing import BadValues, Step
from jejak.records.forms import NUMBER_AT_END
from jejak.records.kinds import Field, Kind
from jejak.records.many import Links
from jejak.records.models import Change
from jejak.records.types import BadValue, Value
from jejak.staff.models import User

MADE, CHANGED, SAME, PASSED, REFUSED = "new", "changed", "same", "passed", "refused"
_MOST_LINKS = 20_000
_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class Came:
    """What came of a row: new, changed, same, passed or refused, why, and of which record."""

    what: str
    why: str = ""
    title: str = ""


@dataclass(kw_only=True)
class _Read:
    """What a row says. key: the text that tells its record. why: why it says nothing that can be taken in."""

    given: Mapping[str, Any] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    key: str = ""
    why: str = ""


class Taker:
    """Takes rows in, or tries to: without a deed nothing is written."""

    def __init__(self, *, kind: Kind, rules: Rules, by: User, deed: Change | None) -> None:
        self.kind, self.rules, self.by, self.deed = kind, rules, by, deed
        fields = {one.key: one for one in kind.fields}
        self._columns = [(column, key, fields.get(key)) for column, key in rules.columns.items() if key]
        self.labels = {key: one.label for key, one in fields.items()}
        self.reading = changing.Reading(kind)
        self.leads_here = any(one is not None and one.links_to == kind.key for _c, _k, one in self._columns)
        self._links: dict[tuple[str, str], int | None] = {}
        # Of a trial: what earlier rows would have made.
        self.tried: set[str] = set()
        self.titles: set[str] = set()
        self.taken: dict[Any, str] = {}

    def take(self, rows: Sequence[Row], now: datetime) -> list[Came]:
        """Return what came of each row."""
        read = [self.read(row) for row in rows]
        if self.deed is None:
            return _Piece(self, rows, read, now).run()
        attempt = 1
        while True:
            try:
                with transaction.atomic():
                    return _Piece(self, rows, read, now).run()
            except IntegrityError:
                # The pipeline met one of these people at the same moment; now they can be found.
                if attempt == _ATTEMPTS:
                    raise
                attempt += 1

    def read(self, row: Row) -> _Read:
        """Return what a row says."""
        if row.fault:
            return _Read(why=row.fault)
        given: dict[str, Any] = {}
        halves: dict[str, str] = {}
        key = ""
        for column, target, held in self._columns:
            text = row.cells.get(column, "").strip()
            if not text:
                continue
            if target in {FIRST_NAME, LAST_NAME}:
                halves[target] = text
            elif target == ID:
                key = text.removeprefix("#") if self.rules.key == ID else key
            elif held is not None and held.type.is_link:
                try:
                    if (link := self._link(held, text)) is not None:
                        given[target] = link
                except BadValue as error:
                    return _Read(given=given, why=f"{held.label}: {error}")
            elif held is not None:
                given[target] = text
        if halves and "name" not in given:
            given["name"] = " ".join(halves[one] for one in (FIRST_NAME, LAST_NAME) if one in halves)
        if not given:
            return _Read(why=gettext("The row holds nothing that is taken in."))
        values, errors = self.reading.read(given)
        if self.rules.key in given:
            if wrong := errors.get(self.rules.key):
                return _Read(given=given, why=f"{self.labels[self.rules.key]}: {wrong}")
            key = str(values[self.rules.key] or "").lower()
        return _Read(given=given, values=values, errors=errors, key=key)

    def known(self, keys: Sequence[str]) -> dict[str, list[int]]:
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

    def _link(self, held: Field, text: str) -> int | None:
        """Return the id that a text of a file leads to; None in a trial that would have made it. Raises BadValue."""
        kept = (held.key, text.lower())
        if kept not in self._links:
            if len(self._links) > _MOST_LINKS:
                self._links.clear()
            self._links[kept] = self._found(held, text)
        found = self._links[kept]
        if found is None and held.links_to == self.kind.key:
            if text.lower() in self.titles:
                return None
            found = self._links[kept] = self._found(held, text)  # An earlier row may have made it since.
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


class _Piece:
    """Some rows on their way to be written."""

    def __init__(self, taker: Taker, rows: Sequence[Row], read: Sequence[_Read], now: datetime) -> None:
        self._taker, self._rows, self._read, self._now = taker, rows, list(read), now
        self._kind, self._by = taker.kind, taker.by
        self._came: dict[int, Came] = {}
        self._known = taker.known([one.key for one in read if one.key and not one.why])
        there = [ids[0] for ids in self._known.values() if len(ids) == 1]
        self._records: dict[int, Any] = self._kind.seen_by(self._by).in_bulk(there)
        self._links = Links(self._kind, [one.values for one in read], self._by)
        self._makes: list[int] = []
        self._changes: list[tuple[int, Step]] = []
        self._waiting: set[object] = set()
        """Keys that will be made, and ids of records that will be changed."""

    def run(self) -> list[Came]:
        """Return what came of each row."""
        for number in range(len(self._read)):
            self._one(number)
        self._write()
        return [self._came[number] for number in range(len(self._read))]

    def _one(self, number: int) -> None:
        one = self._read[number]
        if one.why and self._taker.leads_here:  # Perhaps an earlier row makes what it leads to.
            self._write()
            one = self._read[number] = self._taker.read(self._rows[number])
            self._known |= self._taker.known([one.key] if one.key and not one.why else [])
            self._links.look([one.values])
        if one.why:
            self._refuse(number, one.why)
            return
        if one.key in self._waiting:
            self._write()
        there = self._known.get(one.key, []) if one.key else []
        is_there = bool(there) or one.key in self._taker.tried
        mode = self._taker.rules.mode
        if len(there) > 1:
            self._refuse(number, gettext("Several records have “%(key)s”.") % {"key": one.key})
        elif is_there and mode == NEW:
            self._say(number, PASSED, gettext("It is there already."))
        elif there:
            self._change(number, there[0])
        elif is_there:  # In a trial: an earlier row would have made it.
            self._say(number, CHANGED)
        elif mode != UPDATE:
            self._make(number)
        elif one.key:
            self._say(number, PASSED, gettext("It is not there yet."))
        else:
            self._refuse(number, gettext("It does not say which record it means."))

    def _make(self, number: int) -> None:
        one = self._read[number]
        errors = one.errors | self._taker.reading.missing(one.given)
        if errors := errors or self._links.errors(one.values, new=one.values):
            self._refuse(number, self._why(errors))
            return
        self._makes.append(number)
        if one.key:
            self._waiting.add(one.key)

    def _change(self, number: int, record_id: int) -> None:
        one = self._read[number]
        if record_id in self._waiting:
            self._write()
        if record_id not in self._records:
            self._records |= self._kind.seen_by(self._by).in_bulk([record_id])
        record = self._records.get(record_id)
        if record is None:
            self._refuse(number, gettext("It is there, but out of your reach."))
            return
        step = changing.step_of(self._kind, record, one.values)
        if errors := one.errors or self._links.errors(one.values, new=step.after):
            self._refuse(number, self._why(errors))
        elif not step.after:
            self._say(number, SAME, record=record)
        elif self._taker.deed is None:
            self._say(number, CHANGED, record=record)
        else:
            self._changes.append((number, step))
            self._waiting.add(record_id)

    def _write(self) -> None:
        """Write what waits, or look whether it could be written."""
        makes, changes = self._makes, self._changes
        self._makes, self._changes, self._waiting = [], [], set()
        if makes:
            values = [self._read[number].values for number in makes]
            for number, made in zip(makes, self._made(values), strict=True):
                if isinstance(made, BadValues):
                    self._refuse(number, self._why(made.errors))
                else:
                    self._say(number, MADE)
                    self._note_made(self._read[number], made)
        if changes and (deed := self._taker.deed) is not None:
            steps = [step for _number, step in changes]
            done = many.change(deed=deed, kind=self._kind, steps=steps, by=self._by, now=self._now)
            for (number, step), wrong in zip(changes, done, strict=True):
                self._records.pop(step.record.pk, None)
                if wrong is not None:
                    self._refuse(number, self._why(wrong.errors))
                else:
                    self._say(number, CHANGED, record=step.record)

    def _made(self, values: Sequence[Mapping[str, Value]]) -> list[int | BadValues]:
        """Return the ids of new records, or why they are none; 0 in a trial."""
        if (deed := self._taker.deed) is not None:
            return many.make(deed=deed, kind=self._kind, values=values, by=self._by, now=self._now)
        errors = many.check(self._kind, values, by=self._by, earlier=self._taker.taken)
        return [BadValues(one) if one else 0 for one in errors]

    def _note_made(self, one: _Read, record_id: int) -> None:
        if self._taker.deed is not None:
            self._known[one.key] = [record_id]
            return
        if one.key:
            self._taker.tried.add(one.key)
        if self._taker.leads_here:
            self._taker.titles.add(str(one.given.get(self._kind.title) or "").lower())

    def _say(self, number: int, what: str, why: str = "", *, record: Any = None) -> None:
        given = self._read[number].given
        title = str(given.get(self._kind.title) or "")
        if not title:
            title = (
                self._kind.label_of(record)
                if record is not None
                else str(given.get("email") or given.get("phone") or "")
            )
        self._came[number] = Came(what=what, why=why, title=title)

    def _refuse(self, number: int, why: str) -> None:
        self._say(number, REFUSED, why)

    def _why(self, errors: Mapping[str, str]) -> str:
        labels = self._taker.labels
        return "; ".join(f"{labels.get(key, key)}: {why}" for key, why in errors.items())

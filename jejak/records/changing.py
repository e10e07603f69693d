"""Records are made, changed and put away here, one or many, and every deed can be undone."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext

from jejak.people import bulk
from jejak.records import unmaking
from jejak.records.kinds import Field, Kind, NoSuchField
from jejak.records.kinds import kind as kind_of
from jejak.records.models import Change, ChangedRecord
from jejak.records.types import BadValue, Options, Value
from jejak.records.unmaking import Made
from jejak.staff.models import User

Told = Callable[[int, int], None]
"""told(done, total): how far a deed on many records is."""

MOST_AT_ONCE = 50_000
_PIECE = 500
_MAKING = frozenset({Change.MADE, Change.IMPORTED})
_One = TypeVar("_One")


class BadValues(ValueError):
    """Values that a record cannot take. errors: {field's key: why}."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {why}" for key, why in errors.items()))
        self.errors = errors


class TooMany(ValueError):
    """More records than may be changed at once."""


class NotMade(TypeError):
    """Records of this kind are not made by hand."""


class ChangedMeanwhile(ValueError):
    """Somebody else changed the same field since it was shown."""


class UndoneAlready(ValueError):
    """This change was undone before."""


class NotNow(Exception):
    """Something must come first; its text says what. Undone again later, it goes on where it was."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is changed of one record: its values before and after, of the fields that change."""

    record: Any
    before: Mapping[str, Value]
    after: Mapping[str, Value]


@dataclass(kw_only=True)
class Undone:
    """What an undoing did. kept: records that were touched since, and so stay as they are; the journal tells why."""

    restored: int = 0
    kept: list[int] = field(default_factory=list)


class Reading:
    """Reads what is given to the fields of a kind, time after time; what a field offers is asked once."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._fields = {held.key: held for held in reversed(kind.fields)}
        self._required = [held for held in kind.fields if held.is_required]
        self._options: dict[str, Options] = {}

    def read(self, given: Mapping[str, Any]) -> tuple[dict[str, Value], dict[str, str]]:
        """Return what fields hold of what was given, and why the others do not."""
        values: dict[str, Value] = {}
        errors: dict[str, str] = {}
        for key, raw in given.items():
            held = self._fields.get(key)
            if held is None:
                errors[key] = gettext("There is no such field.")
            elif not held.is_editable:
                errors[key] = gettext("This field is not changed by hand.")
            else:
                try:
                    values[key] = held.type.clean(raw, self._options_of(held))
                except BadValue as error:
                    errors[key] = str(error)
        for held in self._required:
            is_empty = values.get(held.key) in (None, [], "")
            if held.key in given and held.key not in errors and is_empty:
                errors[held.key] = gettext("This field must be filled.")
        return values, errors

    def missing(self, given: Mapping[str, Any]) -> dict[str, str]:
        """Return which fields a new record must have beside what was given."""
        return {
            held.key: gettext("This field must be filled.")
            for held in self._required
            if held.is_editable and held.key not in given
        }

    def _options_of(self, held: Field) -> Options:
        if held.key not in self._options:
            self._options[held.key] = held.options
        return self._options[held.key]


def cleaned(kind: Kind, given: Mapping[str, Any], *, is_new: bool = False) -> dict[str, Value]:
    """Return what fields hold of what was given. Raises BadValues, which names each field that does not fit."""
    reading = Reading(kind)
    values, errors = reading.read(given)
    if is_new:
        errors |= reading.missing(given)
    if errors:
        raise BadValues(errors)
    _check_links(kind, values)
    return values


@transaction.atomic
def make(
    *, kind: Kind, values: Mapping[str, Any], by: User | None, now: datetime, change: Change | None = None
) -> Any:
    """Make a record of given values and return it. Raises BadValues, NotMade."""
    checked = cleaned(kind, values, is_new=True)
    _check_reach(kind, checked, by)
    return make_checked(kind=kind, checked=checked, by=by, now=now, change=change)


@transaction.atomic
def make_checked(
    *, kind: Kind, checked: Mapping[str, Value], by: User | None, now: datetime, change: Change | None
) -> Any:
    """Make a record of values that are read, and whose links are checked. Raises BadValues, NotMade."""
    _check_together(kind, None, checked)
    if kind.make is not None:
        record = kind.make(checked, by=by, now=now)
    elif _can_begin(kind):
        record = begun(kind, now)
        put(record, kind, checked, now=now, columns=None)
    else:
        raise NotMade(kind.key)
    change = change or _begin(kind, Change.MADE, by=by, now=now)
    note_many(change, kind, [(record.pk, {}, filled(checked))])
    return record


def begun(kind: Kind, now: datetime) -> Any:
    """Return a new record of a kind that is simply saved."""
    return kind.fresh(now) if kind.fresh else kind.model(created_at=now, changed_at=now)


def filled(checked: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values that a new record begins with."""
    return {key: value for key, value in checked.items() if value is not None}


def can_make(kind: Kind) -> bool:
    """Tell whether records of this kind are made by hand."""
    return kind.make is not None or _can_begin(kind)


@transaction.atomic
def change(
    *,
    kind: Kind,
    record: Any,
    values: Mapping[str, Any],
    by: User | None,
    now: datetime,
    seen: Mapping[str, Value] | None = None,
) -> Change | None:
    """Change one record and return the deed; None where nothing is new. Raises BadValues, ChangedMeanwhile.

    seen: what the fields held when they were shown, to notice that somebody else was quicker.
    """
    checked = cleaned(kind, values)
    before = {key: kind.value(record, kind.field(key)) for key in checked}
    if seen is not None and any(before[key] != seen[key] for key in checked if key in seen):
        raise ChangedMeanwhile(kind.label_of(record))
    new = {key: value for key, value in checked.items() if before[key] != value}
    if not new:
        return None
    _check_reach(kind, new, by)
    _check_together(kind, record, new)
    deed = _begin(kind, Change.CHANGED, by=by, now=now)
    _write(kind, record, new, by=by, now=now)
    _note(deed, kind, record, before={key: before[key] for key in new}, after=new)
    return deed


def change_many(
    *,
    kind: Kind,
    rows: QuerySet[Any],
    values: Mapping[str, Any],
    by: User | None,
    now: datetime,
    told: Told | None = None,
) -> Change:
    """Change every one of these rows, some hundreds at a time, and return the one deed that undoes it all.

    Raises BadValues before anything is changed, and TooMany.
    """
    checked = cleaned(kind, values)
    _check_reach(kind, checked, by)
    ids = _ids(rows)
    if kind.check is not None:
        for some in _pieces(ids, None):
            for record in kind.rows().filter(pk__in=some):
                _check_together(kind, record, checked)
    deed = _begin(kind, Change.CHANGED, by=by, now=now)
    for some in _pieces(ids, told):
        with transaction.atomic():
            steps = [step_of(kind, record, checked) for record in kind.rows().filter(pk__in=some)]
            write_many(deed, kind, [step for step in steps if step.after], by=by, now=now)
    return deed


def tag_many(
    *,
    kind: Kind,
    rows: QuerySet[Any],
    add: Sequence[str],
    drop: Sequence[str],
    by: User | None,
    now: datetime,
    told: Told | None = None,
) -> Change:
    """Add tags to rows, and take others from them, in one deed. Raises BadValues, TooMany."""
    said = cleaned(kind, {"tags": list(add)})["tags"]
    extra = said if isinstance(said, list) else []
    deed = _begin(kind, Change.CHANGED, by=by, now=now)
    for some in _pieces(_ids(rows), told):
        with transaction.atomic():
            steps = []
            for record in kind.rows().filter(pk__in=some):
                held = list(record.tags)
                new: list[str] = [tag for tag in held if tag not in drop]
                new += [tag for tag in extra if tag not in new]
                steps.append(step_of(kind, record, {"tags": new or None}))
            write_many(deed, kind, [step for step in steps if step.after], by=by, now=now)
    return deed


def archive_many(
    *, kind: Kind, rows: QuerySet[Any], by: User | None, now: datetime, told: Told | None = None
) -> Change:
    """Put rows away, out of every list, in one deed. Raises TooMany, NotMade where this kind has no such thing."""
    if not can_archive(kind):
        raise NotMade(kind.key)
    deed = _begin(kind, Change.ARCHIVED, by=by, now=now)
    for some in _pieces(_ids(rows), told):
        with transaction.atomic():
            for record in kind.rows().filter(pk__in=some):
                record.archived_at = now
                record.save(update_fields=["archived_at"])
                _note(deed, kind, record, before={"archived": False}, after={"archived": True})
    return deed


def can_archive(kind: Kind) -> bool:
    """Tell whether records of this kind can be put away."""
    return any(one.name == "archived_at" for one in kind.model._meta.fields)


def undo(*, change: Change, by: User | None, now: datetime, told: Told | None = None) -> Undone:
    """Put back what a change did, and take away what it made, except what was touched since.

    Broken off and begun again, it goes on where it was. Raises UndoneAlready, NotNow.
    """
    still = Change.objects.filter(pk=change.pk, undone_at=None)
    if not still.exists():
        raise UndoneAlready(f"Change {change.pk} was undone before.")
    rows = ChangedRecord.objects.filter(change=change)
    left: dict[tuple[str, int], list[int]] = {}
    for pk, kind_key, record in rows.filter(undone="").order_by("-pk").values_list("pk", "kind", "record_id"):
        left.setdefault((kind_key, record), []).append(pk)
    undoings: dict[str, _Undoing] = {}
    for some in _pieces(list(left.items()), told):
        of_kind: dict[str, list[int]] = {}
        for (kind_key, _record), ids in some:
            of_kind.setdefault(kind_key, []).extend(ids)
        for kind_key, ids in of_kind.items():
            undoings.setdefault(kind_key, _Undoing(kind_key, change, by, now)).undo(ids)
    for kind_key in set(rows.filter(undone=ChangedRecord.TAKEN).values_list("kind", flat=True)):
        undoings.setdefault(kind_key, _Undoing(kind_key, change, by, now)).finish()
    if not still.update(undone_at=now, undone_by=by):
        raise UndoneAlready(f"Change {change.pk} was undone by somebody else meanwhile.")
    records = dict(rows.order_by("pk").values_list("record_id", "undone"))
    kept = [pk for pk, what in records.items() if what == ChangedRecord.KEPT]
    return Undone(restored=len(records) - len(kept), kept=kept)


@dataclass(frozen=True, kw_only=True)
class _Deed:
    """All that a change did to one record, in its order."""

    record_id: int
    rows: list[ChangedRecord]

    @property
    def before(self) -> dict[str, Value]:
        return {key: value for row in reversed(self.rows) for key, value in row.before.items()}

    @property
    def after(self) -> dict[str, Value]:
        return {key: value for row in self.rows for key, value in row.after.items()}


class _Undoing:
    """The undoing of what a change did to records of one kind, some at a time."""

    def __init__(self, kind_key: str, change: Change, by: User | None, now: datetime) -> None:
        self.kind, self.change, self.by, self.now = kind_of(kind_key), change, by, now
        self.unmaking = self.kind.unmaking(self.kind) if self.kind.unmaking else None

    def undo(self, row_ids: Sequence[int]) -> None:
        """Undo what these rows of the journal tell, all of it or nothing. Raises NotNow."""
        rows = ChangedRecord.objects.filter(pk__in=row_ids, undone="").order_by("pk")
        if self.unmaking is not None and self.change.verb in _MAKING:
            self.unmaking.wait(list(rows.filter(before={}).values_list("record_id", flat=True)))
        with transaction.atomic():
            # Whoever else undoes the same change waits here, and finds it done.
            deeds = self._deeds(rows.select_for_update())
            kept: dict[int, list[str]] = {}
            taken: set[int] = set()
            if self.unmaking is not None and (made := self._made(deeds)):
                kept = self.unmaking.take(made, now=self.now)
                taken = {one.record_id for one in made} - kept.keys()
            others = [deed for deed in deeds if deed.record_id not in taken | kept.keys()]
            kept |= self._put_back(others)
            for reasons in {tuple(one) for one in kept.values()}:
                these = [pk for pk, one in kept.items() if tuple(one) == reasons]
                rows.filter(record_id__in=these).update(undone=ChangedRecord.KEPT, kept_for=list(reasons))
            rows.filter(record_id__in=taken).update(undone=ChangedRecord.TAKEN)
            rows.update(undone=ChangedRecord.BACK)

    def finish(self) -> None:
        """Take away what lies elsewhere of those that were taken away. Raises NotNow."""
        if self.unmaking is not None:
            taken = ChangedRecord.objects.filter(
                change=self.change, kind=self.kind.key, undone=ChangedRecord.TAKEN
            )
            self.unmaking.finish(sorted(set(taken.values_list("record_id", flat=True))))

    def _deeds(self, rows: QuerySet[ChangedRecord]) -> list[_Deed]:
        found: dict[int, _Deed] = {}
        for row in rows:
            found.setdefault(row.record_id, _Deed(record_id=row.record_id, rows=[])).rows.append(row)
        return list(found.values())

    def _made(self, deeds: Iterable[_Deed]) -> list[Made]:
        return [
            Made(record_id=deed.record_id, change_id=self.change.pk, values=deed.after)
            for deed in deeds
            if self._is_made(deed)
        ]

    def _is_made(self, deed: _Deed) -> bool:
        return self.change.verb in _MAKING and not deed.rows[0].before

    def _put_back(self, deeds: Sequence[_Deed]) -> dict[int, list[str]]:
        """Put records back; return why others are kept."""
        records: dict[int, Any] = self.kind.model._default_manager.in_bulk([one.record_id for one in deeds])
        kept, written = {}, []
        for deed in deeds:
            record: Any = records.get(deed.record_id)
            if reason := self._look_at(deed, record):
                kept[deed.record_id] = [reason]
            elif "archived" in deed.after or self._is_made(deed):
                record.archived_at = None if "archived" in deed.after else self.now
                record.save(update_fields=["archived_at"])
            else:
                written.append((record, self._before(deed)))
        for record, _before in self._write_back(written):
            kept[record.pk] = [unmaking.IMPOSSIBLE]
        return kept

    def _look_at(self, deed: _Deed, record: Any) -> str:
        """Return why a record is kept as it is, or ""."""
        if record is None:
            return unmaking.GONE
        if "archived" in deed.after:
            return ""
        known = {key: value for key, value in deed.after.items() if _is_field(self.kind, key)}
        if any(self.kind.value(record, self.kind.field(key)) != value for key, value in known.items()):
            return unmaking.CHANGED
        return unmaking.STAYS if self._is_made(deed) and not can_archive(self.kind) else ""

    def _before(self, deed: _Deed) -> dict[str, Value]:
        before = deed.before
        return {key: before.get(key) for key in deed.after if _is_field(self.kind, key)}

    def _write_back(self, said: Sequence[tuple[Any, dict[str, Value]]]) -> list[tuple[Any, dict[str, Value]]]:
        """Write what stood there before; return of which records that is not possible any more."""
        if self.kind.write_many is not None:
            self.kind.write_many(said, by=self.by, now=self.now)
            return []
        impossible = []
        for record, before in said:
            try:
                _check_together(self.kind, record, before)
                with transaction.atomic():
                    _write(self.kind, record, before, by=self.by, now=self.now)
            except BadValues:
                impossible.append((record, before))
        return impossible


def put(
    record: Any, kind: Kind, values: Mapping[str, Value], *, now: datetime, columns: list[str] | None = None
) -> None:
    """Put checked values into a record's columns and own fields, and save it. columns: more that were set."""
    saved = [*(columns or []), *fill(record, kind, values, now=now)]
    if record.pk is None:
        record.save(force_insert=True)
    elif saved:
        record.save(update_fields=list(dict.fromkeys(saved)))


def fill(record: Any, kind: Kind, values: Mapping[str, Value], *, now: datetime) -> list[str]:
    """Put checked values into a record's columns and own fields; return which columns are to be saved."""
    own = False
    saved = []
    for key, value in values.items():
        held = kind.field(key)
        if held.inside:
            record.own = (
                {**record.own, held.key: value} if value is not None else _without(record.own, held.key)
            )
            own = True
        else:
            setattr(record, held.column, held.type.load(value))
            saved.append(held.column.removesuffix("_id") if held.type.is_link else held.column)
    if own:
        saved.append("own")
    if hasattr(record, "changed_at"):
        record.changed_at = now
        saved.append("changed_at")
    return saved


def _write(kind: Kind, record: Any, values: Mapping[str, Value], *, by: User | None, now: datetime) -> None:
    if kind.write is not None:
        kind.write(record, values, by=by, now=now)
    else:
        put(record, kind, values, now=now)


def _write_many(
    kind: Kind, said: Sequence[tuple[Any, Mapping[str, Value]]], *, by: User | None, now: datetime
) -> None:
    if kind.write_many is not None:
        kind.write_many(said, by=by, now=now)
        return
    for record, values in said:
        _write(kind, record, values, by=by, now=now)


def _check_together(kind: Kind, record: Any, values: Mapping[str, Value]) -> None:
    if kind.check is not None:
        kind.check(record, values)


def _begin(kind: Kind, verb: str, *, by: User | None, now: datetime, note: str = "") -> Change:
    return Change.objects.create(kind=kind.key, verb=verb, by=by, at=now, note=note[:200])


def begin_import(*, kind: Kind, by: User | None, now: datetime, note: str) -> Change:
    """Begin a deed that many rows of a file belong to."""
    return _begin(kind, Change.IMPORTED, by=by, now=now, note=note)


def change_within(
    *, deed: Change, kind: Kind, record: Any, values: Mapping[str, Any], by: User | None, now: datetime
) -> bool:
    """Change one record as a part of a larger deed; tell whether anything was new. Raises BadValues."""
    step = step_of(kind, record, cleaned(kind, values))
    if not step.after:
        return False
    _check_reach(kind, step.after, by)
    change_checked(deed=deed, kind=kind, step=step, by=by, now=now)
    return True


@transaction.atomic
def change_checked(*, deed: Change, kind: Kind, step: Step, by: User | None, now: datetime) -> None:
    """Change one record by a step whose links are checked. Raises BadValues."""
    _check_together(kind, step.record, step.after)
    write_many(deed, kind, [step], by=by, now=now)


def step_of(kind: Kind, record: Any, checked: Mapping[str, Value]) -> Step:
    """Return what checked values change of a record; nothing, where it holds them already."""
    before = {key: kind.value(record, kind.field(key)) for key in checked}
    after = {key: value for key, value in checked.items() if before[key] != value}
    return Step(record=record, before={key: before[key] for key in after}, after=after)


def write_many(deed: Change, kind: Kind, steps: Sequence[Step], *, by: User | None, now: datetime) -> None:
    """Write steps and journal them, without any check. Raises BadValues. To be called inside a transaction."""
    _write_many(kind, [(step.record, step.after) for step in steps], by=by, now=now)
    note_many(deed, kind, [(step.record.pk, step.before, step.after) for step in steps])


def note_many(
    deed: Change, kind: Kind, steps: Sequence[tuple[int, Mapping[str, Value], Mapping[str, Value]]]
) -> None:
    """Journal what was done to records: their ids, values before, values after."""
    rows = [(deed.pk, kind.key, pk, json.dumps(before), json.dumps(after)) for pk, before, after in steps]
    bulk.insert_many(ChangedRecord._meta.db_table, "change_id, kind, record_id, before, after", rows)
    Change.objects.filter(pk=deed.pk).update(records=F("records") + len(rows))
    deed.records += len(rows)


def _note(
    deed: Change, kind: Kind, record: Any, *, before: Mapping[str, Value], after: Mapping[str, Value]
) -> None:
    note_many(deed, kind, [(record.pk, before, after)])


def _check_links(kind: Kind, values: Mapping[str, Value]) -> None:
    """Links lead to records that are there. Raises BadValues."""
    errors = {}
    for key, value in values.items():
        held = kind.field(key)
        if not held.type.is_link or value is None:
            continue
        if held.type.key == "staff":
            there = User.objects.filter(pk=int(str(value)), is_active=True).exists()
        else:
            there = kind_of(held.links_to).rows().filter(pk=value).exists()
        if not there:
            errors[key] = gettext("There is nothing with the id %(id)s.") % {"id": value}
    if errors:
        raise BadValues(errors)


def _check_reach(kind: Kind, values: Mapping[str, Value], by: User | None) -> None:
    """Nobody links to what they do not see: the link would show them its name. Raises BadValues."""
    errors = {}
    for key, value in values.items():
        held = kind.field(key)
        if by is None or held.type.key != "record" or value is None:
            continue
        of = kind_of(held.links_to)
        if not of.allows(by, "view") or not of.seen_by(by).filter(pk=value).exists():
            errors[key] = gettext("There is nothing with the id %(id)s.") % {"id": value}
    if errors:
        raise BadValues(errors)


def _ids(rows: QuerySet[Any]) -> list[int]:
    ids = list(rows.order_by().values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(ids) > MOST_AT_ONCE:
        raise TooMany(gettext("At most %(most)s records are changed at once.") % {"most": MOST_AT_ONCE})
    return ids


def _pieces(ids: Sequence[_One], told: Told | None) -> Iterable[Sequence[_One]]:
    for start in range(0, len(ids), _PIECE):
        yield ids[start : start + _PIECE]
        if told is not None:
            told(min(start + _PIECE, len(ids)), len(ids))


def _can_begin(kind: Kind) -> bool:
    return kind.fresh is not None or any(one.name == "changed_at" for one in kind.model._meta.fields)


def _is_field(kind: Kind, key: str) -> bool:
    try:
        kind.field(key)
    except NoSuchField:
        return False
    return True


def _without(own: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in own.items() if name != key}

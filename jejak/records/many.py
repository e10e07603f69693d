"""Records made and changed some hundreds at a time, as parts of one deed, by the same rules as one alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from jejak.records import changing
from jejak.records.changing import BadValues, Step
from jejak.records.kinds import Kind
from jejak.records.kinds import kind as kind_of
from jejak.records.models import Change
from jejak.records.types import Value
from jejak.staff.models import User

Values = Mapping[str, Value]
Errors = dict[str, str]


class Links:
    """Which records the fields of many values may lead to, asked once for all of them."""

    def __init__(self, kind: Kind, values: Sequence[Values], by: User | None) -> None:
        self._held = [held for held in kind.fields if held.type.is_link]
        self._by = by
        self._there: dict[str, set[Any]] = {held.key: set() for held in self._held}
        self._seen: dict[str, set[Any]] = {held.key: set() for held in self._held}
        self.look(values)

    def look(self, values: Sequence[Values]) -> None:
        """Ask for what these lead to."""
        for held in self._held:
            asked: set[Any] = {one[held.key] for one in values if one.get(held.key) is not None}
            asked -= self._there[held.key]
            if not asked:
                continue
            if held.type.key == "staff":
                staff = set(User.objects.filter(is_active=True, pk__in=asked).values_list("pk", flat=True))
                self._there[held.key] |= staff
                self._seen[held.key] |= staff
                continue
            of, by = kind_of(held.links_to), self._by
            self._there[held.key] |= set(of.rows().filter(pk__in=asked).values_list("pk", flat=True))
            if by is None or of.allows(by, "view"):
                seen = of.rows() if by is None else of.seen_by(by)
                self._seen[held.key] |= set(seen.filter(pk__in=asked).values_list("pk", flat=True))

    def errors(self, values: Values, *, new: Values) -> Errors:
        """Return which links lead nowhere; of new ones also which lead out of reach."""
        found = {}
        for held in self._held:
            value = values.get(held.key)
            if value is None:
                continue
            if value not in self._there[held.key] or (held.key in new and value not in self._seen[held.key]):
                found[held.key] = gettext("There is nothing with the id %(id)s.") % {"id": value}
        return found


def check(kind: Kind, values: Sequence[Values], *, by: User | None, earlier: dict[Any, str]) -> list[Errors]:
    """Return of each new record, its values read and its links checked, why it cannot be made.

    earlier: what those have taken that would be made before; what these take is added.
    """
    if kind.check_many is not None:
        return kind.check_many(values, by=by, earlier=earlier)
    errors: list[Errors] = []
    for one in values:
        try:
            if kind.check is not None:
                kind.check(None, one)
        except BadValues as error:
            errors.append(error.errors)
        else:
            errors.append({})
    return errors


def make(
    *, deed: Change, kind: Kind, values: Sequence[Values], by: User | None, now: datetime
) -> list[int | BadValues]:
    """Make records of values that are read and whose links are checked; return the id of each, or why there is none.

    To be called inside a transaction.
    """
    if kind.make_many is None and (kind.make is not None or not kind.is_made_apart):
        return [_make_one(deed, kind, one, by, now) for one in values]
    errors = check(kind, values, by=by, earlier={})
    free = [one for one, wrong in zip(values, errors, strict=True) if not wrong]
    ids = kind.make_many(free, by=by, now=now) if kind.make_many is not None else _insert(kind, free, now)
    changing.note_many(
        deed, kind, [(pk, {}, changing.filled(one)) for pk, one in zip(ids, free, strict=True)]
    )
    made = iter(ids)
    return [BadValues(wrong) if wrong else next(made) for wrong in errors]


def change(
    *, deed: Change, kind: Kind, steps: Sequence[Step], by: User | None, now: datetime
) -> list[BadValues | None]:
    """Change records by steps whose links are checked; return of each why it is not changed, or None.

    To be called inside a transaction.
    """
    if kind.write_many is None:
        return [_change_one(deed, kind, step, by, now) for step in steps]
    changing.write_many(deed, kind, steps, by=by, now=now)
    return [None] * len(steps)


def _make_one(deed: Change, kind: Kind, values: Values, by: User | None, now: datetime) -> int | BadValues:
    try:
        made = changing.make_checked(kind=kind, checked=values, by=by, now=now, change=deed)
    except BadValues as error:
        return error
    return int(made.pk)


def _change_one(deed: Change, kind: Kind, step: Step, by: User | None, now: datetime) -> BadValues | None:
    try:
        changing.change_checked(deed=deed, kind=kind, step=step, by=by, now=now)
    except BadValues as error:
        return error
    return None


def _insert(kind: Kind, values: Sequence[Values], now: datetime) -> list[int]:
    records = [changing.begun(kind, now) for _one in values]
    for record, one in zip(records, values, strict=True):
        changing.fill(record, kind, one, now=now)
    kind.model._default_manager.bulk_create(records)
    return [record.pk for record in records]

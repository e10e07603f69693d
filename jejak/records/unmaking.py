"""Records that were made by mistake go again as if they had never been: those that nothing has touched since.

Whatever points at a record by a foreign key touches it. Who keeps something of records in another way says so in
its `unmaking.py`, found by its name:

    @unmaking.touches("agenda", _("tasks, notes, meetings"))
    def hangs(kind: str, ids: Collection[int]) -> set[int]:
        ...  # Return those of these records of which we keep something.

    @unmaking.goes_along
    def findings(kind: str, ids: Collection[int]) -> None:
        ...  # These records go: delete what was worked out of them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jejak.records import kinds
from jejak.records.kinds import Field, Kind
from jejak.records.models import ChangedRecord, OwnField
from jejak.records.types import Value
from jejak.staff import audit

Touches = Callable[[str, Collection[int]], set[int]]
GoesAlong = Callable[[str, Collection[int]], None]

CHANGED, GONE, STAYS, IMPOSSIBLE, LINKED = "changed", "gone", "stays", "impossible", "linked"
SAID, COMING, MERGED, HANDLES, DECIDED = "said", "coming", "merged", "handles", "decided"
_WHY: dict[str, str | Promise] = {
    CHANGED: _("It was changed since."),
    GONE: _("It is not there any more."),
    STAYS: _("Records of this kind are neither deleted nor put away."),
    IMPOSSIBLE: _("What stood there before is not possible now."),
    LINKED: _("A field of another record leads to it."),
    SAID: _("There are touchpoints since."),
    COMING: _("A touchpoint is on its way."),
    MERGED: _("They were merged with somebody."),
    HANDLES: _("They are recognised by more than was said then."),
    DECIDED: _("Staff decided whether they are somebody else."),
}
_EMPTY: tuple[Value, ...] = (None, False, "", [])


@dataclass(frozen=True, kw_only=True)
class Made:
    """A record that a change made, and what it gave it, in however many steps."""

    record_id: int
    change_id: int
    values: Mapping[str, Value]


_touches: dict[str, tuple[str | Promise, Touches]] = {}
_goes_along: list[GoesAlong] = []
_is_found = False


def touches(key: str, title: str | Promise) -> Callable[[Touches], Touches]:
    """Have a function asked which records have something that points at them without a foreign key."""

    def register(asked: Touches) -> Touches:
        _touches[key] = (title, asked)
        return asked

    return register


def goes_along(gone: GoesAlong) -> GoesAlong:
    """Have a function told, within the transaction, which records go."""
    _goes_along.append(gone)
    return gone


def why(reasons: Iterable[str]) -> str:
    """Return in words why a record was kept."""
    _find()
    said = [str(_WHY[one]) for one in reasons if one in _WHY]
    if things := sorted(filter(None, (_title(one) for one in reasons if one not in _WHY))):
        said.append(gettext("It has: %(things)s.") % {"things": ", ".join(things)})
    return " ".join(said)


class Unmaking:
    """How records of a kind are taken away; one for each undoing."""

    goes: frozenset[str] = frozenset()
    """Labels of models whose rows are part of the record and go with it."""

    def __init__(self, kind: Kind) -> None:
        _find()
        self.kind = kind
        self.linked: set[int] | None = None

    def wait(self, ids: Sequence[int]) -> None:
        """Wait for what must come first before these are taken away, outside of any transaction."""

    def take(self, made: Sequence[Made], *, now: datetime) -> dict[int, list[str]]:
        """Take records away that nothing has touched since; return why each of the others stays.

        To be called first in a transaction.
        """
        self.hold()
        ids = [one.record_id for one in made]
        records = self.kind.model._base_manager.select_for_update().in_bulk(ids)
        journal: dict[int, list[ChangedRecord]] = {}
        for row in ChangedRecord.objects.filter(kind=self.kind.key, record_id__in=ids).order_by("pk"):
            journal.setdefault(row.record_id, []).append(row)
        reasons: dict[int, set[str]] = {pk: set() for pk in records}
        for one in made:
            if (record := records.get(one.record_id)) is not None:
                reasons[record.pk] |= self.touched(record, one, journal.get(record.pk, []))
        self.look_around(reasons, journal)
        if untouched := sorted(free(reasons)):
            self._delete(untouched, now)
        return {pk: sorted(found) for pk, found in reasons.items() if found}

    def finish(self, ids: Sequence[int]) -> None:
        """Take away what lies outside of the database, once all are gone. May be done twice."""

    def hold(self) -> None:
        """See to it that nobody changes these records until the transaction ends."""

    def current(self, record: Any, held: Field) -> Value:
        """Return what a field holds, as it was given."""
        return self.kind.value(record, held)

    def touched(self, record: Any, made: Made, journal: Sequence[ChangedRecord]) -> set[str]:
        """Return what of the record itself tells that it was touched since."""
        for held in self.kind.fields:
            if not held.is_editable or not (held.column or held.inside):
                continue
            now, given = self.current(record, held), made.values.get(held.key)
            if now != given and not (now in _EMPTY and given in _EMPTY):
                return {CHANGED}
        # What was changed since and undone is as it was.
        others = (row for row in journal if row.change_id != made.change_id)
        return {CHANGED} if any(row.undone != ChangedRecord.BACK for row in others) else set()

    def look_around(
        self, reasons: dict[int, set[str]], journal: Mapping[int, Sequence[ChangedRecord]]
    ) -> None:
        """Add what elsewhere tells that records were touched; asked of those alone that may still go."""
        for key, (_title, asked) in _touches.items():
            add(reasons, asked(self.kind.key, free(reasons)), key)
        if self.linked is None:
            self.linked = set(_linked(self.kind))
        add(reasons, self.linked, LINKED)
        for label, ids in hangs_on(self.kind.model, free(reasons)).items():
            if label not in self.goes:
                add(reasons, ids, label)
        self._keep_what_holds_others(reasons)

    def _keep_what_holds_others(self, reasons: dict[int, set[str]]) -> None:
        """Records of this kind hold each other: one goes with those that lie below it, or not at all."""
        label = self.kind.model._meta.label
        above: dict[int, set[int]] = {}
        for relation in _relations(self.kind.model):
            if relation.related_model is self.kind.model:
                path = f"{relation.field.name}__pk"
                pairs = self.kind.model._base_manager.filter(**{f"{path}__in": free(reasons)})
                for below, held in pairs.values_list("pk", path):
                    above.setdefault(below, set()).add(held)
        stays = [pk for pk in above if reasons.get(pk, True)]
        while stays:
            for pk in above.get(stays.pop(), ()):
                if not reasons[pk]:
                    stays.append(pk)
                reasons[pk].add(label)

    def _delete(self, ids: Sequence[int], now: datetime) -> None:
        for gone in _goes_along:
            gone(self.kind.key, ids)
        self.erase(ids, now)
        # Nobody could ever ask for them to be forgotten: of what they held nothing stays.
        ChangedRecord.objects.filter(kind=self.kind.key, record_id__in=ids).update(before={}, after={})
        audit.forget(kind=self.kind.key, record_ids=ids)

    def erase(self, ids: Sequence[int], now: datetime) -> None:
        """Delete the rows of records at which nothing points any more."""
        self.kind.model._base_manager.filter(pk__in=ids).delete()


def hangs_on(model: type[Model], ids: Collection[int]) -> dict[str, set[int]]:
    """Return which of these rows other tables point at, by the label of each table; its own apart."""
    found: dict[str, set[int]] = {}
    for relation in _relations(model) if ids else ():
        other: Any = relation.related_model
        if other is model:
            continue
        path = f"{relation.field.name}__pk"
        held = other._base_manager.filter(**{f"{path}__in": ids}).values_list(path, flat=True)
        if held := set(held):
            found.setdefault(other._meta.label, set()).update(held)
    return found


def _relations(model: type[Model]) -> list[Any]:
    fields = model._meta.get_fields(include_hidden=True)
    return [one for one in fields if one.auto_created and not one.concrete and not one.many_to_many]


def _linked(kind: Kind) -> Iterable[int]:
    """Return which records of a kind own fields of others lead to."""
    for own in OwnField.objects.filter(type="record", links_to=kind.key, archived_at=None):
        with suppress(kinds.NoSuchKind):
            other = kinds.kind(own.kind)
            rows = other.rows().annotate(leads_to=other.expression(other.field(own.key)))
            for pk in rows.exclude(leads_to=None).values_list("leads_to", flat=True).distinct():
                yield int(pk)


def free(reasons: Mapping[int, set[str]]) -> list[int]:
    """Return which records nothing was found of so far."""
    return [pk for pk, found in reasons.items() if not found]


def add(reasons: dict[int, set[str]], ids: Iterable[int], reason: str) -> None:
    """Keep that these are touched, of those that are asked about."""
    for pk in ids:
        if pk in reasons:
            reasons[pk].add(reason)


def _title(reason: str) -> str:
    if reason in _touches:
        return str(_touches[reason][0])
    try:
        return str(apps.get_model(reason)._meta.verbose_name_plural)
    except (LookupError, ValueError):
        return ""


def _find() -> None:
    global _is_found
    if _is_found:
        return
    _is_found = True
    for config in apps.get_app_configs():
        if config.name.startswith("jejak.") and module_has_submodule(config.module, "unmaking"):
            import_module(f"{config.name}.unmaking")

"""What records hold of somebody who is forgotten. Own records lose their person and stay, without the names in them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from jejak.people import forgetting
from jejak.people.forgetting import Whom
from jejak.people.models import Company
from jejak.records import kinds
from jejak.records.models import ChangedRecord, OwnRecord
from jejak.staff import audit


def _count(who: Whom) -> int:
    return ChangedRecord.objects.filter(kind="person", record_id__in=who.trail_ids).count()


@forgetting.part("changes", _("What staff changed"), count=_count)
def changes(who: Whom) -> int:
    """Delete what stood in their fields; that a change was made, by whom and when, stays."""
    return ChangedRecord.objects.filter(kind="person", record_id__in=who.trail_ids).delete()[0]


def _count_names(who: Whom) -> int:
    return _own_records(who, keep=False)


@forgetting.part("names_in_records", _("Names in own records"), order=forgetting.NAMES, count=_count_names)
def names(who: Whom) -> int:
    """Take their names out of the own records that hang on them."""
    return _own_records(who, keep=True)


def _own_records(who: Whom, *, keep: bool) -> int:
    by_kind: dict[str, list[OwnRecord]] = {}
    for record in OwnRecord.objects.filter(person__in=who.trail_ids).select_related("object"):
        by_kind.setdefault(record.object.key, []).append(record)
    return sum(redact(key, rows, who, columns=("title",), keep=keep) for key, rows in by_kind.items())


def redact(
    kind: str,
    rows: Iterable[Any],
    who: Whom,
    *,
    columns: Sequence[str],
    parts: bool = True,
    keep: bool = True,
) -> int:
    """Put a dash where records name this person, also in own fields, tags, the journal and the audit log.

    Returns how many named them. columns: those that hold text. parts: also where one word of the name stands alone.
    keep: False only counts.
    """
    held = {row.pk: row for row in rows}
    spare = companies(who) if held else []

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return who.without(value, parts=parts, spare=spare)
        if isinstance(value, list):
            return [clean(one) for one in value]
        return {key: clean(one) for key, one in value.items()} if isinstance(value, dict) else value

    naming = set()
    for pk, row in held.items():
        before = {column: getattr(row, column) for column in (*columns, "own", "tags")}
        after = {column: clean(value) for column, value in before.items()}
        if after != before:
            naming.add(pk)
            if keep:
                type(row)._base_manager.filter(pk=pk).update(**after)
    for change in ChangedRecord.objects.filter(kind=kind, record_id__in=list(held)):
        told = {side: clean(getattr(change, side)) for side in ("before", "after")}
        if told != {"before": change.before, "after": change.after}:
            naming.add(change.record_id)
            if keep:
                ChangedRecord.objects.filter(pk=change.pk).update(**told)
    if keep:
        audit.forget(kind=kind, record_ids=naming)
    return len(naming)


def hung_on(who: Whom) -> dict[str, set[int]]:
    """Return the records that belong to this person, by their kind: deals, own records."""
    found: dict[str, set[int]] = {}
    for kind in kinds.declared():
        if any(one.name == "person" for one in kind.model._meta.fields):
            held = kind.model._base_manager.filter(person__in=who.trail_ids)
            found[kind.key] = set(held.values_list("pk", flat=True))
    for key, pk in OwnRecord.objects.filter(person__in=who.trail_ids).values_list("object__key", "pk"):
        found.setdefault(key, set()).add(pk)
    return found


def companies(who: Whom) -> list[str]:
    """Return the names of the companies that this person belongs to: they stay, also where they are called like them."""
    held = Company.objects.filter(memberships__person__in=who.trail_ids).exclude(name="")
    return list(held.values_list("name", flat=True).distinct())

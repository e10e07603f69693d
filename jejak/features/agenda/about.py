"""The records that tasks, notes and meetings hang on: found, named, and asked for whom they may be shown to."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext

from jejak.people import resolving
from jejak.people.merging import trail_ids
from jejak.people.models import Handle, Person
from jejak.people.whole import Whole
from jejak.records import kinds, listing
from jejak.staff import scope


@dataclass(frozen=True, kw_only=True)
class About:
    """What something hangs on. ids: several where a person has several trails, whoever stands for them first."""

    kind: str
    ids: tuple[int, ...]
    title: str = ""
    link: str = ""

    @property
    def id(self) -> int:
        return self.ids[0]


class NotThere(LookupError):
    """There is no such record, or it is out of this staff member's reach."""


def find(kind_key: str, record_id: int, user: Any) -> About:
    """Return a record that somebody may see. Raises NotThere."""
    try:
        kind = kinds.kind(kind_key)
    except LookupError:
        raise NotThere(kind_key) from None
    if not kind.allows(user, "view"):
        raise NotThere(kind_key)
    if kind_key == "person":
        # A trail that was merged into another is that other one's.
        root = Person.objects.filter(pk=record_id).values_list("root_id", flat=True).first()
        record_id = root or record_id
    if not reachable(kind, user).filter(pk=record_id).exists():
        raise NotThere(f"{kind_key} {record_id}")
    return of(kind_key, record_id)


def of(kind_key: str, record_id: int) -> About:
    """Return a record that is known to be there, with all trails where it is a person."""
    kind = kinds.kind(kind_key)
    ids = (record_id,) if kind_key != "person" else _root_first(record_id, trail_ids(record_id))
    title = listing.titles(kind, [record_id]).get(record_id, "")
    return About(kind=kind_key, ids=ids, title=title, link=kind.link(record_id) if kind.link else "")


def at_hand(kind_key: str, record: Any) -> About:
    """Return what hangs beside a record that a page shows already, without its title. record: a person is a Whole."""
    if isinstance(record, Whole):
        return About(kind=kind_key, ids=_root_first(record.root.pk, record.trail_ids))
    return About(kind=kind_key, ids=(record.pk,))


def _root_first(root: int, trails: Iterable[int]) -> tuple[int, ...]:
    return root, *(pk for pk in trails if pk != root)


def reachable(kind: kinds.Kind, user: Any) -> QuerySet[Any]:
    """Return the records of a kind that somebody sees."""
    columns = {one.name for one in kind.model._meta.fields}
    if not {"owner", "team_key"} <= columns:
        return kind.rows()
    return scope.limit(kind.rows(), user)


def condition(about: About) -> Q:
    """Return what finds all that hangs on a record."""
    return Q(about_kind=about.kind, about_id__in=about.ids)


def named(things: Iterable[Any]) -> Mapping[tuple[str, int], About]:
    """Return the records that things hang on, by kind and id: two queries or so for each kind there is."""
    wanted: dict[str, set[int]] = {}
    for thing in things:
        if thing.about_kind and thing.about_id:
            wanted.setdefault(thing.about_kind, set()).add(thing.about_id)
    found = {}
    for key, ids in wanted.items():
        try:
            kind = kinds.kind(key)
        except LookupError:
            continue  # An own object that was put away.
        for pk, title in listing.titles(kind, ids).items():
            link = kind.link(pk) if kind.link else ""
            found[key, pk] = About(kind=key, ids=(pk,), title=title, link=link)
    return found


def person_of(kind_key: str, record_id: int | None) -> int | None:
    """Return the trail that a touchpoint would be about, or None where it is about no person."""
    if kind_key == "person":
        return record_id
    if not kind_key or not record_id:
        return None
    # A deal or an own record says whom it is about.
    model: type[Model] = kinds.kind(kind_key).model
    if not any(one.name == "person" for one in model._meta.fields):
        return None
    return model._default_manager.filter(pk=record_id).values_list("person_id", flat=True).first()


def team_of(kind_key: str, record_id: int | None) -> str:
    """Return the team of a record, or ""."""
    if not kind_key or not record_id:
        return ""
    model = kinds.kind(kind_key).model
    if not any(one.name == "team_key" for one in model._meta.fields):
        return ""
    return model._default_manager.filter(pk=record_id).values_list("team_key", flat=True).first() or ""


def handles_of(person_id: int, now: datetime) -> dict[str, str]:
    """Return the strongest handle of a trail, so that what is recorded comes back to the same one."""
    held = list(Handle.objects.filter(person=person_id).values_list("kind", "value"))
    if not held:
        held = [("jejak_id", uuid.uuid4().hex)]
        Handle.objects.create(
            person_id=person_id, kind=held[0][0], value=held[0][1], source="jejak", first_seen_at=now
        )
    kind, value = min(held, key=resolving.strength)
    return {kind: value}


def fault_of(kind_key: Any, record_id: Any, by: Any) -> dict[str, str]:
    """Return what is wrong with a record that something shall hang on, by field; nothing where it is there.

    by: who hangs it there, and must see it; None for a program.
    """
    if not kind_key and not record_id:
        return {}
    if not record_id:
        return {"about_id": gettext("Say which record.")}
    if not kind_key:
        return {"about_kind": gettext("Say what kind of record.")}
    whole = isinstance(record_id, int) or (isinstance(record_id, float) and record_id.is_integer())
    # Of a person any trail will do, also one that stands behind another.
    is_there = whole and kinds.kind(str(kind_key)).model._default_manager.filter(pk=int(record_id)).exists()
    if is_there and (by is None or _is_seen(str(kind_key), int(record_id), by)):
        return {}
    return {"about_id": gettext("There is nothing with the id %(id)s.") % {"id": record_id}}


def _is_seen(kind_key: str, record_id: int, by: Any) -> bool:
    try:
        find(kind_key, record_id, by)
    except NotThere:
        return False
    return True


def fault_of_time(at: datetime | None) -> str:
    """Return why a time cannot be taken, or ""."""
    return "" if at is None or 1970 <= at.year <= 2200 else gettext("A time between 1970 and 2200 is needed.")

"""The own records that belong to a person or a company."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from jejak.features.lists.access import link_to
from jejak.people.models import Person
from jejak.records import kinds
from jejak.records.kinds import Kind

_MOST = 5


@dataclass(frozen=True, kw_only=True)
class Group:
    """The records of one own object that belong to somebody. new: where one more is made, or ""."""

    kind: Kind
    records: list[tuple[str, str]]
    all: str
    has_more: bool
    new: str


def own_records(user: Any, kind_key: str, record: Any) -> list[Group]:
    """Return the own records of a person, whatever trail of theirs they belong to, or of a company."""
    groups = []
    for kind in kinds.kinds():
        if kind.own_object is None or not kind.allows(user, "view"):
            continue
        ids = [record.pk]
        if kind_key == "person":
            ids += list(Person.objects.filter(root=record).values_list("pk", flat=True)[:100])
        rows = kind.seen_by(user).filter(**{f"{kind_key}__in": ids}).order_by("-pk")
        found = list(rows[: _MOST + 1])
        where = urlencode({"where": f"{kind_key}~any_of~{'|'.join(map(str, ids[:100]))}"})
        may_add = kind.allows(user, "add")
        if found or may_add:
            groups.append(
                Group(
                    kind=kind,
                    records=[(link_to(kind, one.pk), one.title) for one in found[:_MOST]],
                    all=f"{reverse('lists:list', args=[kind.key])}?{where}",
                    has_more=len(found) > _MOST,
                    new=f"{reverse('lists:new', args=[kind.key])}?{kind_key}={record.pk}" if may_add else "",
                )
            )
    return groups

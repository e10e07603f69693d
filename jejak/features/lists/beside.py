"""The own records that belong to a person or a company."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.http import urlencode

from jejak.features.lists.access import link_to
from jejak.records import kinds
from jejak.records.kinds import Kind
from jejak.records.models import OwnRecord

_MOST = 5


@dataclass(frozen=True, kw_only=True)
class Group:
    """The records of one own object that belong to somebody. new: where one more is made, or ""."""

    kind: Kind
    records: list[tuple[str, str]]
    all: str
    has_more: bool
    new: str


def own_records(user: Any, kind_key: str, ids: list[int]) -> list[Group]:
    """Return the own records that belong to a person or a company.

    ids: of the record, then of other trails where it is a person.
    """
    listed = [kind for kind in kinds.own_objects() if kind.allows(user, "view")]
    if not listed:
        return []
    ids = list(dict.fromkeys(ids))
    place = Window(RowNumber(), partition_by=F("object"), order_by=F("pk").desc())
    rows = listed[0].within(OwnRecord.objects.filter(archived_at=None), user)
    rows = rows.filter(**{f"{kind_key}__in": ids}).annotate(place=place).filter(place__lte=_MOST + 1)
    found: dict[int, list[OwnRecord]] = {}
    for one in rows.order_by("-pk"):
        found.setdefault(one.object_id, []).append(one)

    where = urlencode({"where": f"{kind_key}~any_of~{'|'.join(map(str, ids[:100]))}"})
    may_add = listed[0].allows(user, "add")
    return [
        Group(
            kind=kind,
            records=[(link_to(kind, one.pk), one.title) for one in held[:_MOST]],
            all=f"{reverse('lists:list', args=[kind.key])}?{where}",
            has_more=len(held) > _MOST,
            new=f"{reverse('lists:new', args=[kind.key])}?{kind_key}={ids[0]}" if may_add else "",
        )
        for kind in listed
        if (held := found.get(kind.own_object.pk if kind.own_object else 0, [])) or may_add
    ]

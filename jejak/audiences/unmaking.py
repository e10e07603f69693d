"""Whoever staff put on a list by name was touched; an audience by conditions says nothing of the kind."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from jejak import eventlog
from jejak.audiences.models import Audience
from jejak.records import unmaking


@unmaking.touches("audiences", _("audiences"))
def listed(kind: str, ids: Collection[int]) -> set[int]:
    """Return who of these people is on a list. Raises eventlog.Away."""
    lists = list(Audience.objects.filter(kind=Audience.Kind.STATIC).values_list("pk", flat=True))
    if kind != "person" or not lists or not ids:
        return set()
    return {trail for (trail,) in eventlog.ask(_LISTED, lists=lists, trails=list(ids)).rows}


_LISTED = """
    SELECT DISTINCT trail_id FROM memberships FINAL
    WHERE audience_id IN {lists:Array(UInt64)} AND trail_id IN {trails:Array(UInt64)}
"""

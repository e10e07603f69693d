"""Staff say who is one person, and take it back.

A merge is an edge between two trails. Who stands for whom is worked out from the edges that stand, and the
log's rows never change, so that taking an edge away gives every answer that was given before.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from jejak import eventlog
from jejak.people import resolving
from jejak.people.models import Handle, Merge, Person, Suggestion
from jejak.staff.models import User

_JOINS_USERS = {"staff", "alias"}


class OnePersonAlready(Exception):
    """These two are one person already."""


class TwoUserIds(Exception):
    """Both have a user id of their own, and nobody has said that they are one person."""


class UndoneAlready(Exception):
    """This merge was undone before."""


def trail_ids(person_id: int) -> list[int]:
    """Return the trails of whoever this trail is one person with, oldest first; its own, if nobody."""
    root = Person.objects.filter(pk=person_id).values_list("root_id", flat=True).first() or person_id
    return sorted(Person.objects.filter(Q(pk=root) | Q(root_id=root)).values_list("pk", flat=True))


@transaction.atomic
def merge(
    *,
    person: Person,
    other: Person,
    rule: str,
    evidence: dict[str, Any],
    by: User | None,
    now: datetime,
) -> Merge:
    """Make two people one, as far as questions, pages and actions see. Raises OnePersonAlready, TwoUserIds.

    rule: "staff", "alias", or what made a rule think so, which then may not join two who have user ids.
    """
    mine, theirs = _locked_trails(person), _locked_trails(other)
    if person.pk in theirs:
        raise OnePersonAlready(f"{person.pk} and {other.pk} are one person already.")
    users, their_users = _with_user_id(mine), _with_user_id(theirs)
    if users and their_users and rule not in _JOINS_USERS:
        raise TwoUserIds(f"{person.pk} and {other.pk} each have a user id.")

    edge = Merge.objects.create(
        person=person, other=other, rule=rule, evidence=evidence, merged_at=now, merged_by=by
    )
    roots = [(not users, _root_of(mine)), (not their_users, _root_of(theirs))]
    _stand(min(roots)[1], mine | theirs)
    asked = Q(person__in=mine, other__in=theirs) | Q(person__in=theirs, other__in=mine)
    Suggestion.objects.filter(asked, decided_at=None).update(decided_at=now)
    transaction.on_commit(_tell)
    return edge


@transaction.atomic
def unmerge(*, merge: Merge, by: User | None, now: datetime) -> None:
    """Take one edge away: who is only joined by it are two people again. Raises UndoneAlready."""
    undone = Merge.objects.filter(pk=merge.pk, undone_at=None).update(
        undone_at=now, undone_by=by, is_told=False
    )
    if not undone:
        raise UndoneAlready(f"Merge {merge.pk} was undone before.")

    trails = _locked_trails(merge.person)
    root = _root_of(trails)
    for part in _parts(trails):
        if root not in part:  # Who has stood for all goes on standing for their own.
            users = _with_user_id(part)
            _stand(min(users or part), part)
    transaction.on_commit(_tell)


def _locked_trails(person: Person) -> dict[int, int | None]:
    """Return the root of each trail of a person, who stays as they are until this transaction ends."""
    while True:
        ids = trail_ids(person.pk)
        rows = Person.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        trails: dict[int, int | None] = dict(rows.values_list("pk", "root_id"))
        if trail_ids(person.pk) == ids:  # Else another merge came first, while this one waited.
            return trails


def _root_of(trails: dict[int, int | None]) -> int:
    return next(trail for trail, root in trails.items() if root is None)


def _with_user_id(trails: Iterable[int]) -> set[int]:
    held = Handle.objects.filter(person__in=list(trails), kind="user_id")
    return set(held.values_list("person_id", flat=True))


def _stand(root: int, trails: Iterable[int]) -> None:
    Person.objects.filter(pk__in=list(trails)).exclude(pk=root).update(root=root)
    Person.objects.filter(pk=root).update(root=None)


def _parts(trails: Iterable[int]) -> list[set[int]]:
    """Return the trails in groups, each held together by the edges that stand."""
    part_of = {trail: {trail} for trail in trails}
    edges = Merge.objects.filter(person__in=list(part_of), undone_at=None)
    for one, two in edges.values_list("person_id", "other_id"):
        if part_of[one] is not part_of[two]:
            part_of[one] |= part_of[two]
            for trail in part_of[two]:
                part_of[trail] = part_of[one]
    return list({id(part): part for part in part_of.values()}.values())


def _tell() -> None:
    with suppress(eventlog.Away):  # The pipeline tells it with its next batch then.
        resolving.tell_log()

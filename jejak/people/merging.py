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
from jejak.people import resolving, settling
from jejak.people.models import Handle, Link, Merge, Person, Suggestion
from jejak.people.trails import of_roots
from jejak.staff.models import User

_MOST_PARTED = 30
"""So many handles of each side are said to belong to two people; who has more is a machine."""


class OnePersonAlready(Exception):
    """These two are one person already."""


class TwoUserIds(Exception):
    """Both have a user id of their own, and nobody has said that they are one person."""


class UndoneAlready(Exception):
    """This merge was undone before."""


def trail_ids(person_id: int) -> list[int]:
    """Return the trails of whoever this trail is one person with, oldest first; its own, if nobody."""
    found = Person.objects.filter(pk=person_id).values_list("pk", "root_id").first()
    return sorted(of_roots([found[1] or found[0]])) if found else []


@transaction.atomic
def merge(
    *,
    person: Person,
    other: Person,
    rule: str,
    evidence: dict[str, Any],
    by: User | None,
    now: datetime,
    between: tuple[Handle, Handle] | None = None,
) -> Merge:
    """Make two people one, as far as questions, pages and actions see. Raises OnePersonAlready, TwoUserIds.

    rule: "staff", "alias", or what made a rule think so, which then may not join two who have user ids.
    between: the handles that the decision is about; without, the strongest of each.
    """
    mine, theirs = _trails(person), _trails(other)
    if person.pk in theirs:
        raise OnePersonAlready(f"{person.pk} and {other.pk} are one person already.")
    if rule not in settling.JOINS_USERS and _has_user_id(mine) and _has_user_id(theirs):
        raise TwoUserIds(f"{person.pk} and {other.pk} each have a user id.")

    left, right = between or (strongest(mine), strongest(theirs))
    if left is not None and right is not None:
        said = {settling.STAFF: Link.STAFF, "alias": Link.ALIAS}.get(rule, Link.SEEN)
        _say(left, right, said, now)
        evidence = {"handles": [[one.kind, one.value] for one in (left, right)]} | evidence
        evidence["between"] = [[one.kind, one.value] for one in (left, right)]
    edge = Merge.objects.create(
        person=person, other=other, rule=rule, evidence=evidence, merged_at=now, merged_by=by
    )
    handles = Handle.objects.filter(person__in=mine | theirs).values_list("pk", flat=True)
    settling.settle(handles, trails=mine | theirs, now=now, by=by)
    asked = Q(person__in=mine, other__in=theirs) | Q(person__in=theirs, other__in=mine)
    Suggestion.objects.filter(asked, decided_at=None).update(
        decided_at=now, decided_by=by, decision=Suggestion.Decision.ONE
    )
    transaction.on_commit(tell)
    return edge


@transaction.atomic
def unmerge(*, merge: Merge, by: User | None, now: datetime) -> None:
    """Take one edge away: who is only joined by it are two people again. Raises UndoneAlready.

    That their handles belong to two people is kept, so that what was seen of both does not join them again.
    """
    trails = sorted(
        _trails(merge.person)
    )  # Held before the edge changes: nobody else works it out meanwhile.
    undone = Merge.objects.filter(pk=merge.pk, undone_at=None).update(
        undone_at=now, undone_by=by, is_told=False
    )
    if not undone:
        raise UndoneAlready(f"Merge {merge.pk} was undone before.")

    for left, right in parted_by(merge):
        _say(left, right, Link.APART, now)
    handles = Handle.objects.filter(person__in=trails).values_list("pk", flat=True)
    settling.settle(handles, trails=trails, now=now, by=by)
    transaction.on_commit(tell)


@transaction.atomic
def part(*, one: Handle, other: Handle, by: User | None, now: datetime) -> None:
    """Say that two handles belong to two people, however they came together."""
    _say(one, other, Link.APART, now)
    settling.settle([one.pk, other.pk], now=now, by=by)
    transaction.on_commit(tell)


@transaction.atomic
def join(*, one: Handle, other: Handle, by: User | None, now: datetime) -> None:
    """Say that two handles belong to one person. Of one pair the latest word counts."""
    _say(one, other, Link.STAFF, now)
    settling.settle([one.pk, other.pk], now=now, by=by)
    transaction.on_commit(tell)


def parted_by(merge: Merge) -> list[tuple[Handle, Handle]]:
    """Return the pairs of handles that taking an edge away says to belong to two people."""
    sides = [
        list(Handle.objects.filter(person=trail).order_by("pk")[:_MOST_PARTED])
        for trail in (merge.person_id, merge.other_id)
    ]
    pairs = {(left.pk, right.pk): (left, right) for left in sides[0] for right in sides[1]}
    if between := merge.evidence.get("between"):
        found = [Handle.objects.filter(kind=kind, value=value).first() for kind, value in between]
        if found[0] and found[1]:
            pairs[found[0].pk, found[1].pk] = (found[0], found[1])
    return list(pairs.values())


def strongest(trails: Iterable[int]) -> Handle | None:
    """Return the handle that says most surely who somebody is, or None where they have none."""
    held = Handle.objects.filter(person__in=list(trails))
    return min(held, key=lambda one: resolving.strength((one.kind, one.value)), default=None)


def _say(one: Handle, other: Handle, rule: str, now: datetime) -> None:
    low, high = sorted((one.pk, other.pk))
    link, is_new = Link.objects.get_or_create(one_id=low, other_id=high, rule=rule, defaults={"at": now})
    if not is_new and rule in (Link.STAFF, Link.APART):
        Link.objects.filter(pk=link.pk, at__lt=now).update(at=now)


def _trails(person: Person) -> set[int]:
    """Return the trails of a person, who stays as they are until this transaction ends."""
    while True:
        ids = trail_ids(person.pk)
        list(Person.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
        if trail_ids(person.pk) == ids:  # Else another merge came first, while this one waited.
            return set(ids)


def _has_user_id(trails: Iterable[int]) -> bool:
    return Handle.objects.filter(person__in=list(trails), kind="user_id").exists()


def tell() -> None:
    """Tell the log of what was merged and taken back."""
    with suppress(eventlog.Away):  # The pipeline tells it with its next batch then.
        resolving.tell_log()

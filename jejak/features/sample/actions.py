"""Make the sample, and take it away."""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from jejak import eventlog
from jejak.features.sample import shop
from jejak.people import merging, resolving
from jejak.people.models import Merge, Person
from jejak.touchpoints import definitions, inlet
from jejak.touchpoints.inlet import Accepted
from jejak.touchpoints.models import Arrival, Definition

SOURCE = "sample"
_AT_ONCE = 1000


class StillArriving(Exception):
    """Part of the sample waits for the log; it can be taken away once it is there."""


def load(*, now: datetime, people: int = 600, seed: int = 2) -> int:
    """Accept a made-up history up to now, as any sender's, and return how many messages it has.

    The same arguments make the same history. It is counted once the worker has taken it in.
    """
    told = shop.messages(now=now, people=people, seed=seed, zone=settings.TIME_ZONE)
    _define(now)
    inlet.accept_now(
        [
            Accepted(
                source=SOURCE,
                received_at=now,
                messages=len(some),
                body=msgspec.json.encode(some),
                meta={"sample": True},
            )
            for some in _by(told, _AT_ONCE)
        ]
    )
    return len(told)


def remove(*, now: datetime) -> int:
    """Take every made-up touchpoint and person away, and return how many people there were.

    Somebody made up of whom real touchpoints have arrived since stays, as a real person. Raises
    StillArriving, eventlog.Away.
    """
    if any(Arrival.objects.using(alias).filter(source=SOURCE).exists() for alias in inlet.databases()):
        raise StillArriving
    eventlog.forget_sample()
    made_up = set(Person.objects.filter(is_sample=True).values_list("pk", flat=True))
    became_real = _with_touchpoints(made_up)
    Person.objects.filter(pk__in=became_real).update(is_sample=False)
    gone = made_up - became_real
    people = Person.objects.filter(pk__in=gone, root=None).count()
    with transaction.atomic():
        _part(gone, now=now)
        Person.objects.filter(pk__in=gone).update(root=None)
        Person.objects.filter(pk__in=gone).delete()
        resolving.note_forgetting(now)
    eventlog.forget(gone)
    _undefine()
    return people


def is_there() -> bool:
    """Tell whether somebody made up is among the people."""
    return Person.objects.filter(is_sample=True).exists()


def _by(messages: list[dict[str, object]], size: int) -> Iterator[list[dict[str, object]]]:
    for start in range(0, len(messages), size):
        yield messages[start : start + size]


def _define(now: datetime) -> None:
    """Say what the shop's touchpoints mean, where staff have not said it."""
    Definition.objects.bulk_create(
        [
            Definition(name=name, sentence=sentence, team=team, stage=stage, first_seen_at=now)
            for name, (team, stage, sentence) in shop.NAMES.items()
        ],
        ignore_conflicts=True,
    )
    definitions.forget()


def _undefine() -> None:
    """Drop what _define() said, of names that nobody else uses and that staff have not changed."""
    names = list(shop.NAMES)
    used = {
        name
        for (name,) in eventlog.ask(
            "SELECT DISTINCT toString(name) FROM touchpoints WHERE name IN {names:Array(String)}", names=names
        ).rows
    }
    unchanged = Q()
    for name, (team, stage, sentence) in shop.NAMES.items():
        unchanged |= Q(name=name, team=team, stage=stage, sentence=sentence)
    Definition.objects.filter(unchanged).exclude(name__in=used).delete()
    definitions.forget()


def _with_touchpoints(people: set[int]) -> set[int]:
    question = "SELECT DISTINCT trail_id FROM touchpoints WHERE trail_id IN {people:Array(UInt64)}"
    return {trail for (trail,) in eventlog.ask(question, people=sorted(people)).rows}


def _part(gone: set[int], *, now: datetime) -> None:
    """Undo the merges between those who go and those who stay, so that nobody real hangs on one made up."""
    between = Q(person__in=gone) ^ Q(other__in=gone)
    for merge in Merge.objects.filter(between, undone_at=None):
        merging.unmerge(merge=merge, by=None, now=now)

"""Make the demo company, and take it away."""

import json
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from jejak import eventlog
from jejak.features.demo import truth, worlds
from jejak.features.demo.kinds import KINDS
from jejak.features.demo.making import PEOPLE_AT_ONCE, Making
from jejak.features.demo.models import Demo
from jejak.people import merging, resolving
from jejak.people.models import Company, Merge, Person
from jejak.touchpoints import definitions, demo, inlet, recording
from jejak.touchpoints.inlet import Accepted
from jejak.touchpoints.models import Arrival, Definition

log = logging.getLogger(__name__)

Tell = Callable[[Demo], None]
_META = {"sample": True, "trusted": True}
"""Marked as made up; and its senders may say who somebody is, as a shop's own server may."""
_SILENT = timedelta(seconds=20)
_LOOK_SECONDS = 0.3
_BUSY_SECONDS = 2.0
_MESSAGES_AT_ONCE = 1000
_me = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


class AlreadyThere(Exception):
    """There is a demo, or it is being made."""


class StillArriving(Exception):
    """The demo is being made, or part of it waits for the log; it can be taken away once it is there."""


class MadeElsewhere(Exception):
    """Another process is making the demo."""


def begin(*, now: datetime, people: int = truth.PEOPLE, seed: int = truth.SEED) -> Demo:
    """Note that a demo is wanted whose history ends now, and return it. Raises AlreadyThere."""
    if is_there():
        raise AlreadyThere
    try:
        with transaction.atomic():
            return Demo.objects.create(seed=seed, people=people, now=now)
    except IntegrityError as error:
        raise AlreadyThere from error


def current() -> Demo | None:
    """Return the demo that is there or being made."""
    return Demo.objects.first()


def is_there() -> bool:
    """Tell whether there is a demo, whole or in part."""
    return Demo.objects.exists() or Person.objects.filter(is_sample=True).exists()


def go_on(
    made: Demo, *, now: Callable[[], datetime], stopping: threading.Event, tell: Tell | None = None
) -> None:
    """Make what is missing of a demo: its history, and, once that is stored, the parts of the features.

    Begun again after the process was cut off, it goes on where it was. Raises MadeElsewhere.
    """
    take_over(made, now=now())
    making = make(made, now=now, stopping=stopping, tell=tell)
    while is_arriving() and not stopping.is_set():
        _sign(made, now(), tell)
        time.sleep(_LOOK_SECONDS)
    if not stopping.is_set():
        fill(made, making, now=now, tell=tell)
    while is_arriving() and not stopping.is_set():  # What the parts told.
        time.sleep(_LOOK_SECONDS)


def take_over(made: Demo, *, now: datetime) -> None:
    """Say that this process makes it. Raises MadeElsewhere where another one gave a sign of late."""
    free = Q(maker__in=["", _me]) | Q(seen_at=None) | Q(seen_at__lt=now - _SILENT)
    if not Demo.objects.filter(free, pk=made.pk).update(maker=_me, seen_at=now):
        raise MadeElsewhere
    made.refresh_from_db()


def make(
    made: Demo,
    *,
    now: Callable[[], datetime],
    stopping: threading.Event | None = None,
    tell: Tell | None = None,
) -> Making:
    """Accept the history of a demo, as any sender's, some people at a time. It is counted once the worker has it."""
    making = Making(now=made.now, seed=made.seed, people=made.people)
    if made.state != Demo.State.MAKING:
        return making
    _define(made.now)
    for number, chunk in enumerate(making.chunks()):
        if stopping is not None and stopping.is_set():
            return making
        people = min((number + 1) * PEOPLE_AT_ONCE, made.people)
        if people <= made.people_done:
            continue  # They were accepted before we were cut off; only what they are is made again.
        _accept(chunk, made.now)
        made.people_done, made.messages = people, made.messages + len(chunk)
        _sign(made, now(), tell)
    _write_truth(making)
    made.state = Demo.State.STORING
    _sign(made, now(), tell)
    return making


def fill(made: Demo, making: Making, *, now: Callable[[], datetime], tell: Tell | None = None) -> None:
    """Let every feature fill its part, now that the touchpoints are stored. Raises StillArriving."""
    if is_arriving():
        raise StillArriving
    if made.state == Demo.State.READY:
        return
    if made.state == Demo.State.FILLING:
        _empty(made, made.now)  # It was cut off half way: what was filled would be there twice.
    made.state, made.trouble = Demo.State.FILLING, ""
    Company.objects.filter(key__startswith=demo.KEY).update(is_sample=True)
    if parts := demo.parts():
        for _ in making.chunks() if not making.lived else ():
            pass  # Made by another process: live through it again.
        world = worlds.world(making)
        for key, part in parts:
            made.part = key
            _sign(made, now(), tell)
            told = len(world.messages)
            try:
                part.fill(world, now=made.now, progress=_progress(made, now, tell))
            except Exception as error:
                log.exception("The part %s of the demo could not be filled.", key)
                made.trouble = f"{key}: {type(error).__name__}: {error}"[:500]
                del world.messages[told:]
        _accept_all(world.messages, made.now)
        made.messages += len(world.messages)
    made.part, made.state, made.maker = "", Demo.State.READY, ""
    _sign(made, now(), tell)


def load(*, now: datetime, people: int = truth.PEOPLE, seed: int = truth.SEED) -> int:
    """Accept a whole demo at once and return how many messages it has; fill() is left to whoever stores them."""
    made = begin(now=now, people=people, seed=seed)
    make(made, now=lambda: now)
    return made.messages


def is_arriving() -> bool:
    """Tell whether part of the demo waits for the log."""
    return any(
        Arrival.objects.using(alias).filter(source=demo.SOURCE).exists() for alias in inlet.databases()
    )


def remove(*, now: datetime) -> int:
    """Take every made-up touchpoint, person and company away, and return how many people there were.

    Somebody made up of whom real touchpoints have arrived since stays, as a real person, and so does a company that
    somebody real belongs to. Raises StillArriving, eventlog.Away.
    """
    made = current()
    busy = made is not None and made.state != Demo.State.READY and made.seen_at is not None
    if is_arriving() or (busy and made is not None and made.seen_at and made.seen_at > now - _SILENT):
        raise StillArriving
    if made is not None:
        _empty(made, now)
    eventlog.forget_sample()
    made_up = set(Person.objects.filter(is_sample=True).values_list("pk", flat=True))
    became_real = _with_touchpoints(made_up)
    gone = made_up - became_real
    people = Person.objects.filter(pk__in=gone, root=None).count()
    with transaction.atomic():
        Person.objects.filter(pk__in=became_real).update(is_sample=False)
        _part(gone, now=now)
        Person.objects.filter(pk__in=gone).update(root=None)
        Person.objects.filter(pk__in=gone).delete()
        Company.objects.filter(key__startswith=demo.KEY, memberships=None).delete()
        Company.objects.filter(key__startswith=demo.KEY).update(is_sample=False)
        resolving.note_forgetting(now)
    eventlog.forget(gone)
    _undefine()
    _truth_file().unlink(missing_ok=True)
    Demo.objects.all().delete()
    return people


def _accept_all(messages: list[dict[str, Any]], now: datetime) -> None:
    """Accept what the parts told, in the order in which it happened."""
    messages.sort(key=lambda message: message["timestamp"])
    for start in range(0, len(messages), _MESSAGES_AT_ONCE):
        _accept(messages[start : start + _MESSAGES_AT_ONCE], now)


def _accept(chunk: list[dict[str, Any]], now: datetime) -> None:
    accepted = Accepted(
        source=demo.SOURCE, received_at=now, messages=len(chunk), body=msgspec.json.encode(chunk), meta=_META
    )
    while True:
        try:
            inlet.accept_now([accepted])
        except inlet.Unwritable:
            raise
        except inlet.Overloaded:
            time.sleep(_BUSY_SECONDS)  # Real senders go first; the demo has time.
        else:
            return


def _sign(made: Demo, now: datetime, tell: Tell | None) -> None:
    made.seen_at = now
    made.save(update_fields=["seen_at", "state", "people_done", "messages", "part", "trouble", "maker"])
    if tell is not None:
        tell(made)


def _progress(made: Demo, now: Callable[[], datetime], tell: Tell | None) -> demo.Progress:
    def progress(done: int, total: int) -> None:
        at = now()
        if done == total or made.seen_at is None or at - made.seen_at > timedelta(seconds=1):
            _sign(made, at, tell)

    return progress


def _empty(made: Demo, now: datetime) -> None:
    """Let every feature take its part away, the last one first."""
    if parts := demo.parts():
        world = worlds.world(Making(now=made.now, seed=made.seed, people=made.people))
        for _, part in reversed(parts):
            part.remove(world, now=now)


def _truth_file() -> Path:
    return Path(settings.HOME) / "demo" / "truth.json"


def _write_truth(making: Making) -> None:
    """Write down what was planted, beside the data: Jejak itself never reads it."""
    pairs = [(one.twin_of, one.user_id) for one in making.shoppers if one.twin_of]
    told = truth.told(making.plan, seed=making.seed, people=making.people, pairs=pairs)
    file = _truth_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _define(now: datetime) -> None:
    """Say what the company's touchpoints mean, where staff have not said it."""
    Definition.objects.bulk_create(
        [
            Definition(name=name, sentence=sentence, team=team, stage=stage, first_seen_at=now)
            for name, (team, stage, sentence) in KINDS.items()
        ],
        ignore_conflicts=True,
    )
    definitions.forget()


def _undefine() -> None:
    """Drop what _define() said, of names that nobody else uses and that staff have not changed."""
    # Of facts that the parts told nothing is said; the pipeline noted their names.
    own = {fact.name: ("", "", "") for fact in recording.registered()}
    said = own | KINDS
    names = list(said)
    question = "SELECT DISTINCT toString(name) FROM touchpoints WHERE name IN {names:Array(String)}"
    used = {name for (name,) in eventlog.ask(question, names=names).rows}
    unchanged = Q()
    for name, (team, stage, sentence) in said.items():
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

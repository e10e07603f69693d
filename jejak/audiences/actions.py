"""Make audiences, keep them up to date, and say who came and who went."""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from jejak import eventlog
from jejak.actions import offered
from jejak.audiences import conditions, handles
from jejak.audiences.compiling import Compiled, compiled
from jejak.audiences.compiling import members as members_of
from jejak.audiences.models import Audience, Size
from jejak.audiences.touchpoints import AudienceEntered, AudienceLeft
from jejak.common import later
from jejak.people.models import Person
from jejak.staff.models import User
from jejak.touchpoints.recording import Touchpoint, record_many

WORK = "audiences"
_SECONDS, _MEMORY_BYTES = 60, 2_000_000_000
_TOLD_AT_ONCE = 2_000
_LEAST_PAUSE = timedelta(seconds=20)
_SHARE_OF_TIME = 20
"""An audience is worked out for a twentieth of the time at most."""
_SHARE_OF_ALL = 4
"""All of them together for a quarter, so that many leave the log free."""
_TAKEN_FOR_DEAD = timedelta(minutes=5)
_SIZE_AT_LEAST_EVERY = timedelta(days=1)


class NameTaken(Exception):
    """There is an audience of this name, or of this key."""


class NoList(Exception):
    """People are named one by one only where no conditions decide."""


class PutAway(Exception):
    """This audience is put away; take it back before it is changed."""


def make(
    *,
    name: str,
    sentence: str = "",
    condition: Mapping[str, Any] | None,
    owner: User | None = None,
    key: str = "",
    is_told: bool = True,
    now: datetime,
) -> Audience:
    """Make an audience: by conditions, or, without any, a list of people who are named one by one.

    Raises BadConditions, NameTaken.
    """
    kind = Audience.Kind.STATIC if condition is None else Audience.Kind.DYNAMIC
    key = key or _free_key(name)
    audience = Audience(key=key, kind=kind, owner=owner, made_at=now, changed_at=now, is_told=is_told)
    audience.name, audience.sentence = name.strip()[:120], sentence.strip()[:300]
    audience.condition = None if condition is None else checked(condition, key=key, now=now)
    if condition is None:
        audience.size, audience.refreshed_at = 0, now
    try:
        with transaction.atomic():
            audience.save()
    except IntegrityError:
        raise NameTaken(key) from None
    later.wake(WORK)
    return audience


@transaction.atomic
def change(
    *,
    audience: Audience,
    name: str,
    sentence: str,
    condition: Mapping[str, Any] | None,
    is_told: bool,
    now: datetime,
) -> Audience:
    """Change what an audience is. Who moves because of that neither enters nor leaves. Raises BadConditions, PutAway."""
    if audience.archived_at is not None:
        raise PutAway(audience.key)
    audience.name, audience.sentence, audience.is_told = name.strip()[:120], sentence.strip()[:300], is_told
    if audience.kind == Audience.Kind.DYNAMIC and condition is not None:
        held = checked(condition, key=audience.key, now=now)
        if held != audience.condition:
            audience.condition, audience.is_fresh, audience.refreshed_at = held, True, None
    audience.changed_at, audience.trouble = now, ""
    audience.save()
    later.wake(WORK)
    return audience


def checked(condition: Mapping[str, Any], *, key: str, now: datetime) -> dict[str, Any]:
    """Return a condition as it is kept. Raises BadConditions where it makes no sense, or asks for what is not there."""
    read = conditions.read(condition)
    compiled(read, now=now, zone=settings.TIME_ZONE, own_key=key)
    return conditions.write(read)


@transaction.atomic
def archive(*, audience: Audience, now: datetime) -> None:
    """Put an audience away: who is in it stays as it is, also for others that ask for it."""
    Audience.objects.filter(pk=audience.pk, archived_at=None).update(archived_at=now, changed_at=now)


@transaction.atomic
def take_back(*, audience: Audience, now: datetime) -> None:
    """Have an audience that was put away follow its conditions again."""
    Audience.objects.filter(pk=audience.pk).update(
        archived_at=None, changed_at=now, refreshed_at=None, state=""
    )
    later.wake(WORK)


def question(audience: Audience, *, now: datetime, zone: str, fresh: bool = False) -> Compiled:
    """Return who is in an audience, as of the last refresh, or, if asked to be fresh, as of now. Raises BadConditions."""
    if fresh and audience.kind == Audience.Kind.DYNAMIC and audience.archived_at is None:
        condition = conditions.read(audience.condition)
        return compiled(condition, now=now, zone=zone, own_key=audience.key)
    return Compiled(members_of("{a_audience:UInt64}"), {"a_audience": audience.pk})


def refresh(*, audience: Audience, now: datetime, state: str = "") -> Size | None:
    """Work out anew who is in an audience, say who came and went, and return the size where something changed.

    What goes wrong is told on the audience, and who is in it stays. Raises eventlog.Away.
    """
    begun = time.monotonic()
    try:
        condition = conditions.read(audience.condition)
        asked = compiled(condition, now=now, zone=settings.TIME_ZONE, own_key=audience.key)
        with eventlog.refreshing(
            audience.pk, asked.sql, asked.values, seconds=_SECONDS, memory_bytes=_MEMORY_BYTES
        ) as found:
            entering, leaving = ([], []) if audience.is_fresh else (found.entering(), found.leaving())
            if audience.is_told:
                _tell(audience, entering, AudienceEntered, now)
                _tell(audience, leaving, AudienceLeft, now)
            size, everybody = found.keep(at=now, version=_version(now))
    except conditions.BadConditions as bad:
        _trouble(audience, str(bad), state, now)
        return None
    except eventlog.TooExpensive:
        with override(None):
            why = gettext(
                "It takes too long or too much memory to work out. Ask for a shorter time, or for fewer things."
            )
        _trouble(audience, why, state, now)
        return None
    audience.size, audience.refreshed_at, audience.state, audience.trouble = size, now, state, ""
    audience.refresh_seconds = time.monotonic() - begun
    audience.refreshes += 1
    audience.is_fresh = False
    with transaction.atomic():
        # Whoever changed it meanwhile has it refreshed once more.
        kept = Audience.objects.filter(pk=audience.pk, changed_at=audience.changed_at).update(
            size=size,
            refreshed_at=now,
            state=state,
            trouble="",
            refresh_seconds=audience.refresh_seconds,
            refreshes=audience.refreshes,
            is_fresh=False,
        )
        if not kept:
            return None
        return _note_size(audience, size, everybody, len(entering), len(leaving), now)


def refresh_due(*, now: datetime, stopping: threading.Event | None = None) -> int:
    """Refresh the audiences for which something may have changed, and return how many. Raises eventlog.Away."""
    state = f"{eventlog.fingerprint()}.{_newest_change()}"
    done = 0
    audiences = list(
        Audience.objects.filter(kind=Audience.Kind.DYNAMIC, archived_at=None).order_by("refreshed_at")
    )
    round_seconds = sum(audience.refresh_seconds for audience in audiences if not audience.trouble)
    for audience in audiences:
        if stopping is not None and stopping.is_set():
            break
        if is_due(audience, state=state, now=now, round_seconds=round_seconds) and _claim(audience, now):
            try:
                refresh(audience=audience, now=now, state=state)
            finally:
                Audience.objects.filter(pk=audience.pk).update(begun_at=None)
            done += 1
    return done


def _claim(audience: Audience, now: datetime) -> bool:
    """Tell whether this process is the one that refreshes it. One that died meanwhile lets go after a while."""
    free = Q(begun_at=None) | Q(begun_at__lt=now - _TAKEN_FOR_DEAD)
    mine = Audience.objects.filter(free, pk=audience.pk, refreshes=audience.refreshes)
    return mine.update(begun_at=now) == 1


def is_due(audience: Audience, *, state: str, now: datetime, round_seconds: float = 0) -> bool:
    """Tell whether an audience is to be worked out anew. round_seconds: how long all of them take together."""
    if audience.refreshed_at is None:
        return True
    pause_seconds = max(audience.refresh_seconds * _SHARE_OF_TIME, round_seconds * _SHARE_OF_ALL)
    if now - audience.refreshed_at < max(_LEAST_PAUSE, timedelta(seconds=pause_seconds)):
        return False
    if audience.state != state:
        return True
    try:
        return conditions.is_relative(conditions.read(audience.condition))
    except conditions.BadConditions:
        return False


def add(*, audience: Audience, person_ids: Iterable[int], now: datetime) -> int:
    """Put people on a list and return how many were not on it. Raises NoList, PutAway, eventlog.Away."""
    _check_list(audience)
    wanted = _roots(person_ids)
    there = set(members(audience, among=wanted))
    new = sorted(wanted - there)
    eventlog.write_memberships(audience.pk, [(pk, now, None) for pk in new], version=_version(now))
    _tell(audience, new, AudienceEntered, now)
    _note_list(audience, entered=len(new), left=0, now=now)
    return len(new)


def take_off(*, audience: Audience, person_ids: Iterable[int], now: datetime) -> int:
    """Take people off a list and return how many were on it. Raises NoList, PutAway, eventlog.Away."""
    _check_list(audience)
    gone = eventlog.end_memberships(audience.pk, sorted(_roots(person_ids)), at=now, version=_version(now))
    _tell(audience, gone, AudienceLeft, now)
    _note_list(audience, entered=0, left=len(gone), now=now)
    return len(gone)


def upload(*, audience: Audience, rows: Sequence[Sequence[str]], now: datetime) -> handles.Found:
    """Put those on a list whom the rows of a file name, by any e-mail, phone or id. Raises NoList, eventlog.Away."""
    _check_list(audience)
    found = handles.find(rows)
    found.added = add(audience=audience, person_ids=found.person_ids, now=now)
    return found


def snapshot(*, audience: Audience, name: str, owner: User | None, now: datetime) -> Audience:
    """Keep who is in an audience now, as one that does not change any more. Raises NameTaken, eventlog.Away."""
    kept = make(name=name, sentence=audience.sentence, condition=None, owner=owner, now=now)
    kept.kind = Audience.Kind.SNAPSHOT
    kept.size = eventlog.copy_memberships(of=audience.pk, into=kept.pk, at=now, version=_version(now))
    kept.save(update_fields=["kind", "size"])
    _note_size(kept, kept.size, everybody(), 0, 0, now)
    return kept


@offered(_("Put somebody on a list"))
def put_on_list(*, audience: str, person_id: int, now: datetime) -> None:
    """Put one person on a list, by the key of the list. Doing it twice changes nothing. Raises NoList."""
    add(audience=_list(audience), person_ids=[person_id], now=now)


@offered(_("Take somebody off a list"))
def take_off_list(*, audience: str, person_id: int, now: datetime) -> None:
    """Take one person off a list, by the key of the list. Doing it twice changes nothing. Raises NoList."""
    take_off(audience=_list(audience), person_ids=[person_id], now=now)


def members(audience: Audience, *, among: Iterable[int]) -> list[int]:
    """Return those of these people who are in an audience as of its last refresh."""
    return eventlog.members_among(audience.pk, sorted(set(among)))


def everybody() -> int:
    """Return how many people there are, known or anonymous."""
    return int(eventlog.ask("SELECT count() FROM people FINAL").rows[0][0])


def _list(key: str) -> Audience:
    audience = Audience.objects.filter(key=key).first()
    if audience is None:
        raise NoList(key)
    return audience


def _check_list(audience: Audience) -> None:
    if audience.kind != Audience.Kind.STATIC:
        raise NoList(audience.key)
    if audience.archived_at is not None:
        raise PutAway(audience.key)


def _roots(person_ids: Iterable[int]) -> set[int]:
    held = Person.objects.filter(pk__in=set(person_ids)).values_list("pk", "root_id")
    return {root or pk for pk, root in held}


def _tell(audience: Audience, person_ids: Sequence[int], fact: type[Touchpoint], now: datetime) -> None:
    """Record who came or went. The same refresh, done again after a crash, records the same."""
    said: Any = fact
    what = said(audience=audience.key, title=audience.name)
    for start in range(0, len(person_ids), _TOLD_AT_ONCE):
        some = person_ids[start : start + _TOLD_AT_ONCE]
        known = handles.of(some)
        about = f"audience.{audience.pk}.{audience.refreshes}.{fact.name.split()[1]}"
        facts = [(what, known[pk], f"{about}.{pk}") for pk in some if pk in known]
        with transaction.atomic():
            record_many(facts, happened_at=now)


def _trouble(audience: Audience, why: str, state: str, now: datetime) -> None:
    audience.trouble = why[:500]
    Audience.objects.filter(pk=audience.pk).update(
        trouble=why[:500], refreshed_at=now, state=state, refresh_seconds=_SECONDS
    )


def _note_list(audience: Audience, *, entered: int, left: int, now: datetime) -> None:
    size = eventlog.count_members(audience.pk)
    audience.size, audience.refreshed_at, audience.changed_at = size, now, now
    audience.refreshes += 1
    audience.save(update_fields=["size", "refreshed_at", "changed_at", "refreshes"])
    _note_size(audience, size, everybody(), entered, left, now)
    later.wake(WORK)


def _note_size(
    audience: Audience, size: int, everybody: int, entered: int, left: int, now: datetime
) -> Size | None:
    newest = audience.sizes.order_by("-at").first()
    is_old = newest is None or newest.at <= now - _SIZE_AT_LEAST_EVERY or newest.people != size
    if not (is_old or entered or left):
        return None
    return Size.objects.create(
        audience=audience, at=now, people=size, everybody=everybody, entered=entered, left=left
    )


def _newest_change() -> str:
    newest = Audience.objects.order_by("-changed_at").values_list("changed_at", flat=True).first()
    return "" if newest is None else str(int(newest.timestamp() * 1000))


def _free_key(name: str) -> str:
    stem = slugify(name)[:70] or "audience"
    taken = set(Audience.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(
        key for i in range(1, len(taken) + 2) if (key := stem if i == 1 else f"{stem}-{i}") not in taken
    )


def _version(now: datetime) -> int:
    return int(now.timestamp() * 1_000_000)

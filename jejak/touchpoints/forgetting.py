"""Whoever is forgotten goes also from what waits for the log, what is on its way to it, and what was refused."""

import time
from collections.abc import Iterator

from django.db import connections, transaction
from django.utils.translation import gettext_lazy as _

from jejak.people import forgetting
from jejak.people.forgetting import Whom
from jejak.touchpoints import inlet, on_the_way
from jejak.touchpoints.batch import Item
from jejak.touchpoints.models import Arrival, Claim, Refusal

_AT_ONCE = 200
_MOST_COUNTED = 10_000
_LONGEST_WAIT_SECONDS = 30
_LOOK_SECONDS = 0.2
_ON_THE_WAY = 600  # After the person's rows, before the log.


def _count_waiting(who: Whom) -> int | None:
    if inlet.waiting().messages > _MOST_COUNTED:
        return None
    return sum(len(ours) for _alias, arrival in _arrivals() for ours, _others in [_parted(arrival, who)])


@forgetting.part("waiting", _("Touchpoints that wait for the log"), count=_count_waiting)
def waiting(who: Whom) -> int:
    """Take the person's messages out of what waits; what others sent in the same request stays."""
    gone = 0
    for alias, arrival in _arrivals():
        ours, others = _parted(arrival, who)
        if ours:
            gone += _take_out(alias, arrival, ours, others)
    return gone


@forgetting.part("on_the_way", _("Touchpoints on their way to the log"), order=_ON_THE_WAY)
def in_batches(who: Whom) -> int:
    """Wait for batches that were begun while the person was still known: their rows go with the log's."""
    until = time.monotonic() + _LONGEST_WAIT_SECONDS
    batches = _batches_with(who)
    waited = len(batches)
    while batches:
        if time.monotonic() > until:
            raise forgetting.Later("A batch with touchpoints of this person is on its way to the log.")
        time.sleep(_LOOK_SECONDS)
        batches &= {
            batch
            for alias in inlet.databases()
            for batch in Claim.objects.using(alias).values_list("batch", flat=True)
        }
    return waited


def _count_refused(who: Whom) -> int | None:
    if Refusal.objects.all()[_MOST_COUNTED:].exists():
        return None
    return sum(1 for _refusal in _refusals(who))


@forgetting.part("refused", _("Refused touchpoints"), order=forgetting.AFTER, count=_count_refused)
def refused(who: Whom) -> int:
    """Delete what was refused of the person."""
    found = list(_refusals(who))
    for start in range(0, len(found), _AT_ONCE):
        Refusal.objects.filter(pk__in=found[start : start + _AT_ONCE]).delete()
    return len(found)


def _arrivals(*, claimed: bool = False) -> Iterator[tuple[str, Arrival]]:
    for alias in inlet.databases():
        claims = Claim.objects.using(alias)
        ids = (
            list(claims.values_list("arrival_id", flat=True))
            if claimed
            else list(
                Arrival.objects.using(alias)
                .exclude(pk__in=claims.values("arrival_id"))
                .order_by("pk")
                .values_list("pk", flat=True)
            )
        )
        for start in range(0, len(ids), _AT_ONCE):
            for arrival in Arrival.objects.using(alias).filter(pk__in=ids[start : start + _AT_ONCE]):
                yield alias, arrival


def _batches_with(who: Whom) -> set[str]:
    found = set()
    for alias, arrival in _arrivals(claimed=True):
        if _parted(arrival, who)[0]:
            found |= set(
                Claim.objects.using(alias).filter(arrival_id=arrival.pk).values_list("batch", flat=True)
            )
    return found


def _take_out(alias: str, arrival: Arrival, ours: list[bytes], others: list[bytes]) -> int:
    body = b"[" + b",".join(others) + b"]"
    with transaction.atomic(using=alias):
        held = Arrival.objects.using(alias).filter(pk=arrival.pk)
        if connections[alias].vendor != "sqlite":
            held.select_for_update().first()
        if Claim.objects.using(alias).filter(arrival_id=arrival.pk).exists():
            return 0  # A worker was faster; `in_batches` waits for it.
        gone = held.update(body=body, messages=len(others)) if others else held.delete()[0]
    if gone:
        inlet.left(len(arrival.body) - (len(body) if others else 0))
    return len(ours) if gone else 0


def _parted(arrival: Arrival, who: Whom) -> tuple[list[bytes], list[bytes]]:
    """Return the messages of an arrival: those of this person, and those of others."""
    ours: list[bytes] = []
    others: list[bytes] = []
    for position, raw in enumerate(on_the_way.messages(bytes(arrival.body))):
        (ours if _is_of(Item(arrival, position, raw), who) else others).append(raw)
    return ours, others


def _is_of(item: Item, who: Whom) -> bool:
    named = on_the_way.handles_of(item)
    if named is None:
        return who.in_text(item.raw.decode(errors="replace"))
    return not named.isdisjoint(who.handles)


def _refusals(who: Whom) -> Iterator[int]:
    for refusal in Refusal.objects.only("message", "detail").order_by("pk").iterator(chunk_size=_AT_ONCE):
        raw = bytes(refusal.message)
        texts = (raw.decode(errors="replace"), refusal.detail)
        if any(map(who.in_text, texts)) or _is_of(Item(Arrival(), 0, raw), who):
            yield refusal.pk

"""Look at every record, keep what is wrong, and let staff say what is right all the same."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum

from jejak.common import later
from jejak.features.quality.models import Check, Finding, Standing
from jejak.records import kinds, quality
from jejak.records.kinds import Kind
from jejak.records.quality import Rule
from jejak.staff.models import User

AT_ONCE = 1000
_EVERY = timedelta(days=1)
_BREATH_SECONDS = 0.05


def want(*, kind: str, now: datetime) -> Check:
    """Have a kind checked in the background; one that is under way already is returned."""
    under_way = Check.objects.filter(kind=kind, ended_at=None).first()
    check = under_way or Check.objects.create(kind=kind, begun_at=now)
    later.wake("quality")
    return check


def want_daily(*, now: datetime) -> None:
    """Have every kind checked that has records, and whose last check is older than a day, or saw less than half of them."""
    for kind in quality.checked_kinds():
        newest = Check.objects.filter(kind=kind).order_by("-begun_at").first()
        if newest is not None and newest.ended_at is None:
            continue
        rows = kinds.kind(kind).rows()
        is_recent = newest is not None and newest.begun_at >= now - _EVERY
        if rows.count() > 2 * newest.records if newest and is_recent else rows.exists():
            want(kind=kind, now=now)


def go_on(*, check: Check, now: datetime, stopping: threading.Event | None = None) -> bool:
    """Look at the records that a check has not seen yet; tell whether it came to the end."""
    kind = kinds.kind(check.kind)
    while stopping is None or not stopping.is_set():
        records = list(kind.rows().filter(pk__gt=check.reached).order_by("pk")[:AT_ONCE])
        if not records:
            _end(check, now)
            return True
        lost, counts = look(kind, records, now=now)
        check.reached = records[-1].pk
        check.records += len(records)
        check.lost += lost
        for rule, count in counts.items():
            check.counts[rule] = check.counts.get(rule, 0) + count
        check.save(update_fields=["reached", "records", "lost", "counts"])
        if stopping is not None:
            stopping.wait(_BREATH_SECONDS)  # Whoever else waits to write comes first.
    return False


def look(kind: Kind, records: Sequence[Any], *, now: datetime) -> tuple[int, dict[str, int]]:
    """Keep what is wrong with these records, and return the points they lost and how often each rule spoke."""
    # Looking takes long, and asks the log: SQLite's one lock is for writing alone.
    wrong = quality.wrong(kind.key, records, now=now)
    return _keep(kind, [record.pk for record in records], wrong, now=now)


@transaction.atomic
def _keep(
    kind: Kind, ids: Sequence[int], wrong: Mapping[int, Sequence[tuple[Rule, str]]], *, now: datetime
) -> tuple[int, dict[str, int]]:
    known = Finding.objects.filter(kind=kind.key, record_id__in=ids)
    aside = set(known.exclude(dismissed_at=None).values_list("record_id", "rule"))
    there = {(finding.record_id, finding.rule): finding.pk for finding in known}
    found = {(pk, rule.key): rule for pk, those in wrong.items() for rule, _detail in those}
    Finding.objects.filter(pk__in=[held for key, held in there.items() if key not in found]).delete()
    Finding.objects.bulk_create(
        [
            Finding(kind=kind.key, record_id=pk, rule=key, points=rule.points, found_at=now)
            for (pk, key), rule in found.items()
            if (pk, key) not in there
        ],
        ignore_conflicts=True,
    )
    lost: dict[int, int] = {}
    counts: dict[str, int] = {}
    for (pk, key), rule in found.items():
        if (pk, key) in aside:
            continue
        lost[pk] = min(100, lost.get(pk, 0) + rule.points)
        counts[key] = counts.get(key, 0) + 1
    Standing.objects.filter(kind=kind.key, record_id__in=ids).delete()
    Standing.objects.bulk_create(
        Standing(kind=kind.key, record_id=pk, score=quality.score(points)) for pk, points in lost.items()
    )
    return sum(lost.values()), counts


@transaction.atomic
def dismiss(*, finding: Finding, by: User, now: datetime) -> None:
    """Say that a record is right as it is: the rule does not speak of it again."""
    Finding.objects.filter(pk=finding.pk, dismissed_at=None).update(dismissed_at=now, dismissed_by=by)
    _stand(finding)


@transaction.atomic
def take_up(*, finding: Finding) -> None:
    """Take a finding back that was put aside."""
    Finding.objects.filter(pk=finding.pk).update(dismissed_at=None, dismissed_by=None)
    _stand(finding)


def _stand(finding: Finding) -> None:
    of = {"kind": finding.kind, "record_id": finding.record_id}
    lost = Finding.objects.filter(**of, dismissed_at=None).aggregate(points=Sum("points"))["points"] or 0
    Standing.objects.filter(**of).delete()
    if lost:
        Standing.objects.create(**of, score=quality.score(lost))


def _end(check: Check, now: datetime) -> None:
    """What belongs to records that are gone, or that merged into others, goes."""
    kind = kinds.kind(check.kind)
    for table in (Finding, Standing):
        held = set(table.objects.filter(kind=check.kind).values_list("record_id", flat=True).distinct())
        ids = sorted(held)
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            there = set(kind.rows().filter(pk__in=some).values_list("pk", flat=True))
            table.objects.filter(kind=check.kind, record_id__in=set(some) - there).delete()
    check.ended_at = now
    check.save(update_fields=["ended_at"])

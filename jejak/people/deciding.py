"""What staff decide of suggestions and of shared handles, with who decided and when."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from jejak.people import merging, settling
from jejak.people.models import Merge, SharedHandle, Suggestion
from jejak.staff.models import User


class DecidedAlready(Exception):
    """Somebody has decided this suggestion before."""


def waiting(rule: str = "") -> QuerySet[Suggestion]:
    """Return the suggestions that wait for staff, the likeliest first, then the newest."""
    asked = Suggestion.objects.filter(decided_at=None).annotate(
        one_root=Coalesce("person__root_id", "person_id"), other_root=Coalesce("other__root_id", "other_id")
    )
    asked = asked.exclude(one_root=F("other_root"))  # They have become one since.
    if rule:
        asked = asked.filter(rule=rule)
    return asked.order_by(F("evidence__probability").desc(nulls_last=True), "-suggested_at", "-pk")


@transaction.atomic
def one_person(*, suggestion: Suggestion, note: str = "", by: User, now: datetime) -> Merge | None:
    """Merge the two of a suggestion; None where they are one person already. Raises DecidedAlready."""
    if not Suggestion.objects.filter(pk=suggestion.pk, decided_at=None).update(
        decided_at=now, decided_by=by, decision=Suggestion.Decision.ONE
    ):
        raise DecidedAlready(f"Suggestion {suggestion.pk} was decided before.")
    evidence = {"suggestion": suggestion.rule} | ({"note": note} if note else {})
    for key in ("shared", "probability", "reasons"):
        if key in suggestion.evidence:
            evidence[key] = suggestion.evidence[key]
    try:
        return merging.merge(
            person=suggestion.person,
            other=suggestion.other,
            rule=settling.STAFF,
            evidence=evidence,
            by=by,
            now=now,
        )
    except merging.OnePersonAlready:
        return None


@transaction.atomic
def two_people(*, suggestion: Suggestion, by: User, now: datetime) -> None:
    """Keep that the two of a suggestion are two people: it is not asked again, by whatever rule. Raises DecidedAlready."""
    mine, theirs = merging.trail_ids(suggestion.person_id), merging.trail_ids(suggestion.other_id)
    pair = Q(person__in=mine, other__in=theirs) | Q(person__in=theirs, other__in=mine)
    if not Suggestion.objects.filter(pair, decided_at=None).update(
        decided_at=now, decided_by=by, decision=Suggestion.Decision.TWO
    ):
        raise DecidedAlready(f"Suggestion {suggestion.pk} was decided before.")


@transaction.atomic
def shared(*, handle: SharedHandle, verdict: str, by: User, now: datetime) -> None:
    """Say whether a handle that several people use may join them, and work out anew who is who around it."""
    SharedHandle.objects.filter(pk=handle.pk).update(verdict=verdict, decided_at=now, decided_by=by)
    settling.settle([handle.handle_id], now=now, by=by)
    transaction.on_commit(merging.tell)

"""What is done with alerts."""

from datetime import datetime, timedelta

from jejak.features.dashboards.models import Alert, Mute
from jejak.staff.models import User


def see(*, alert: Alert, by: User, reason: str, now: datetime) -> None:
    """Note that somebody has seen an alert, and why it is, where they know. The first one stays who saw it."""
    if reason:
        Alert.objects.filter(pk=alert.pk).update(reason=reason.strip()[:300])
    Alert.objects.filter(pk=alert.pk, seen_at=None).update(seen_by=by, seen_at=now)


def mute(*, subject: str, days: int, by: User, why: str, now: datetime) -> None:
    """Tell nobody of a subject for some days; 0 lets it be told again."""
    if days == 0:
        Mute.objects.filter(subject=subject).delete()
        return
    Mute.objects.update_or_create(
        subject=subject, defaults={"by": by, "until_at": now + timedelta(days=days), "why": why.strip()[:300]}
    )

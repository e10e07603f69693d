"""What is done with dashboards: only who made one changes it, and nobody overwrites what they have not seen."""

from django.db.models import Q, QuerySet

from jejak.features.dashboards.models import Dashboard
from jejak.staff.models import User


def seen_by(user: User) -> QuerySet[Dashboard]:
    """Return the dashboards that somebody may read: their own and shared ones."""
    return Dashboard.objects.filter(Q(owner=user) | Q(is_shared=True)).select_related("owner")


def may_change(dashboard: Dashboard, user: User) -> bool:
    """Tell whether somebody may change or delete it."""
    return user.is_superuser or dashboard.owner_id == user.pk

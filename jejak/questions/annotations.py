"""What staff wrote beside days, drawn into lines over time.

chart = annotations.drawn(chart, window=window, bucket="week", channel="whatsapp")
"""

from dataclasses import replace
from datetime import date, datetime

from django.db.models import Q, QuerySet

from jejak.backoffice.charts import LineChart, Mark
from jejak.measures import Bucket, Window, bucket_of
from jejak.questions.models import Annotation
from jejak.staff.models import User

_MOST_MARKS = 8
"""More upright lines than these hide the line that they explain."""


def inside(window: Window, *, channel: str = "", place: str = "") -> QuerySet[Annotation]:
    """Return what was written beside days of a window. channel, place: without what is about another one."""
    ends = Q(until_on=None, on__gte=window.from_on) | Q(until_on__gte=window.from_on)
    found = Annotation.objects.filter(ends, on__lt=window.until_on)
    if channel:
        found = found.filter(channel__in=("", channel))
    return found.filter(place__in=("", place)) if place else found


def drawn(
    chart: LineChart, *, window: Window, bucket: Bucket, channel: str = "", place: str = ""
) -> LineChart:
    """Return a line over time with the latest annotations of its window, each at the point that its day belongs to."""
    latest = list(inside(window, channel=channel, place=place)[:_MOST_MARKS])
    return replace(chart, marks=[*chart.marks, *(_mark(one, window, bucket) for one in reversed(latest))])


def add(
    *, words: str, on: date, until_on: date | None, channel: str, place: str, by: User, now: datetime
) -> Annotation:
    """Write an annotation. Raises IntegrityError where it ends before it begins; doors say so beside the field."""
    return Annotation.objects.create(
        words=words, on=on, until_on=until_on, channel=channel, place=place, owner=by, changed_at=now
    )


def change(
    *,
    annotation: Annotation,
    words: str,
    on: date,
    until_on: date | None,
    channel: str,
    place: str,
    now: datetime,
) -> None:
    """Change an annotation."""
    Annotation.objects.filter(pk=annotation.pk).update(
        words=words, on=on, until_on=until_on, channel=channel, place=place, changed_at=now
    )


def delete(*, annotation: Annotation) -> None:
    """Delete an annotation."""
    annotation.delete()


def _mark(one: Annotation, window: Window, bucket: Bucket) -> Mark:
    begun = bucket_of(max(one.on, window.from_on), bucket)
    until = bucket_of(min(one.until_on, window.last_on), bucket) if one.until_on else None
    return Mark(at=begun, until=until if until and until > begun else None, label=one.words)

"""Own alerts: a measure with filters that is beyond a number, or out of its usual band."""

import threading
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import transaction

from jejak import measures
from jejak.features.dashboards import filters, telling
from jejak.features.dashboards.models import Alert, Rule
from jejak.measures import Filters, Measure, NoSuchMeasure, Window, bands, calendar
from jejak.measures.bands import Lines

EVERY = timedelta(hours=1)
_BAND_DAYS = 200
_UNLIKELY = 1e-3


def look(*, now: datetime, stopping: threading.Event | None = None) -> int:
    """Look at each own alert once an hour, and return how many began. Raises eventlog.Away, eventlog.TooExpensive."""
    begun = 0
    for rule in Rule.objects.filter(is_on=True).select_related("hook", "owner"):
        if stopping is not None and stopping.is_set():
            break
        if rule.looked_at is not None and now - rule.looked_at < EVERY:
            continue
        if Rule.objects.filter(pk=rule.pk, looked_at=rule.looked_at).update(looked_at=now):
            begun += look_at(rule, now=now)
    return begun


def look_at(rule: Rule, *, now: datetime) -> bool:
    """Look at one, and tell whether it begins to be out."""
    try:
        measure = measures.get(rule.measure)
        asked = filters.read(rule.filters).asked(now=now)
    except (NoSuchMeasure, filters.NoSuchAudience):
        return False
    side, chance, story = (
        _band(measure, asked, now) if rule.how == Rule.How.BAND else _limit(rule, measure, asked, now)
    )
    today = Window.last(1, now=now, zone=settings.TIME_ZONE).from_on
    with transaction.atomic():
        opened = Alert.objects.filter(rule=rule, ended_on=None)
        if not side:
            opened.update(ended_on=today)
            return False
        if opened.update(last_on=today, story=story):
            return False
        alert = Alert.objects.create(
            rule=rule,
            watched={"kind": "own", "measure": rule.measure},
            subject=f"own {rule.pk}",
            side=side,
            chance=chance,
            severity=_severity(measure, side),
            began_on=today,
            found_on=today,
            last_on=today,
            story=story,
            noted_at=now,
        )
        telling.tell(alert, now=now)
        return True


def _severity(measure: Measure, side: int) -> str:
    better = {"more is better": 1, "less is better": -1}.get(measure.polarity, 0)
    if better == side:
        return Alert.Severity.GOOD
    return Alert.Severity.SERIOUS if better else Alert.Severity.NOTABLE


def _limit(
    rule: Rule, measure: Measure, asked: Filters, now: datetime
) -> tuple[int, float, list[dict[str, object]]]:
    """Tell whether a number is surely beyond its limit: with its whole interval, where it has one."""
    window = Window.last(rule.days, now=now, zone=settings.TIME_ZONE)
    told = measures.tell_one(measure, asked.within(window), now=now).estimate
    limit = rule.limit
    if told.value is None or limit is None:
        return 0, 1.0, []
    story: list[dict[str, object]] = [
        {
            "on": window.last_on.isoformat(),
            "value": told.value,
            "n": told.n,
            "low": limit,
            "usual": limit,
            "high": limit,
        }
    ]
    low = told.value if told.low is None else told.low
    high = told.value if told.high is None else told.high
    if rule.how == Rule.How.ABOVE:
        return (1 if low > limit else 0), 0.025, story
    return (-1 if high < limit else 0), 0.025, story


def _band(measure: Measure, asked: Filters, now: datetime) -> tuple[int, float, list[dict[str, object]]]:
    """Tell whether yesterday, or the days up to it, left the usual band of the measure."""
    until = Window.last(1, now=now, zone=settings.TIME_ZONE).from_on
    window = Window(from_on=until - timedelta(days=_BAND_DAYS), until_on=until, zone=settings.TIME_ZONE)
    readings = measures.tell(measure, asked.within(window), now=now, bucket="day")
    days = [reading.bucket or until for reading in readings]
    weekdays = np.array([day.weekday() for day in days], np.int64)
    kinds = np.array([calendar.kind_of(day) for day in days], np.int64)
    low, span = _scaled(measure)
    if measure.point:
        n = np.array([[reading.moments.n for reading in readings]], float)
        total = np.array([[reading.moments.total for reading in readings]])
        squares = np.array([[reading.moments.squares for reading in readings]])
        hits, squares = (total - n * low) / span, (squares - 2 * low * total + n * low**2) / span**2
        told = bands.of_shares(Lines(hits=hits, trials=n, squares=squares, weekdays=weekdays, kinds=kinds))
    else:
        hits = np.array([[reading.estimate.value or 0 for reading in readings]], float)
        told = bands.of_counts(Lines(hits=hits, weekdays=weekdays, kinds=kinds))
    factor = 100.0 if measure.unit in ("percent", "points") else 1.0
    story: list[dict[str, object]] = []
    for i, reading in enumerate(readings[-90:], start=max(0, len(readings) - 90)):
        band = [float(part[0, i]) for part in (told.low, told.expected, told.high)]
        shown = [
            None if np.isnan(part) else (part * span + low) * factor if measure.point else part
            for part in band
        ]
        story.append(
            {
                "on": days[i].isoformat(),
                "value": reading.estimate.value,
                "n": reading.estimate.n,
                "low": shown[0],
                "usual": shown[1],
                "high": shown[2],
            }
        )
    chance = float(told.chance[0, -1])
    return (int(told.side[0, -1]) if chance < _UNLIKELY else 0), chance, story


def _scaled(measure: Measure) -> tuple[float, float]:
    """Return where the points of a measure begin, and how far they reach."""
    if measure.unit == "points":
        return -1.0, 2.0
    if measure.unit == "score" and measure.scale is not None:
        return measure.scale.low, measure.scale.high - measure.scale.low
    return 0.0, 1.0

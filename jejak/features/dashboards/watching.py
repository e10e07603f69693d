"""The watch: looks at every series once an hour, and keeps an alert for each incident."""

import io
import json
import logging
import threading
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from jejak import eventlog
from jejak.common import later
from jejak.features.dashboards import telling
from jejak.features.dashboards.models import Alert, Watch
from jejak.measures import KEPT, Window, extent, incidents, promises, watching
from jejak.measures.incidents import Incident, Out
from jejak.measures.watching import Sums, Told, Watched

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
_TAKEN_FOR_DEAD = timedelta(minutes=30)
_LATE_DAYS = 4
"""So many days back a touchpoint may arrive late and still be counted at once; later ones within a week."""
_ANEW_DAYS = 7
_STORY_DAYS = 90
_SERIOUS = 1e-5
_LEAST_DAYS = 60
_PROMISE_DAYS = 60


def look(*, now: datetime, stopping: threading.Event | None = None) -> list[Alert]:
    """Look at everything if an hour has gone by, and return the alerts that are new. Raises eventlog.Away."""
    watch, _made = Watch.objects.get_or_create(pk=1)
    state = eventlog.fingerprint()
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    is_due = watch.ran_at is None or now - watch.ran_at >= EVERY
    if not is_due or (watch.state == state and watch.followed_on == today):
        return []
    free = Q(begun_at=None) | Q(begun_at__lt=now - _TAKEN_FOR_DEAD)
    if not Watch.objects.filter(free, pk=1, ran_at=watch.ran_at).update(begun_at=now):
        return []
    trouble, ran_at = "", watch.ran_at
    try:
        told = history(watch, now=now, today=today)
        if told is None:
            return []  # Looked for again in minutes: a whole history may be on its way.
        ran_at = now
        return _look(watch, told, now=now, today=today)
    except eventlog.TooExpensive:
        trouble, ran_at = "TooExpensive", now
        return []
    finally:
        _held(now).update(begun_at=None, ran_at=ran_at, state=state if ran_at == now else "", trouble=trouble)


def begin_anew() -> None:
    """Forget what was learnt and found by itself: history has come, or gone, that was not there. What is at work is lost."""
    with transaction.atomic():
        Alert.objects.filter(rule=None).delete()
        Watch.objects.filter(pk=1).delete()
    later.wake("watch")


def _held(now: datetime) -> QuerySet[Watch]:
    """Return the watch as long as it is in the hands of the look that began now."""
    return Watch.objects.filter(pk=1, begun_at=now)


def _look(watch: Watch, told: Told, *, now: datetime, today: date) -> list[Alert]:
    is_first = watch.followed_on is None
    known = (
        [] if is_first else list(Alert.objects.filter(rule=None, found_on__gte=today - timedelta(days=60)))
    )
    from_day = 0 if is_first else max(0, told.index(watch.followed_on or today))
    held = [_incident(alert, told) for alert in known]
    found = incidents.follow(told, days=range(from_day, told.days), known=held)
    new = []
    with transaction.atomic():
        if not _held(now).update(followed_on=today, lines=len(told.lines)):
            return []
        for alert, incident in zip(known, found, strict=False):
            _write(alert, incident, told)
        for incident in found[len(known) :]:
            alert = Alert(noted_at=now, is_past=is_first and incident.ended is not None)
            _write(alert, incident, told)
            new.append(alert)
            if not alert.is_past:
                telling.tell(alert, now=now)
    return new


def history(watch: Watch, *, now: datetime, today: date) -> Told | None:
    """Return every line with its band, until today; None while there is too little. What was read before is kept."""
    found = extent()
    if found is None:
        return None
    zone = settings.TIME_ZONE
    first_on = max(found[0].astimezone(ZoneInfo(zone)).date(), today - timedelta(days=watching.DAYS - 1))
    if (today - first_on).days < _LEAST_DAYS:
        return None
    window = Window(from_on=first_on, until_on=today + timedelta(days=1), zone=zone)
    kept = unpacked(bytes(watch.history))
    stale = watch.gathered_on is None or (today - watch.gathered_on).days >= _ANEW_DAYS
    if stale or watch.history_from is None or first_on < watch.history_from or not kept:
        watch.steps = [list(pair) for pair in _steps(watch.steps, window, zone)]
        sums = watching.gather(window, steps=[(a, b) for a, b in watch.steps])
        watch.gathered_on = today
    else:
        sums = _continued(kept, watch, window)
    _held(now).update(
        history=packed(sums), history_from=first_on, steps=watch.steps, gathered_on=watch.gathered_on
    )
    return watching.tell(sums, first_on=first_on, cut=True)


def kept_history() -> Told | None:
    """Return the lines as they were last looked at, without asking the log."""
    watch = Watch.objects.filter(pk=1).first()
    if watch is None or watch.history_from is None or not watch.history:
        return None
    return watching.tell(unpacked(bytes(watch.history)), first_on=watch.history_from, cut=True)


def _steps(known: Sequence[Sequence[str]], window: Window, zone: str) -> list[tuple[str, str]]:
    """Return the usual steps: those known, and those that people take of late."""
    late = Window(
        from_on=max(window.from_on, window.until_on - timedelta(days=28)), until_on=window.until_on, zone=zone
    )
    early = Window(
        from_on=window.from_on, until_on=min(window.until_on, window.from_on + timedelta(days=56)), zone=zone
    )
    found = [(a, b) for a, b in known] or watching.usual_steps(early)
    return list(dict.fromkeys([*found, *watching.usual_steps(late)]))[:24]


def _continued(kept: Sums, watch: Watch, window: Window) -> Sums:
    """Return what was kept, moved to this window, with its last days read anew."""
    assert watch.history_from is not None
    days = next(iter(kept.values())).shape[1]
    until_on = watch.history_from + timedelta(days=days)
    again_on = max(window.from_on, until_on - timedelta(days=_LATE_DAYS))
    fresh = watching.gather(
        Window(from_on=again_on, until_on=window.until_on, zone=window.zone),
        steps=[(a, b) for a, b in watch.steps],
    )
    skip = (window.from_on - watch.history_from).days
    keep = (again_on - window.from_on).days
    sums: Sums = {}
    for watched in {**kept, **fresh}:
        held = np.zeros((3, window.days))
        if watched in kept:
            held[:, :keep] = kept[watched][:, skip : skip + keep]
        if watched in fresh:
            held[:, keep:] = fresh[watched]
        sums[watched] = held
    return sums


def packed(sums: Sums) -> bytes:
    """Return the sums as bytes."""
    out = io.BytesIO()
    keys = json.dumps([watched.to_json() for watched in sums])
    np.savez_compressed(out, keys=np.array(keys), sums=np.array(list(sums.values()), np.float32))
    return out.getvalue()


def unpacked(held: bytes) -> Sums:
    """Return the sums that packed() wrote."""
    if not held:
        return {}
    with np.load(io.BytesIO(held), allow_pickle=False) as file:
        keys = json.loads(str(file["keys"]))
        sums = file["sums"].astype(float)
    return {Watched.from_json(key): sums[i] for i, key in enumerate(keys)}


# Incidents and the alerts that keep them


def _incident(alert: Alert, told: Told) -> Incident:
    lines = [
        Out(
            watched=Watched.from_json(line["watched"]),
            side=int(line["side"]),
            chance=float(line["chance"]),
            found=told.index(date.fromisoformat(line["found"])),
            at=told.index(date.fromisoformat(line["at"])),
        )
        for line in alert.lines
    ]
    return Incident(
        began=told.index(alert.began_on),
        found=told.index(alert.found_on),
        last=told.index(alert.last_on),
        ended=None if alert.ended_on is None else told.index(alert.ended_on),
        lines=lines,
    )


def _write(alert: Alert, incident: Incident, told: Told) -> None:
    lead = incident.lead
    alert.watched, alert.side, alert.chance = lead.watched.to_json(), lead.side, lead.chance
    alert.subject = " ".join(part for part in lead.watched.subject if part)[:300]
    alert.severity = severity(lead)
    alert.began_on = told.on(min(incident.began, incident.found))
    alert.found_on = told.on(incident.found)
    alert.last_on = told.on(incident.last)
    alert.ended_on = None if incident.ended is None else told.on(incident.ended)
    alert.lines = [
        {
            "watched": out.watched.to_json(),
            "side": out.side,
            "chance": out.chance,
            "found": told.on(out.found).isoformat(),
            "at": told.on(out.at).isoformat(),
        }
        for out in sorted(incident.lines, key=lambda out: out.chance)
    ]
    if lead.watched in told.lines and (
        alert.ended_on is None or not alert.story or told.days - incident.last < 15
    ):
        alert.story = story(told, lead.watched, until=min(told.days, incident.last + 15))
        if lead.watched.measure == KEPT.key:
            alert.promised_on = first_broken(lead.watched, told, incident)
    alert.save()


def first_broken(watched: Watched, told: Told, incident: Incident) -> date | None:
    """Return the day since when promises were made that were not kept. They are broken days later."""
    first = max(0, incident.found - _PROMISE_DAYS)
    window = Window(
        from_on=told.on(first), until_on=told.on(incident.last) + timedelta(days=1), zone=settings.TIME_ZONE
    )
    made = promises.by_day_made(window, watched.where)
    n = np.array([made.get(day, (0, 0))[0] for day in _days(window)], float)
    kept = np.array([made.get(day, (0, 0))[1] for day in _days(window)], float)
    before = max(1, incident.began - first - 10)
    if n[:before].sum() < 1:
        return None
    usual = np.full(len(n), kept[:before].sum() / n[:before].sum())
    started = incidents.began_on(kept, n, usual, incident.last - first, side=-1, back=_PROMISE_DAYS // 2)
    return window.from_on + timedelta(days=started)


def _days(window: Window) -> list[date]:
    return [window.from_on + timedelta(days=n) for n in range(window.days)]


def severity(out: Out) -> str:
    """Return how much it matters: better than usual, notable, or, where it surely got worse, serious."""
    better = {"up": 1, "down": -1}.get(out.watched.better, 0)
    if better == out.side:
        return Alert.Severity.GOOD
    return Alert.Severity.SERIOUS if better and out.chance < _SERIOUS else Alert.Severity.NOTABLE


def story(told: Told, watched: Watched, *, until: int) -> list[dict[str, Any]]:
    """Return a line's days with what was usual for each, in the unit in which people read it."""
    row = told.lines.index(watched)
    days = []
    for day in range(max(0, until - _STORY_DAYS), until):
        n, hits = float(told.trials[row, day]), float(told.hits[row, day])
        if watched.kind == "volume":
            value: float | None = hits
        else:
            value = watching.unscaled(watched, hits / n) if n else None
        low, usual, high = (
            None
            if np.isnan(part := getattr(told.bands, name)[row, day])
            else watching.unscaled(watched, float(part))
            for name in ("low", "expected", "high")
        )
        days.append(
            {
                "on": told.on(day).isoformat(),
                "value": value,
                "n": round(n),
                "low": low,
                "usual": usual,
                "high": high,
            }
        )
    return days

"""How alerts are said."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from babel import Locale, UnknownLocaleError
from django.utils import formats
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from jejak import measures
from jejak.audiences.models import Audience
from jejak.backoffice.charts import LineChart, Mark, Point, Series, Unit
from jejak.common import numbers
from jejak.features.dashboards.models import Alert
from jejak.measures import NoSuchMeasure, saying, underneath
from jejak.measures.watching import Watched

_APART_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class Said:
    """An alert in words. title: what it is about; where: in which part, "" where everywhere; sentence: what it did."""

    alert: Alert
    title: str
    where: str
    sentence: str
    when: str
    tone: str


def said(alert: Alert) -> Said:
    """Return an alert in the reader's language."""
    watched = Watched.from_json(alert.watched)
    tones = {Alert.Severity.SERIOUS: "bad", Alert.Severity.NOTABLE: "warn", Alert.Severity.GOOD: "good"}
    return Said(
        alert=alert,
        title=alert.rule.name if alert.rule else title(watched),
        where=where(watched),
        sentence=sentence(alert, watched),
        when=when(alert),
        tone=tones[Alert.Severity(alert.severity)],
    )


def title(watched: Watched) -> str:
    """Return what a line is about."""
    if watched.kind == "step":
        return _("“%(name)s” after “%(after)s”") % {"name": watched.name, "after": watched.after}
    if watched.kind == "volume":
        return _("People with “%(name)s”") % {"name": watched.name}
    if watched.kind == "part":
        return _("Share of “%(name)s” that is here") % {"name": watched.name}
    try:
        told = str(measures.get(watched.measure).title)
    except NoSuchMeasure:
        told = watched.measure
    return f"{told} · {watched.name}" if watched.name else told


def where(watched: Watched) -> str:
    """Return what a line is narrowed to."""
    return " · ".join(value(column, word) for column, word in watched.where)


def value(column: str, word: str) -> str:
    """Return what people call a value of a column: a country by its name."""
    if column == underneath.AUDIENCE:
        found = Audience.objects.filter(pk=int(word)).first() if word.isdecimal() else None
        return found.name if found else word
    if column != "country":
        return saying.group(column, word)
    try:
        locale = Locale.parse(to_locale(get_language() or "en"))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return str(locale.territories.get(word.upper(), word))


def column(name: str) -> str:
    """Return what people call a column; a property goes by its own name."""
    words = {
        "channel": _("Channel"),
        "place": _("Place"),
        "team": _("Team"),
        "stage": _("Stage"),
        "source": _("Source"),
        "country": _("Country"),
        underneath.AUDIENCE: _("Audience"),
    }
    return words.get(name, name.replace("_", " "))


def unit(watched: Watched) -> Unit:
    """Return how a line's numbers are written."""
    if watched.kind == "volume":
        return Unit()
    if watched.kind in ("score", "own"):
        return saying.unit(measures.get(watched.measure))
    return Unit(kind="percent")


def sentence(alert: Alert, watched: Watched) -> str:
    """Return what was observed on the worst days, and what was usual."""
    if alert.rule is not None and alert.rule.limit is not None and alert.story:
        last, own = alert.story[-1], unit(watched)
        return _("%(value)s (n = %(n)s), where the limit is %(limit)s.") % {
            "value": own.text(last["value"]),
            "n": numbers.number(last["n"]),
            "limit": own.text(alert.rule.limit),
        }
    days = [
        day for day in alert.story if alert.began_on.isoformat() <= day["on"] <= alert.last_on.isoformat()
    ]
    told = [day for day in days if day["value"] is not None and day["low"] is not None]
    if not told:
        return ""
    n = sum(day["n"] for day in told)
    if watched.kind == "volume":
        mean, usual = (sum(day[key] for day in told) / len(told) for key in ("value", "usual"))
        return _("%(value)s a day, where %(usual)s are usual.") % {
            "value": numbers.number(mean),
            "usual": numbers.number(usual),
        }
    value_now = sum(day["value"] * day["n"] for day in told) / max(n, 1)
    written = unit(watched)
    usual = sum(day["usual"] * day["n"] for day in told) / max(n, 1)
    return _("%(value)s (n = %(n)s), where %(usual)s is usual.") % {
        "value": written.text(value_now),
        "n": numbers.number(n),
        "usual": written.text(usual),
    }


def when(alert: Alert) -> str:
    """Return since when, and until when."""
    since = _day(alert.began_on)
    if alert.ended_on is None:
        return _("since %(since)s") % {"since": since}
    return _("%(since)s to %(until)s") % {"since": since, "until": _day(alert.last_on)}


def picture(alert: Alert) -> LineChart:
    """Return the line with its usual band, and marks where it left it."""
    watched = Watched.from_json(alert.watched)
    line = [
        Point(
            at=date.fromisoformat(day["on"]),
            value=day["value"],
            n=None if watched.kind == "volume" else day["n"],
        )
        for day in alert.story
    ]
    band = [
        Point(at=date.fromisoformat(day["on"]), value=day["usual"], low=day["low"], high=day["high"])
        for day in alert.story
    ]
    # Labels that stand close would lie upon each other.
    first_on = alert.promised_on or alert.began_on
    marks = [Mark(at=first_on, label=_("Promised") if alert.promised_on else _("Left its band"))]
    if alert.ended_on and (alert.ended_on - first_on).days >= _APART_DAYS:
        marks.append(Mark(at=alert.ended_on, label=_("Back")))
    return LineChart(
        series=[Series(name=title(watched), points=line), Series(name=_("Usual"), points=band)],
        unit=replace(unit(watched), least=0, most=100) if unit(watched).kind == "percent" else unit(watched),
        x_label=_("Day"),
        y_label=title(watched),
        marks=marks,
    )


def _day(day: date) -> str:
    return str(formats.date_format(day, "j F Y"))


def as_json(alert: Alert) -> dict[str, Any]:
    """Return an alert for other systems: numbers, no words that change with the language."""
    return {
        "id": alert.pk,
        "severity": alert.severity,
        "watched": alert.watched,
        "side": "above" if alert.side > 0 else "below",
        "began_on": alert.began_on.isoformat(),
        "found_on": alert.found_on.isoformat(),
        "last_on": alert.last_on.isoformat(),
        "ended_on": alert.ended_on.isoformat() if alert.ended_on else None,
        "days": alert.story[-14:],
    }

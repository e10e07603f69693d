"""Conditions in words, as staff read them: on the page of an audience, and beside each verdict."""

from datetime import date
from typing import Any

from django.utils import formats
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jejak.audiences import conditions as c
from jejak.audiences.models import Audience
from jejak.people.consent import CHANNELS, PURPOSES

_MOST_WORDS = 4


def say(condition: c.Condition) -> str:
    """Return a condition as one line. Of a group: how its conditions are joined."""
    said = _SAID.get(type(condition))
    return str(said(condition)) if said else str(condition.label)


def whole(condition: c.Condition) -> str:
    """Return a condition with all that it holds, as one sentence."""
    if isinstance(condition, c.Not):
        return _("not: %(condition)s") % {"condition": _bracketed(condition.condition)}
    if isinstance(condition, c.All | c.Any):
        if not condition.conditions:
            return _("everybody") if isinstance(condition, c.All) else _("nobody")
        word = _("and") if isinstance(condition, c.All) else _("or")
        return f" {word} ".join(_bracketed(one) for one in condition.conditions)
    return say(condition)


def _bracketed(condition: c.Condition) -> str:
    is_group = isinstance(condition, c.All | c.Any) and len(condition.conditions) > 1
    return f"({whole(condition)})" if is_group else whole(condition)


def _group(condition: c.All | c.Any) -> str:
    if not condition.conditions:
        return _("everybody") if isinstance(condition, c.All) else _("nobody")
    return str(condition.label)


def _compared(operator: str, value: Any) -> str:
    word = str(c.OPERATORS[operator])
    if operator in c.PRESENCE:
        return word
    if operator in {"last_days", "next_days"}:
        return f"{word}: {_number(float(value))}"
    if operator == "between":
        low, high = (_number(float(one)) for one in value)
        return _("is between %(low)s and %(high)s") % {"low": low, "high": high}
    if isinstance(value, tuple):
        return f"{word} {_listed(value)}"
    if operator in c.DAY_OPERATORS:
        return f"{word} {formats.date_format(date.fromisoformat(str(value)))}"
    if operator in c.NUMBER_OPERATORS:
        return f"{word} {_number(float(value))}"
    return f"{word} “{value}”"


def _number(number: float) -> str:
    return formats.number_format(int(number) if number == int(number) else number, use_l10n=True)


def _listed(words: tuple[Any, ...]) -> str:
    shown = [f"“{word}”" for word in words[:_MOST_WORDS]]
    if len(words) > _MOST_WORDS:
        shown.append(_("%(n)s more") % {"n": len(words) - _MOST_WORDS})
    return get_text_list(shown, _("or"))


def _what(what: c.What) -> str:
    kinds = {"track": _("any tracked touchpoint"), "page": _("any page"), "screen": _("any screen")}
    said = _listed(what.names) if what.names else kinds.get(what.type, _("anything"))
    where = [
        f"{c.COLUMNS.get(one.field, one.field.removeprefix('properties.'))} {_compared(one.operator, one.value)}"
        for one in what.where
    ]
    return f"{said} ({_(' and ').join(where)})" if where else said


def _during(during: c.Period) -> str:
    if during.kind in {"last", "before_last"}:
        words = {
            "minute": ngettext("%(n)s minute", "%(n)s minutes", during.count or 0),
            "hour": ngettext("%(n)s hour", "%(n)s hours", during.count or 0),
            "day": ngettext("%(n)s day", "%(n)s days", during.count or 0),
            "week": ngettext("%(n)s week", "%(n)s weeks", during.count or 0),
            "month": ngettext("%(n)s month", "%(n)s months", during.count or 0),
        }
        span = words[during.unit] % {"n": during.count}
        if during.kind == "last":
            return _("in the last %(span)s") % {"span": span}
        return _("more than %(span)s ago") % {"span": span}
    if during.kind == "between":
        first, last = (formats.date_format(one) if one else "" for one in (during.from_on, during.to_on))
        if first and last:
            return _("from %(first)s to %(last)s") % {"first": first, "last": last}
        return _("since %(first)s") % {"first": first} if first else _("until %(last)s") % {"last": last}
    if during.kind == "this":
        return {"day": _("today"), "week": _("this week"), "month": _("this month"), "year": _("this year")}[
            during.span
        ]
    if during.kind == "previous":
        return {
            "day": _("yesterday"),
            "week": _("last week"),
            "month": _("last month"),
            "year": _("last year"),
        }[during.span]
    return _("at any time")


def _seconds(seconds: int) -> str:
    if seconds % 86_400 == 0:
        days = seconds // 86_400
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if seconds % 3600 == 0:
        hours = seconds // 3600
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    minutes = max(1, round(seconds / 60))
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def _did(condition: c.Did) -> str:
    what, during = _what(condition.what), _during(condition.during)
    if (condition.count, condition.times) in {("at_most", 0), ("exactly", 0)}:
        return _("did not have %(what)s %(during)s") % {"what": what, "during": during}
    if (condition.count, condition.times) == ("at_least", 1):
        return _("had %(what)s %(during)s") % {"what": what, "during": during}
    times = ngettext("%(n)s time", "%(n)s times", condition.times) % {"n": condition.times}
    said = {"what": what, "during": during, "count": f"{c.COUNTS[condition.count]} {times}"}
    return _("had %(what)s %(count)s %(during)s") % said


def _sequence(condition: c.Sequence) -> str:
    said = _what(condition.steps[0].what)
    for step in condition.steps[1:]:
        following = _what(step.what)
        if step.within_seconds is None:
            said = _("%(before)s, then %(what)s") % {"before": said, "what": following}
        else:
            told = {"before": said, "what": following, "span": _seconds(step.within_seconds)}
            said = _("%(before)s, then %(what)s within %(span)s") % told
    if condition.unless is not None:
        told = {"before": said, "what": _what(condition.unless)}
        if condition.unless_when == "between":
            said = _("%(before)s, and not %(what)s in between") % told
        elif condition.unless_seconds is None:
            said = _("%(before)s, and not %(what)s afterwards") % told
        else:
            told["span"] = _seconds(condition.unless_seconds)
            said = _("%(before)s, and not %(what)s within %(span)s afterwards") % told
    return said if condition.during.kind == "ever" else f"{said}, {_during(condition.during)}"


def _score(condition: c.Score) -> str:
    which = _("latest %(scale)s") if condition.which == "latest" else _("average %(scale)s")
    said = f"{which % {'scale': condition.scale.upper()}} {_compared(condition.operator, condition.value)}"
    return said if condition.during.kind == "ever" else f"{said}, {_during(condition.during)}"


def _seen(condition: c.Seen) -> str:
    said = _("first seen %(during)s") if condition.which == "first" else _("last seen %(during)s")
    return said % {"during": _during(condition.during)}


def _company(condition: c.CompanyIs) -> str:
    said = [_("belongs to the company “%(key)s”") % {"key": condition.key}] if condition.key else []
    said = said or [_("belongs to a company")]
    if condition.trait:
        said.append(f"{condition.trait.key} {_compared(condition.trait.operator, condition.trait.value)}")
    if condition.least is not None:
        said.append(_("with at least %(n)s people") % {"n": condition.least})
    if condition.most is not None:
        said.append(_("with at most %(n)s people") % {"n": condition.most})
    return ", ".join(said)


def _consent(condition: c.ConsentGiven) -> str:
    return _("%(state)s: %(purpose)s, %(channel)s") % {
        "state": c.STATES[condition.state],
        "purpose": PURPOSES[condition.purpose],
        "channel": CHANNELS[condition.channel],
    }


def _named(key: str) -> str:
    audience = Audience.objects.filter(key=key).only("name").first()
    return audience.name if audience else key


_SAID: dict[type[c.Condition], Any] = {
    c.All: _group,
    c.Any: _group,
    c.Not: lambda condition: _("not: %(condition)s") % {"condition": say(condition.condition)},
    c.Trait: lambda condition: f"{condition.key} {_compared(condition.operator, condition.value)}",
    c.ConsentGiven: _consent,
    c.Score: _score,
    c.CompanyIs: _company,
    c.InAudience: lambda condition: _("is in “%(audience)s”") % {"audience": _named(condition.key)},
    c.InList: lambda condition: _("is on “%(audience)s”") % {"audience": _named(condition.key)},
    c.Did: _did,
    c.Sequence: _sequence,
    c.Seen: _seen,
    c.Reachable: lambda condition: _("can be reached: %(by)s") % {"by": c.REACHES[condition.by]},
    c.Kept: lambda condition: (
        str(c.KEPT[condition.field]) + (f": {condition.value}" if condition.field != "demo" else "")
    ),
    c.Rfm: lambda condition: _("RFM group %(group)s") % {"group": c.RFM_GROUPS[condition.group]},
}

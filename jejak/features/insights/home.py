"""The first card of Home: what hurts most now, what has changed, and how today goes."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jejak import eventlog
from jejak.backoffice.charts import LineChart, Point, Series, Tone
from jejak.common import numbers
from jejak.common.money import compact_money, money
from jejak.features.insights import headline, links, pictures
from jejak.features.insights.answers import Number, extent, is_late
from jejak.features.insights.headline import Felt, Headline, Voices
from jejak.features.insights.pictures import Tile
from jejak.features.insights.question import Question
from jejak.features.insights.unhappy import Somewhere, Unhappy, Worth
from jejak.measures import KEPT, TOUCHPOINTS, Change, Filters, saying, scale_title
from jejak.people.models import Person
from jejak.staff import scope
from jejak.touchpoints.scales import parse


@dataclass(frozen=True, kw_only=True)
class Line:
    """One touchpoint as the card shows it. tone: of its change; "" where that is not clear."""

    name: str
    share: str
    between: str
    n: str
    formula: str
    change: str
    tone: Tone
    href: str
    people: str


def card(request: HttpRequest) -> str:
    """Return the card, or nothing while the log is empty."""
    try:
        told = headline.headline(now=datetime.now(UTC))
    except (eventlog.Away, eventlog.TooExpensive):
        return render_to_string("insights/home_away.html", request=request)
    return render_to_string("insights/home.html", _shown(told), request) if told else ""


def today(*, now: datetime) -> list[Tile]:
    """Return the tiles of today alone: what a Home that stays open asks for again."""
    filters, a_week_ago = headline.today_and_a_week_ago(now)
    late = is_late(extent(), a_week_ago)
    return today_tiles(headline.today(now=now), filters, begins_late=late)


def _shown(told: Headline) -> dict[str, Any]:
    asked = _question("28", told.filters)
    return {
        "worst": _line(told.worst, asked) if told.worst else None,
        "trend": _trend(told),
        "where": _where(told.where) if told.where else "",
        "worth": _worth(told.worth) if told.worth else "",
        "others": [_line(felt, asked) for felt in told.others],
        "changed": [_line(felt, asked) for felt in told.changed],
        "asked": told.asked,
        "today": today_tiles(told.today, told.filters, begins_late=told.begins_late),
        "begins_late": told.begins_late,
        "scores": [pictures.tile(number, asked) for number in told.scores],
        "by_day": _by_day(told),
    }


def voices(request: HttpRequest) -> dict[str, Any]:
    """Return what the second half of Home shows. Raises eventlog.Away, eventlog.TooExpensive."""
    told = headline.voices(now=datetime.now(UTC))
    if told is None:
        return {}
    seen = _seen(
        request.user, [*(one.person.root.pk for one in told.callers), *(one.person_id for one in told.quotes)]
    )
    return {
        "callers": [_caller(one) for one in told.callers if one.person.root.pk in seen],
        "quotes": [
            (one, _score(one.score, one.scale), saying.group("channel", one.channel) if one.channel else "")
            for one in told.quotes
            if one.person_id in seen
        ],
        "promises": _promises(told),
        "promises_changed": [_changed_promise(one) for one in told.promises_changed],
        "promises_by_week": _promises_by_week(told),
    }


def _seen(user: Any, person_ids: list[int]) -> set[int]:
    """Return those of these people whom somebody may see: numbers are for everybody, names and words are not."""
    if not user.has_perm("people.view_person"):
        return set()
    if not scope.limited(user):
        return set(person_ids)
    return set(scope.limit(Person.objects.filter(pk__in=person_ids), user).values_list("pk", flat=True))


def _caller(one: Unhappy) -> dict[str, Any]:
    return {
        "person": one.person,
        "name": one.name,
        "score": _score(one.score, one.scale),
        "comment": one.comment,
        "at": one.at,
        "spent": [money(value, currency) for currency, value in one.spent.items()],
    }


def _score(score: float, scale: str) -> str:
    told = parse(scale)
    return _("%(score)s of %(most)s (%(scale)s)") % {
        "score": numbers.number(score, decimals=0 if score == int(score) else 1),
        "most": told.high,
        "scale": scale_title(told),
    }


def _where(told: Somewhere) -> str:
    return _("Most of all %(where)s: %(share)s (%(low)s to %(high)s, n = %(n)s), elsewhere %(rest)s.") % {
        "where": saying.group(told.column, told.here.group),
        "share": _percent(told.here.estimate.value),
        "low": _percent(told.here.estimate.low),
        "high": _percent(told.here.estimate.high),
        "n": numbers.number(told.here.estimate.n),
        "rest": _percent(told.rest.estimate.value),
    }


def _worth(told: Worth) -> str:
    if not told.people or not told.spent:
        return ""
    spent = " + ".join(compact_money(value, currency) for currency, value in list(told.spent.items())[:2])
    said = ngettext(
        "The %(people)s unhappy person spent %(spent)s in the last 12 months.",
        "The %(people)s unhappy people spent %(spent)s in the last 12 months.",
        told.people,
    )
    return said % {"people": numbers.number(told.people), "spent": spent}


def _promises(told: Voices) -> Tile | None:
    if told.promises is None:
        return None
    number = Number(key=KEPT.key, now=told.promises.now, change=told.promises)
    filters = Filters(window=headline.window(datetime.now(UTC)))
    return pictures.tile(number, _question("28", filters))


def _changed_promise(one: Change) -> tuple[str, str, str, Tone]:
    """A place, its share with interval and n, how it changed, and whether for the better."""
    told, difference = one.now.estimate, one.difference.value or 0
    share = _("%(share)s (%(low)s to %(high)s, n = %(n)s)") % {
        "share": _percent(told.value),
        "low": _percent(told.low),
        "high": _percent(told.high),
        "n": numbers.number(told.n),
    }
    points = {"points": numbers.number(abs(difference))}
    change = _("%(points)s points more") if difference > 0 else _("%(points)s points fewer")
    return saying.group("place", one.now.group), share, change % points, "good" if difference > 0 else "bad"


def _promises_by_week(told: Voices) -> LineChart | None:
    if not told.promises_by_week:
        return None
    title = str(KEPT.title)
    points = [
        Point(at=r.bucket, value=r.estimate.value, low=r.estimate.low, high=r.estimate.high, n=r.estimate.n)
        for r in told.promises_by_week
        if r.bucket and r.is_complete
    ]
    return LineChart(
        series=[Series(name=title, points=points)],
        unit=saying.unit_over_time(KEPT, told.promises_by_week),
        x_label=pictures.bucket_word("week"),
        y_label=title,
    )


def today_tiles(told: list[Number], filters: Filters, *, begins_late: bool) -> list[Tile]:
    """Return the tiles of today. filters: of any window that ends with it."""
    today = _question("custom", filters.within(replace(filters.window, from_on=filters.window.last_on)))
    labels = (_("Touchpoints today"), _("People today"))
    return [
        pictures.tile(number, today, label=label, begins_late=begins_late)
        for number, label in zip(told, labels, strict=True)
    ]


def _line(felt: Felt, asked: Question) -> Line:
    told = felt.change.now.estimate
    return Line(
        name=saying.group("name", felt.name)
        + (f" · {saying.group(felt.column, felt.where)}" if felt.where else ""),
        share=_percent(told.value),
        between=_("%(low)s to %(high)s") % {"low": _percent(told.low), "high": _percent(told.high)},
        n=numbers.number(told.n),
        formula=str(felt.measure.formula),
        change=_change(felt),
        tone=_tone(felt),
        href=links.insights(replace(asked, scale=felt.measure.values["scale"]), name=felt.name),
        people=links.people(asked, felt.measure.key, name=felt.name),
    )


def _change(felt: Felt) -> str:
    told = felt.change.difference
    if told.value is None or told.low is None or told.high is None:
        return _("Nobody rated it in the 28 days before.")
    if not felt.change.is_clear:
        return _("No clear change against the 28 days before.")
    change = {
        "points": numbers.number(abs(told.value)),
        "low": numbers.number(min(abs(told.low), abs(told.high))),
        "high": numbers.number(max(abs(told.low), abs(told.high))),
    }
    if told.value > 0:
        return _("%(points)s points more than in the 28 days before (%(low)s to %(high)s).") % change
    return _("%(points)s points fewer than in the 28 days before (%(low)s to %(high)s).") % change


def _tone(felt: Felt) -> Tone:
    if not felt.change.is_clear:
        return ""
    return "bad" if (felt.change.difference.value or 0) > 0 else "good"


def _trend(told: Headline) -> LineChart | None:
    if told.worst is None:
        return None
    title = str(told.worst.measure.title)
    points = [
        Point(
            at=reading.bucket,
            value=reading.estimate.value,
            low=reading.estimate.low,
            high=reading.estimate.high,
            n=reading.estimate.n,
        )
        for reading in told.trend
        if reading.bucket and reading.is_complete
    ]
    return LineChart(
        series=[Series(name=title, points=points)],
        unit=saying.unit_over_time(told.worst.measure, told.trend),
        x_label=pictures.bucket_word("week"),
        y_label=title,
    )


def _by_day(told: Headline) -> LineChart:
    title = str(TOUCHPOINTS.title)
    now = [Point(at=r.bucket, value=r.estimate.n) for r in told.by_day if r.bucket]
    before = [
        Point(at=one.bucket, value=earlier.estimate.n)
        for one, earlier in zip(told.by_day, told.by_day_before, strict=False)
        if one.bucket
    ]
    series = [
        Series(name=title, points=now),
        Series(name=_("28 days before"), points=before, comparison=True),
    ]
    return LineChart(series=series, x_label=pictures.bucket_word("day"), y_label=title)


def _question(window_key: str, filters: Filters) -> Question:
    """The question that the Insights page would answer with the card's numbers, for its links."""
    return Question(
        window_key=window_key,
        filters=filters,
        compare="before",
        before=None,
        scale="",
        steps=(),
        within_days=7,
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else numbers.percent(value)

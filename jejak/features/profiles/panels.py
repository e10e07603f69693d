"""What the cards beside a person's timeline show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from jejak import eventlog
from jejak.common.money import money
from jejak.common.numbers import number
from jejak.features.profiles import moments, timeline, words
from jejak.features.profiles import numbers as figures
from jejak.features.profiles import orders as order_words
from jejak.features.profiles.timeline import Happened
from jejak.measures import scale_title
from jejak.people import consent as consents
from jejak.people import saying
from jejak.people.models import Consent
from jejak.people.whole import Whole
from jejak.touchpoints.words import channel as channel_word

_MONTHS = 12
_MOST_ORDERS = 6


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A month of a person's last twelve, drawn 120 wide and 36 high."""

    month: date
    touchpoints: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What holds for one purpose on one channel, as the matrix shows it. tone: good, bad or ""."""

    purpose: str
    channel: str
    purpose_word: Any
    channel_word: Any
    icon: str
    word: str
    tone: str
    said: Consent | None

    @classmethod
    def of(cls, state: consents.State) -> "Cell":
        """Return a state as a cell."""
        if state.said is None:
            word, tone, icon = (
                (_("allowed"), "", "check") if state.is_allowed else (_("not asked"), "", "minus")
            )
        elif state.said.is_given:
            word, tone, icon = _("given"), "good", "check"
        else:
            word, tone, icon = _("refused"), "bad", "x"
        return cls(
            purpose=state.purpose,
            channel=state.channel,
            purpose_word=consents.PURPOSES[state.purpose],
            channel_word=consents.CHANNELS[state.channel],
            icon=icon,
            word=word,
            tone=tone,
            said=state.said,
        )


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One answer in the small chart of a scale, drawn 120 wide and 36 high."""

    x: float
    y: float
    tone: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """A trait got a value. before: the value it had; None where it had none."""

    key: str
    value: str
    before: str | None
    at: datetime
    source: str

    @property
    def label(self) -> str:
        return str(words.word(words.TRAITS, self.key))


def told(request: HttpRequest, trail_ids: Sequence[int]) -> figures.Numbers | None:
    """Return a person's numbers, or None where the log is away; asked once for all parts of a page."""
    if _TOLD not in request.META:
        try:
            request.META[_TOLD] = figures.numbers(trail_ids, zone=timezone.get_current_timezone_name())
        except eventlog.Away:
            request.META[_TOLD] = None
    known: figures.Numbers | None = request.META[_TOLD]
    return known


_TOLD = "jejak.profiles.numbers"


def numbers(request: HttpRequest, person: Whole) -> dict[str, Any]:
    """Return the context of the card of numbers; away is True where the log does not answer."""
    known = told(request, person.trail_ids)
    if known is None:
        return {"away": True}
    return {
        "touchpoints": known.touchpoints,
        "values": [_amount(value, currency) for currency, value in known.values.items()],
        "channels": [
            (channel_word(channel), words.icon("", "", channel), count)
            for channel, count in list(known.channels.items())[:4]
        ],
        "bars": _bars(known.months, timezone.localdate()),
    }


def consent(person: Whole) -> dict[str, Any]:
    """Return the context of the matrix of consent: channels across, purposes down."""
    states = consents.states(person.trail_ids)
    rows = [
        (word, [Cell.of(states[purpose, channel]) for channel in consents.CHANNELS])
        for purpose, word in consents.PURPOSES.items()
    ]
    channels = [(word, words.icon("", "", key)) for key, word in consents.CHANNELS.items()]
    return {"consent_rows": rows, "consent_channels": channels}


def value(request: HttpRequest, person: Whole) -> dict[str, Any]:
    """Return what a person was worth so far, for the head; {} where the log is away."""
    known = told(request, person.trail_ids)
    if known is None:
        return {}
    return {
        "values": [_amount(value, currency) for currency, value in known.values.items()],
        "orders": known.orders,
    }


def orders(person: Whole) -> dict[str, Any]:
    """Return the context of the card of orders: what is still to come first. Raises eventlog.Away."""
    today = timezone.localdate()
    read = [order_words.read(name, ones) for name, ones in timeline.ordered(person.trail_ids).items()]
    found = [(order, order.state(today), order.tone(today)) for order in read if order.at]
    due = sorted((one for one in found if one[0].is_open()), key=lambda one: one[0].promised_on or today)
    kept = [one[0] for one in found if one[0].promised_on and "delivered" in one[0].at]
    return {
        "due": due[:_MOST_ORDERS],
        "orders": [one for one in found if not one[0].is_open()][:_MOST_ORDERS],
        "promised": len(kept),
        "in_time": sum(1 for order in kept if not order.late_days),
        "more": max(0, len(found) - len(due) - _MOST_ORDERS),
    }


def scores(person: Whole) -> list[dict[str, Any]]:
    """Return what a person answered over time, scale by scale, the latest answered first. Raises eventlog.Away."""
    by_scale: dict[str, list[figures.Answer]] = {}
    for answer in figures.answers(person.trail_ids):
        by_scale.setdefault(answer.scale.key, []).append(answer)
    return [
        _chart(answers) for answers in sorted(by_scale.values(), key=lambda held: held[-1].at, reverse=True)
    ]


def _chart(answers: list[figures.Answer]) -> dict[str, Any]:
    scale, last = answers[0].scale, answers[-1]
    first_at, span = answers[0].at, (last.at - answers[0].at) or timedelta(days=1)
    dots = [
        Dot(
            x=round(4 + 112 * ((one.at - first_at) / span), 1) if len(answers) > 1 else 60,
            y=round(32 - 28 * (one.score - scale.low) / ((scale.high - scale.low) or 1), 1),
            tone=moments.score_tone(one.score, scale),
            text=f"{formats.date_format(timezone.localtime(one.at), 'j M Y')}: {number(one.score)}",
        )
        for one in answers
    ]
    return {
        "title": scale_title(scale),
        "last": moments.score_text(last.score, scale),
        "tone": moments.score_tone(last.score, scale),
        "at": last.at,
        "dots": dots,
        "line": " ".join(f"{dot.x},{dot.y}" for dot in dots),
        "n": len(answers),
        "since": first_at,
    }


def changes(said: list[Happened]) -> list[Change]:
    """Return when each trait changed, newest first; saying the same again changes nothing."""
    held: dict[str, str] = {}
    found = []
    for one in reversed(said):
        for key, value in one.details.items():
            text = shown(key, value)
            if held.get(key) != text:
                found.append(
                    Change(key=key, value=text, before=held.get(key), at=one.happened_at, source=one.source)
                )
                held[key] = text
    return found[::-1]


def shown(key: str, value: object) -> str:
    """Return the value of a trait as staff read it."""
    return saying.trait(key, value) or "–"


def _amount(value: Any, currency: str) -> str:
    return money(value, currency) if currency else number(value, decimals=2)


def _bars(months: dict[date, int], today: date) -> list[Bar]:
    index = today.year * 12 + today.month - 1
    last = [date(at // 12, at % 12 + 1, 1) for at in range(index - _MONTHS + 1, index + 1)]
    most = max((months.get(month, 0) for month in last), default=0)
    if not most:
        return []
    heights = [max(1, round(36 * months.get(month, 0) / most)) for month in last]
    return [
        Bar(month=month, touchpoints=months.get(month, 0), x=10 * at + 1, y=36 - height, height=height)
        for at, (month, height) in enumerate(zip(last, heights, strict=True))
    ]

"""How a touchpoint is shown on a timeline."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice
from typing import Any

from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from jejak.backoffice.components import Moment
from jejak.common.money import money
from jejak.common.numbers import number
from jejak.features.profiles import folding, timeline, words
from jejak.features.profiles.timeline import Fold, Happened
from jejak.measures import scale_title
from jejak.people import saying
from jejak.touchpoints import scales
from jejak.touchpoints.words import channel as channel_word

_COMMENTS = ("comment", "comments", "feedback", "review", "message", "text", "body")
_LINES = ("title", "subject", "path", "url", "query", "product", "product_name", "sku", "order_id", "plan")
_IN_COLUMNS = frozenset(
    ("value", "revenue", "total", "currency", "score", "scale", "channel", "place", "team", "stage")
)
_AMOUNTS = frozenset(("price", "amount", "subtotal", "tax", "shipping", "discount", "fee", "balance"))
_MOST_FACTS = 4
_MOST_TRAITS = 8
_LONGEST = 120


@dataclass(frozen=True, kw_only=True)
class Folded:
    """Several moments as one. sentence: what it was. inside: as far as they are shown at once; more: the address of all."""

    at: datetime
    since: datetime
    title: str
    sentence: str
    icon: str
    channel: str
    tone: str
    sample: bool
    count: int
    inside: list[Moment]
    more: str


def days(folds: list[Fold], *, marks: bool = True) -> list[tuple[date, list[Moment | Folded]]]:
    """Return folds as moments under their days, in the reader's time zone.

    marks: say of each that it was made up. Where the whole person was, saying it once is enough.
    """
    by_day = groupby(folds, key=lambda one: timezone.localdate(one.last_at))
    return [(day, [_shown(one, marks) for one in ones]) for day, ones in by_day]


def _shown(fold: Fold, marks: bool) -> Moment | Folded:
    if not fold.kind:
        return moment(fold.happened[0], marks=marks)
    title, sentence, icon, tone = folding.told(fold)
    channels = {one.channel for one in fold.happened if one.channel}
    cut = len(fold.happened) < fold.count
    return Folded(
        at=fold.last_at,
        since=fold.first_at,
        title=title,
        sentence=sentence,
        icon=icon,
        channel=channel_word(channels.pop()) if len(channels) == 1 else "",
        tone=tone or _worst(fold),
        sample=marks and all(one.sample for one in fold.happened),
        count=fold.count,
        inside=[moment(one, marks=marks, known=fold.name) for one in fold.happened],
        more=f"inside/?{urlencode(_address(fold))}" if cut else "",
    )


def _worst(fold: Fold) -> str:
    tones = {_tone(one) for one in fold.happened}
    return next((tone for tone in ("bad", "warn", "good") if tone in tones), "")


def _address(fold: Fold) -> dict[str, str | int]:
    return {
        "fold": fold.key,
        "from": timeline.milliseconds(fold.first_at),
        "to": timeline.milliseconds(fold.last_at),
    }


def moment(happened: Happened, *, marks: bool = True, known: str = "") -> Moment:
    """Return a touchpoint as the frame's timeline shows it. known: what stands above it already."""
    details = happened.details
    is_about_person = happened.kind in {"identify", "group"}
    comment_key, comment = _first(details, () if is_about_person else _COMMENTS)
    line_key, line = _first(details, () if is_about_person else _LINES)
    most = _MOST_TRAITS if is_about_person else _MOST_FACTS
    others = _others(details, shown={comment_key, line_key}, most=most)
    facts = [*_facts(happened), *(fact for fact in others if not known or fact[1] != known)]
    return Moment(
        at=happened.happened_at,
        title=happened.name,
        icon=words.icon(happened.kind, happened.name, happened.channel),
        channel=channel_word(happened.channel) if happened.channel else "",
        text=_shortened(line) if line != known else "",
        comment=comment,
        facts=facts,
        tone=_tone(happened),
        sample=marks and happened.sample,
        details=_everything(happened),
    )


def score_text(score: float, scale: scales.Scale) -> str:
    """Return "9 of 10 (NPS)"."""
    said = {"score": saying.plain_number(score), "most": scale.high, "scale": scale_title(scale)}
    return _("%(score)s of %(most)s (%(scale)s)") % said


def score_tone(score: float, scale: scales.Scale) -> str:
    """Return good, warn or bad, as the scale's own formula has it."""
    if scale.kind == "nps":
        return "good" if score >= 9 else "bad" if score <= 6 else "warn"
    share = (score - scale.low) / (scale.high - scale.low)
    share = share if scale.more_is_better else 1 - share
    return "good" if share >= 0.75 else "bad" if share < 0.5 else "warn"


def _facts(happened: Happened) -> Iterator[tuple[str, str]]:
    if happened.value is not None:
        # Without a currency it is no money.
        with_currency = money(happened.value, happened.currency) if happened.currency else ""
        yield _("Value"), with_currency or saying.plain_number(float(happened.value))
    if happened.score is not None:
        scale = _scale(happened)
        yield _("Score"), score_text(happened.score, scale) if scale else saying.plain_number(happened.score)
    if happened.place:
        yield _("Place"), happened.place


def _first(details: dict[str, Any], keys: tuple[str, ...]) -> tuple[str, str]:
    """The first of these properties that says something in words."""
    texts = ((key, details.get(key)) for key in keys)
    return next(
        ((key, " ".join(text.split())) for key, text in texts if isinstance(text, str) and text), ("", "")
    )


def _others(details: dict[str, Any], *, shown: set[str], most: int) -> list[tuple[str, str]]:
    """The plain ones of the properties, as far as there is room."""
    currency = details.get("currency")
    told = (
        (str(words.word(words.TRAITS, key)), text)
        for key, value in details.items()
        if key not in shown | _IN_COLUMNS
        and not key.startswith("$")
        and (text := _amount(value, currency) if key in _AMOUNTS else _shortened(_plain(key, value)))
    )
    return list(islice(told, most))


def _plain(key: str, value: object) -> str:
    return "" if isinstance(value, list | dict) else saying.trait(key, value)


def _amount(value: object, currency: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        return _shortened(saying.plain(value))
    if isinstance(currency, str) and len(currency) == 3:
        return money(value, currency.upper())
    return number(value, decimals=0 if float(value).is_integer() else 2)


def _everything(happened: Happened) -> str:
    try:
        message = happened.message
        return json.dumps(message, indent=2, ensure_ascii=False) if message else happened.raw
    except RecursionError:
        return happened.raw


def _tone(happened: Happened) -> str:
    scale = _scale(happened)
    return score_tone(happened.score, scale) if happened.score is not None and scale else ""


def _scale(happened: Happened) -> scales.Scale | None:
    try:
        return scales.parse(happened.scale)
    except scales.UnknownScale:
        return None


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

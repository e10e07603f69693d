"""How well the watch finds what is planted in the demo, and how often it tells of what is not: day by day, many demos.

The demos are made in memory and added up as the log would, so that many of them take minutes. The watch knows nothing
of what is planted: that is read here, to grade it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

import numpy as np

from jejak.features.demo import life, truth
from jejak.features.demo.diary import Diary, Message
from jejak.features.demo.making import Making
from jejak.features.demo.speaking import Voice
from jejak.measures import incidents, watching
from jejak.measures.incidents import Incident
from jejak.measures.watching import Sums, Told, Watched, Where
from jejak.project.bench.measuring import Figure

NOW = datetime(2026, 11, 30, 22, tzinfo=UTC)
_ZONE_HOURS = 7
_STEPS = (
    ("Store Visited", "Product Unavailable"),
    ("Message Received", "Conversation Transferred"),
    ("Checkout Started", "Payment Failed"),
    ("Help Asked", "Order Cancelled"),
    ("Email Delivered", "Email Opened"),
    ("Page Viewed", "Product Viewed"),
    ("Checkout Started", "Order Completed"),
    ("Product Viewed", "Product Added"),
    ("Product Added", "Cart Viewed"),
    ("Screen Viewed", "Product Viewed"),
    ("Cart Viewed", "Checkout Started"),
    ("Product Added", "Checkout Started"),
    ("Application Opened", "Screen Viewed"),
    ("Products Searched", "Product Viewed"),
    ("Store Visited", "Store Purchase Made"),
    ("Message Received", "Help Given"),
)
"""What watching.usual_steps() finds in the log of such a demo."""
Add = Callable[[Watched, int, float, float, float], None]
_KINDS = {"page": "Page Viewed", "screen": "Screen Viewed"}


@dataclass(frozen=True, kw_only=True)
class Graded:
    """What the watch told of one demo. Dates are days off the planted ones: (began, found); None: not found.

    months: of those watched. of_changes: of what is planted as a lasting change (the two fixes). of_seasons: of too much
    or too little of everything at once, which Ramadan, sales and pay days are planted as. false: all others.
    """

    seed: int
    people: int
    lines: int
    months: float
    strike: tuple[int, int] | None
    broken: tuple[int, int] | None
    of_changes: int
    of_seasons: int
    false: int
    others: Sequence[str]


def figures(*, seeds: Iterable[int], people: int) -> list[Figure]:
    """Return how many of the planted incidents are found with their day, and how much else is told."""
    graded = [grade(seed=seed, people=people) for seed in seeds]
    found = [one.broken for one in graded if one.broken]
    dated = sum(abs(began) <= 1 for began, _found in found)
    strikes = [one.strike for one in graded if one.strike]
    false = [(one.false + one.of_seasons) / one.months for one in graded]
    return [
        Figure(
            what="broken checkout found, with its country and channel",
            value=100 * len(found) / len(graded),
            unit="%",
            aim="100 %",
            met=len(found) == len(graded),
            note=f"{dated} of {len(found)} begin within a day of the truth",
        ),
        Figure(
            what="courier strike found, with its city",
            value=100 * len(strikes) / len(graded),
            unit="%",
            aim="100 %",
            met=len(strikes) == len(graded),
            note="its first parcels come late four days after it began",
        ),
        Figure(
            what="alerts a month about nothing planted, all lines together",
            value=sum(false) / len(false),
            unit="a month",
            aim="at most 1",
            met=max(false) <= 1,
            note=f"seasons included; at most {max(false):.2f} in one demo",
        ),
    ]


def grade(*, seed: int, people: int, now: datetime = NOW) -> Graded:
    """Make a demo, replay the watch over it day by day, and hold what it tells against what is planted."""
    making = Making(now=now, seed=seed, people=people)
    told = replayed(making)
    found = incidents.follow(told, days=range(told.days))
    plan = making.plan
    strike = broken = None
    changes = seasons = false = 0
    others = []
    for incident in found:
        watched = incident.lead.watched
        where = dict(watched.where)
        if _overlaps(told, incident, plan.strike, after_days=10) and where.get("place") == "Surabaya":
            strike = strike or _off(told, incident, plan.strike[0])
        elif (
            _overlaps(told, incident, plan.broken, after_days=1)
            and watched.kind == "step"
            and _is_checkout(watched)
        ):
            broken = broken or _off(told, incident, plan.broken[0])
        elif watched.kind == "volume":
            seasons += 1
            others.append(_said(told, incident))
        elif _is_change(told, incident, plan):
            changes += 1
        else:
            false += 1
            others.append(_said(told, incident))
    return Graded(
        seed=seed,
        people=people,
        lines=len(told.lines),
        months=(told.days - 28) / 30.44,
        strike=strike,
        broken=broken,
        of_changes=changes,
        of_seasons=seasons,
        false=false,
        others=others,
    )


def replayed(making: Making) -> Told:
    """Return the watched lines of a demo with their bands, whole days only."""
    first_on = datetime.fromtimestamp(making.plan.start, UTC).date()
    return watching.tell(sums_of(making), first_on=first_on)


def sums_of(making: Making) -> Sums:
    """Return what watching.gather() would of the log of this demo, without the log."""
    days = int((making.plan.now + _ZONE_HOURS * 3600 - making.plan.start) // 86_400)
    sums: Sums = {}

    def add(watched: Watched, day: int, hits: float, trials: float, squares: float) -> None:
        held = sums.get(watched)
        if held is None:
            held = sums[watched] = np.zeros((3, days))
        held[0, day] += hits
        held[1, day] += trials
        held[2, day] += squares

    for country, messages in _lives(making):
        seen: set[tuple[Watched, int]] = set()
        did: dict[tuple[int, Where], set[str]] = {}
        for day, name, message in messages:
            if not 0 <= day < days:
                continue
            for where in _wheres(message, country):
                volume = Watched(kind="part" if where else "volume", name=name, where=where)
                if (volume, day) not in seen:
                    seen.add((volume, day))
                    add(volume, day, 1, 0, 0)
                did.setdefault((day, where), set()).add(name)
                _answers(add, name, message, where, day)
        for (day, where), names in did.items():
            for after, name in _STEPS:
                if after in names:
                    hit = float(name in names)
                    add(Watched(kind="step", name=name, after=after, where=where), day, hit, 1, hit)
    watching.share_out(sums)
    return sums


def _lives(making: Making) -> Iterator[tuple[str, list[tuple[int, str, Message]]]]:
    start = making.plan.start - _ZONE_HOURS * 3600
    for shopper in making.shoppers:
        dice = Random(f"{making.seed}:life:{shopper.number}")
        voice = Voice(shopper, Random(f"{making.seed}:voice:{shopper.number}"))
        diary = Diary(
            shopper=shopper,
            plan=making.plan,
            calendar=making.calendars[shopper.country],
            dice=dice,
            voice=voice,
        )
        told = [
            (int((at - start) // 86_400), _KINDS.get(message["type"]) or str(message["event"]), message)
            for at, message in life.live(diary)
            if message["type"] in ("track", "page", "screen")
        ]
        yield (shopper.country if diary.joined_at is not None else ""), told


def _wheres(message: Message, country: str) -> Iterator[Where]:
    yield ()
    channel, place = message.get("channel", ""), message.get("place", "")
    if channel:
        yield (("channel", channel),)
    if place:
        yield (("place", place),)
    if country:
        yield (("country", country),)
    if channel and country:
        yield (("channel", channel), ("country", country))


def _answers(add: Add, name: str, message: Message, where: Where, day: int) -> None:
    if name == "Order Delivered":
        kept = float(message["properties"]["late_days"] <= 0)
        add(Watched(kind="share", measure="promises.kept", where=where), day, kept, 1, kept)
    if scale := message.get("scale"):
        score = message["score"]
        if scale == "nps":
            key, share = "nps.score", 1.0 if score >= 9 else 0.0 if score < 7 else 0.5
        else:
            low, high = (1, 7) if "1-7" in scale else (1, 5)
            key, share = f"{scale}.mean", (score - low) / (high - low)
        add(Watched(kind="score", name=name, measure=key, where=where), day, share, 1, share * share)


def _overlaps(told: Told, incident: Incident, span: tuple[float, float], *, after_days: int) -> bool:
    first, last = (_day(at) for at in span)
    return told.on(incident.found) >= first and told.on(incident.began) <= last + timedelta(days=after_days)


def _off(told: Told, incident: Incident, at: float) -> tuple[int, int]:
    day = _day(at)
    return (told.on(incident.began) - day).days, (told.on(incident.found) - day).days


def _day(at: float) -> date:
    return datetime.fromtimestamp(at + _ZONE_HOURS * 3600, UTC).date()


def _is_checkout(watched: Watched) -> bool:
    return (
        dict(watched.where).get("channel", "app") == "app"
        and dict(watched.where).get("country", "MY") == "MY"
    )


def _is_change(told: Told, incident: Incident, plan: truth.Plan) -> bool:
    """Tell whether it is one of the two fixes: better promises in Indonesia, or faster replies with more staff."""
    watched = incident.lead.watched
    if watched.measure == "promises.kept" or watched.name == "Delivery Rated":
        since = _day(plan.honest_from)
    elif watched.name in ("Help Rated", "Help Given", "Conversation Transferred"):
        since = _day(plan.staffed_from)
    else:
        return False
    return incident.lead.side > 0 and timedelta(0) <= told.on(incident.found) - since <= timedelta(days=30)


def _said(told: Told, incident: Incident) -> str:
    lead = incident.lead
    where = " ".join(value for _, value in lead.watched.where)
    what = " ".join(part for part in lead.watched.subject if part)
    return f"{told.on(incident.found)} {what} {where} {'+' if lead.side > 0 else '-'} ({len(incident.lines)} lines)"

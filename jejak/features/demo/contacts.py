"""Asking for help: what about, how long the first reply takes, who is handed on, how it ends, how it is rated."""

from dataclasses import dataclass

from jejak.features.demo import scoring, truth
from jejak.features.demo.diary import DAY, HOUR, MINUTE, Diary, Message
from jejak.touchpoints.demo import DemoProduct

QUESTIONS = ("product", "store_stock", "account", "invoice", "product", "store_stock")
"""What people ask about without an order."""


@dataclass(frozen=True, slots=True)
class _Reason:
    """hard: rated lower by this share of the scale anyhow. transferred: how often. slow: how much more often slow."""

    hard: float
    transferred: float
    slow: float
    team: str


REASONS = {
    "late": _Reason(0.06, 0.2, 0.05, "Logistics"),
    "damaged": _Reason(0.13, 0.42, 0.1, "Returns"),
    "wrong_item": _Reason(0.11, 0.36, 0.08, "Returns"),
    "exchange": _Reason(0.03, 0.2, 0.0, "Returns"),
    "refund": _Reason(0.14, 0.46, 0.14, "Finance"),
    "warranty": _Reason(0.1, 0.4, 0.08, "Service centre"),
    "payment": _Reason(0.09, 0.34, 0.05, "Finance"),
    "cancel": _Reason(0.04, 0.16, 0.0, "Orders"),
    "invoice": _Reason(0.02, 0.24, 0.06, "Finance"),
    "product": _Reason(0.0, 0.07, 0.0, "Product"),
    "store_stock": _Reason(0.0, 0.08, 0.0, "Stores"),
    "account": _Reason(0.05, 0.18, 0.03, "Digital"),
}
# How often the first reply on a channel is slow, and what rating there is lower anyhow.
_SLOW = {"whatsapp": 0.36, "telegram": 0.36, "social": 0.4, "email": 0.56}
_HARSHER = {"email": 0.06, "social": 0.03}
_BASE = 0.9
_RATES = 0.52
_ASKS_A_YEAR = 0.75
AGENTS = {
    "ID": ("Rani", "Bimo", "Tasya", "Guntur", "Lala", "Dito", "Mira", "Satya"),
    "MY": ("Alya", "Hazim", "Wen Li", "Deepa", "Faizal", "Suria"),
}


def moments(diary: Diary, first_day: int) -> list[float]:
    """Return when somebody asks something that no order is the reason of."""
    days = len(diary.calendar.days) - first_day
    expected = _ASKS_A_YEAR * diary.shopper.activity * days / 365
    count = int(expected) + (diary.dice.random() < expected % 1)
    return [diary.waking(first_day + int(diary.dice.random() * days)) for _ in range(count)]


def ask(diary: Diary, at: float, reason: str) -> None:
    """Ask about something that is no order."""
    from jejak.features.demo import products

    about_order(diary, at, reason, "", products.pick(diary.past(at), diary.dice), promised=at, method="")


def about_order(
    diary: Diary,
    at: float,
    reason: str,
    order: str,
    product: DemoProduct | None,
    *,
    promised: float,
    method: str,
) -> None:
    """Ask for help, get it, and perhaps say how it was. promised: when the order should have come."""
    if at > diary.plan.now or diary.is_away(at):
        return
    shopper, dice, plan = diary.shopper, diary.dice, diary.plan
    known, channel = REASONS[reason], shopper.writes_on
    diary.contacts += 1
    about: Message = {"conversation_id": f"demo-t-{shopper.number}-{diary.contacts}", "reason": reason}
    if order:
        about["order_id"] = order
    slow = channel != "phone" and dice.random() < _slow_share(diary, at, channel, known)
    waited = (
        dice.uniform(1, 9)
        if channel == "phone"
        else dice.uniform(truth.SLOW_MINUTES + 2, 60 * (18 if channel == "email" else 7))
        if slow
        else dice.uniform(1, truth.SLOW_MINUTES - 2) ** 0.9
    )
    transfers = (dice.random() < known.transferred) * dice.choice((1, 1, 1, 2))
    closed = at + waited * MINUTE + dice.uniform(6, 50) * MINUTE + transfers * dice.uniform(0.3, 5) * HOUR
    slots = diary.voice.slots(
        product, order, promised=promised, now=at, method=method, place=shopper.city.name
    )
    agents = dice.sample(AGENTS[shopper.country], k=3)
    slots["AGENT"], slots["OTHER"] = (
        agents[-1 if transfers > 1 else transfers],
        agents[0 if transfers < 2 else 1],
    )
    if channel == "phone":
        diary.track(at, "Help Asked", "phone", {**about, "waited_seconds": int(waited * 60)})
        if transfers:
            _transfer(diary, at + waited * MINUTE, channel, about, known, transfers)
    else:
        _write(diary, at, channel, about, slots, agents, waited, transfers, slow, closed)
    said = {**about, "transfers": transfers, "first_reply_minutes": round(waited, 1)}
    said["resolved_minutes"] = round((closed - at) / MINUTE, 1)
    diary.track(closed, "Help Given", channel, said)
    if closed > plan.now:
        return
    if transfers:
        diary.may_leave(truth.TRANSFER_ON_LEAVING, closed)
    if slow:
        diary.may_leave(truth.SLOW_ON_LEAVING, closed)
    if dice.random() < _RATES:
        share = _BASE + shopper.leaning - known.hard - _HARSHER.get(channel, 0.0)
        share += truth.TRANSFER_ON_HELP / 4 * transfers + truth.SLOW_ON_HELP / 4 * slow
        stars = scoring.score(share, low=1, high=5, dice=dice)
        rated = dict(about)
        if dice.random() < 0.4:
            what = (
                "help.good"
                if stars > 3
                else "help.transfer"
                if transfers
                else "help.slow"
                if slow
                else "help.bad"
            )
            diary.voice.comment(rated, what, slots)
        diary.track(
            closed + dice.uniform(4, 300) * MINUTE,
            "Help Rated",
            channel,
            rated,
            score=stars,
            scale="csat-1-5",
        )


def _slow_share(diary: Diary, at: float, channel: str, known: _Reason) -> float:
    hour = (at / HOUR + diary.shopper.city.utc_hours) % 24
    at_night = 0.2 if hour >= 21 or hour < 8 else 0.0
    staffed = truth.STAFFED_ON_SLOW if at >= diary.plan.staffed_from else 0.0
    return max(0.02, _SLOW[channel] + known.slow + at_night + staffed)


def _transfer(diary: Diary, at: float, channel: str, about: Message, known: _Reason, transfers: int) -> None:
    teams = ["Care", known.team, "Care lead"]
    for turn in range(transfers):
        said = {**about, "from_team": teams[turn], "to_team": teams[turn + 1]}
        diary.track(at + turn * 9 * MINUTE, "Conversation Transferred", channel, said)


def _write(
    diary: Diary,
    at: float,
    channel: str,
    about: Message,
    slots: dict[str, str],
    agents: list[str],
    waited: float,
    transfers: int,
    slow: bool,
    closed: float,
) -> None:
    """The turns of a written conversation. What is said fits what happened: the order, the day, who was handed on."""
    dice, voice, reason = diary.dice, diary.voice, about["reason"]
    slots["AGENT"], slots["OTHER"] = agents[0], agents[1]
    asked = dict(about)
    voice.message(asked, f"ask.{reason}", slots)
    diary.track(at, "Help Asked", channel, asked)
    if slow and waited > 120 and dice.random() < 0.5:
        again = dict(about)
        voice.message(again, "ask.again", slots)
        diary.track(at + waited * MINUTE * dice.uniform(0.45, 0.9), "Message Received", channel, again)
    clock = at + waited * MINUTE
    greeting = (
        "agent.greets_anew" if channel == "whatsapp" and at >= diary.plan.greeting_from else "agent.greets"
    )
    first = {**about, "agent": agents[0], "waited_minutes": round(waited, 1)}
    # Who has not said which order it is about is asked for it, and what is said of it comes later.
    unsaid = "order_id" in about and about["order_id"] not in asked["text"]
    ack = f"agent.ack.{reason}"
    sorry = "agent.sorry_slow" if slow else ""
    voice.agent(first, (greeting, sorry, *(("agent.asks",) if unsaid else (ack, "agent.checks"))), slots)
    diary.track(clock, "Message Sent", channel, first)
    step = (closed - clock) / (3 + 2 * transfers)
    clock += step * dice.uniform(0.3, 0.9)
    back = dict(about)
    voice.message(
        back, "follow.order" if unsaid else "follow.waits" if "order_id" in about else "follow.more", slots
    )
    diary.track(clock, "Message Received", channel, back)
    for turn in range(transfers):
        clock += step * 0.5
        teams = ("Care", REASONS[reason].team, "Care lead")
        handed = {**about, "from_team": teams[turn], "to_team": teams[turn + 1]}
        diary.track(clock, "Conversation Transferred", channel, handed)
        slots["AGENT"], slots["OTHER"] = agents[turn + 1], agents[turn]
        clock += step * 0.8
        greets = {**about, "agent": agents[turn + 1]}
        voice.agent(greets, ("agent.takes_over",), slots)
        diary.track(clock, "Message Sent", channel, greets)
        if dice.random() < 0.6:
            clock += step * 0.4
            annoyed = dict(about)
            voice.message(annoyed, "follow.repeats", slots)
            diary.track(clock, "Message Received", channel, annoyed)
    clock = max(clock + 20, closed - 4 * MINUTE)
    solves = {**about, "agent": slots["AGENT"]}
    voice.agent(solves, (ack if unsaid else "", f"agent.solve.{reason}", "agent.closes"), slots)
    diary.track(min(clock, closed - 30), "Message Sent", channel, solves)
    if dice.random() < 0.6:
        thanks = dict(about)
        voice.message(
            thanks,
            "follow.sour" if transfers > 1 or (slow and dice.random() < 0.5) else "follow.thanks",
            slots,
        )
        diary.track(closed - 10, "Message Received", channel, thanks)


def comment_on_post(diary: Diary, at: float) -> None:
    """Write under a post of the company."""
    said: Message = {}
    diary.voice.comment(said, "social", {"PLACE": diary.shopper.city.name}, key="text")
    diary.track(at + DAY * diary.dice.random(), "Comment Posted", "social", said)

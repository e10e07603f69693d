"""How one person lives with the demo company, from the day they come to the day they leave, or to now."""

import math
from bisect import bisect

from jejak.features.demo import browsing, contacts, mailing, slips, stores, surveys
from jejak.features.demo.diary import DAY, Diary, Message

_VISITS = 8.0
_STORE_VISITS = 2.7
_LEAVES_ANYHOW = 0.07
_COMES_BACK = 0.14
_MOVES = {"winner": 0.55, "walker": 2.0}
"""Below 1, most of what somebody does is late in the history; above, early."""
_NEVER = 4e9


def live(diary: Diary) -> list[tuple[float, Message]]:
    """Make everything that one person does, and return it in its order."""
    shopper, dice, plan = diary.shopper, diary.dice, diary.plan
    first_day = int(shopper.joined_share * (len(diary.calendar.days) - 2))
    if shopper.is_known and dice.random() < _LEAVES_ANYHOW:
        stayed = dice.random()
        diary.leave(plan.start + (first_day + stayed * (len(diary.calendar.days) - first_day)) * DAY)
    if shopper.is_known and shopper.joined_share == 0.0:
        diary.joined_at = plan.start - dice.random() ** 0.5 * 700 * DAY
        # Those who were members already came with the list of members.
        listed = {"type": "identify", "userId": shopper.user_id, "traits": browsing.known_of(diary)}
        diary.tell(plan.start + shopper.number, listed)

    occasions = [(diary.waking(day), "visit") for day in _days(diary, first_day, _VISITS)]
    if not occasions:
        occasions = [(diary.waking(first_day), "visit")]
    if shopper.is_known:
        if not shopper.company:
            occasions += [(diary.while_open(day), "store") for day in _days(diary, first_day, _STORE_VISITS)]
        occasions += [(at, "survey") for at in surveys.moments(diary, first_day)]
        occasions += [(at, "question") for at in contacts.moments(diary, first_day)]
    occasions.sort()
    for at, kind in occasions:
        if at >= diary.leaves_at and diary.returns_at == math.inf:
            diary.returns_at = _return(diary)
        if diary.is_away(at) or at > plan.now:
            continue
        if kind == "visit":
            browsing.visit(diary, at)
        elif diary.joined_at is None:
            continue  # Whoever never said who they are has no card, and nobody asks them.
        elif kind == "store":
            stores.visit(diary, at)
        elif kind == "survey":
            surveys.recommend(diary, at)
        else:
            contacts.ask(diary, at, dice.choice(contacts.QUESTIONS))
    if diary.joined_at is not None:
        mailing.campaigns(diary, first_day)
        slips.change_profile(diary)
        _say_goodbye(diary)
    return diary.messages()


def _days(diary: Diary, first_day: int, usual: float) -> list[int]:
    """Return on which days somebody does something, busy days more often than others."""
    shopper, dice, calendar = diary.shopper, diary.dice, diary.calendar
    days = len(calendar.days)
    expected = usual * shopper.activity * (0.35 + 0.65 * (days - first_day) / days)
    count = int(expected) + (dice.random() < expected % 1)
    low, high = calendar.upto[first_day], calendar.upto[-1]
    power = _MOVES.get(shopper.life, 1.0)
    found: list[int] = []
    while len(found) < count:
        day = bisect(calendar.upto, low + dice.random() ** power * (high - low)) - 1
        if shopper.life == "seasonal" and not calendar.busy[day] and dice.random() < 0.6:
            continue
        if shopper.company and calendar.days[day].weekday() >= 5 and dice.random() < 0.9:
            continue
        found.append(day)
    return found


def _return(diary: Diary) -> float:
    """Return when somebody who left comes back; for most that is never."""
    back = diary.leaves_at + diary.dice.uniform(65, 150) * DAY
    return back if diary.dice.random() < _COMES_BACK else _NEVER


def _say_goodbye(diary: Diary) -> None:
    """Close the account, with the words that people leave with; some open it again later."""
    if diary.leaves_at > diary.plan.now or diary.joined_at is None or diary.leaves_at < diary.joined_at:
        return
    channel = "app" if diary.own_device("app") and diary.dice.random() < 0.6 else "web"
    said, language = diary.voice.say("leaving", {})
    message: Message = {"reason": said, "language": language} if diary.dice.random() < 0.7 else {}
    device = diary.own_device(channel)
    channel = channel if device else "email"
    diary.track(diary.leaves_at, "Account Closed", channel, message, device=device)
    if diary.returns_at <= diary.plan.now:
        diary.track(diary.returns_at, "Account Reopened", channel, {}, device=device)

"""Campaigns by e-mail: sent within the same days to everybody who wants them, opened and followed by some."""

from datetime import date, timedelta
from functools import lru_cache

from jejak.features.demo import seasons, slips
from jejak.features.demo.diary import DAY, HOUR, Diary

_EVERY_DAYS = 21


def campaigns(diary: Diary, first_day: int) -> None:
    """Get the campaigns of the time, until one unsubscribes."""
    shopper, dice = diary.shopper, diary.dice
    if not shopper.gets_mail or diary.joined_at is None:
        return
    gone_at = slips.mailbox_gone_at(diary)
    likes = min(0.75, max(0.04, dice.gauss(0.28, 0.14)))
    for day, name in _calendar(diary.calendar.days[0], len(diary.calendar.days)):
        # Spread over some days, so that replies do not come all at once.
        at = diary.plan.start + (day + shopper.number % 5) * DAY + 3 * HOUR + (shopper.number % 120) * 20
        if day < first_day or at < diary.joined_at or diary.is_away(at):
            continue
        known = {"campaign": name}
        if at > gone_at:
            diary.track(at, "Email Bounced", "email", known)
            continue
        diary.track(at, "Email Delivered", "email", known)
        # Few open and fewer follow what comes every fortnight; a big sale is looked at more.
        if dice.random() < likes * (1.25 if name[0] != "K" else 1.0):
            opened = at + dice.expovariate(1 / 7) * HOUR
            diary.track(opened, "Email Opened", "email", known)
            if dice.random() < 0.19:
                diary.track(opened + 40, "Email Link Clicked", "email", known)
        if dice.random() < 0.006:
            diary.track(at + 5 * HOUR, "Unsubscribed", "email", known)
            return


@lru_cache(maxsize=8)
def _calendar(first: date, days: int) -> list[tuple[int, str]]:
    """Return on which days campaigns go out, and what they are called."""
    names = {
        "ramadan": "Ramadan di Rumah",
        "lebaran": "Hari Raya",
        "harbolnas": "Harbolnas",
        "payday": "Gajian",
    }
    listed = []
    for day in range(5, days, _EVERY_DAYS):
        on = first + timedelta(days=day)
        kind = names.get(seasons.season(on), "Kabar Balairona")
        listed.append((day, f"{kind} {on:%Y-%m}"))
    return listed

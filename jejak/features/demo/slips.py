"""What is wrong with what a company knows: a typo in the own profile, a mailbox that is gone, somebody who moved.

Chosen by dice of their own, so that nothing else of the demo depends on them.
"""

import math
from random import Random

from jejak.features.demo import places
from jejak.features.demo.diary import DAY, Diary, Message
from jejak.features.demo.shoppers import Shopper, written

_SHARES = {"phone": 0.012, "email": 0.008, "mailbox": 0.012, "moved": 0.006}
_FIRST_DAY, _LAST_DAY = 10, 240


def change_profile(diary: Diary) -> None:
    """Have somebody who is a member change their profile, and get it wrong or leave the rest as it was."""
    dice, slip = _slip(diary.shopper)
    at = _moment(diary, dice)
    traits = _traits(diary.shopper, slip, dice)
    if traits and not diary.is_away(at):
        diary.tell(
            at, {"type": "identify", "userId": diary.shopper.user_id, "channel": "web", "traits": traits}
        )


def mailbox_gone_at(diary: Diary) -> float:
    """Return from when on e-mail comes back; for most that is never."""
    dice, slip = _slip(diary.shopper)
    return _moment(diary, dice) if slip == "mailbox" else math.inf


def _slip(shopper: Shopper) -> tuple[Random, str]:
    dice = Random(f"slip:{shopper.user_id}:{shopper.email}")
    drawn = dice.random()
    for slip, share in _SHARES.items():
        if drawn < share:
            return dice, slip
        drawn -= share
    return dice, ""


def _moment(diary: Diary, dice: Random) -> float:
    # Members of old joined before the history begins.
    return max(diary.plan.start, diary.joined_at or 0.0) + dice.uniform(_FIRST_DAY, _LAST_DAY) * DAY


def _traits(shopper: Shopper, slip: str, dice: Random) -> Message:
    if slip == "phone":
        return {"phone": written(shopper.phone, dice)[:-5].rstrip(" -")}
    if slip == "email":
        return {"email": shopper.email.replace(".example", ",example")}
    if slip == "moved":
        country = "MY" if shopper.country == "ID" else "ID"
        return {"phone": shopper.phone, "city": places.city_of(country, dice).name, "country": country}
    return {}

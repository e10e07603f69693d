"""One person's history as it is being made: messages in the shape of Segment's, each with its moment."""

import math
from bisect import bisect
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from jejak.features.demo.kinds import KINDS
from jejak.features.demo.seasons import Calendar
from jejak.features.demo.shoppers import Shopper, written
from jejak.features.demo.speaking import Voice
from jejak.features.demo.truth import Plan

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
Message = dict[str, Any]
# How busy each hour of a day is.
_HOURS = (4, 2, 1, 1, 2, 5, 9, 13, 18, 22, 26, 30, 36, 32, 27, 26, 27, 30, 36, 46, 52, 46, 30, 14)
_SHOP_HOURS = (3, 5, 8, 9, 7, 7, 9, 11, 14, 13, 10, 5)
_OFFICE_HOURS = (8, 14, 16, 8, 7, 13, 14, 12, 6)
_AFTER_LEAVING = frozenset({"Order Shipped", "Order Delivered", "Order Refunded", "Account Closed"})


def _upto(hours: tuple[int, ...]) -> list[float]:
    total, upto = 0.0, []
    for one in hours:
        total += one
        upto.append(total)
    return upto


_HOURS_UPTO, _SHOP_UPTO, _OFFICE_UPTO = _upto(_HOURS), _upto(_SHOP_HOURS), _upto(_OFFICE_HOURS)


@dataclass(slots=True)
class Diary:
    """What one person does. Times are seconds since 1970."""

    shopper: Shopper
    plan: Plan
    calendar: Calendar
    dice: Random
    voice: Voice
    told: list[tuple[float, Message]] = field(default_factory=list)
    orders: int = 0
    spent: float = 0.0
    joined_at: float | None = None
    leaves_at: float = math.inf
    returns_at: float = math.inf
    signed_in: dict[str, None] = field(default_factory=dict)
    visits: int = 0
    store_visits: int = 0
    contacts: int = 0
    late_at: list[float] = field(default_factory=list)
    known_as: set[str] = field(default_factory=set)

    def tell(self, at: float, message: Message) -> None:
        """Keep a message, unless it would lie in the future."""
        if at <= self.plan.now:
            self.told.append((at, message))

    def track(
        self,
        at: float,
        name: str,
        channel: str,
        properties: Message,
        *,
        place: str = "",
        score: int | None = None,
        scale: str = "",
        device: str = "",
    ) -> None:
        """Keep something that happened, known by whatever the channel knows people by."""
        if at > self.plan.now:
            return
        team, stage, _ = KINDS[name]
        message: Message = {
            "type": "track",
            "event": name,
            "channel": channel,
            "team": team,
            "stage": stage,
            "properties": properties,
        }
        self.known_by(message, channel, device)
        if place:
            message["place"] = place
        if score is not None:
            message["score"], message["scale"] = score, scale
        self.told.append((at, message))

    def known_by(self, message: Message, channel: str, device: str = "") -> None:
        """Put by what the company recognises this person there: by sign-in, number, address or card."""
        shopper = self.shopper
        if channel in ("web", "app"):
            device = device or self.device(channel)
            message["anonymousId"] = device
            if device in self.signed_in:
                message["userId"] = shopper.user_id
        elif channel in ("whatsapp", "phone"):
            message["handles"] = {"phone": shopper.phone}
        elif channel == "email":
            message["handles"] = {"email": shopper.email}
            if self.joined_at is not None:  # Our own server sends and receives it.
                message["userId"] = shopper.user_id
        elif channel == "store":
            message["userId"] = shopper.user_id
        else:
            own = {"telegram": shopper.telegram, "social": f"@{shopper.telegram}"}.get(
                channel, f"mp-{shopper.number}"
            )
            kind = {"telegram": "telegram", "social": "social_id"}.get(channel, "marketplace_id")
            message["handles"] = {kind: own}
            if channel not in self.known_as:  # They leave their number once.
                self.known_as.add(channel)
                message["handles"]["phone"] = written(shopper.phone, self.dice)

    def device(self, channel: str) -> str:
        """Return the id of a browser or phone of theirs; some have two browsers, some share one."""
        shopper, dice = self.shopper, self.dice
        if channel == "web" and shopper.shares_browser_with and dice.random() < 0.3:
            return f"demo-web-{shopper.shares_browser_with}-1"
        second = channel == "web" and shopper.number % 3 == 0 and dice.random() < 0.35
        return f"demo-{channel}-{shopper.number}-{2 if second else 1}"

    def own_device(self, channel: str) -> str:
        """Return a browser or phone on which they are signed in, or ""."""
        return next((device for device in self.signed_in if device.startswith(f"demo-{channel}-")), "")

    def moment(self, day: int, hours: list[float], first_hour: int) -> float:
        """Return a moment of a day, by how busy its hours are where this person lives."""
        dice = self.dice
        hour = first_hour + bisect(hours, dice.random() * hours[-1])
        local = self.plan.start + day * DAY + (hour + dice.random()) * HOUR
        return local - self.shopper.city.utc_hours * HOUR

    def waking(self, day: int) -> float:
        """Return when somebody looks around on a day."""
        if self.shopper.company:
            return self.moment(day, _OFFICE_UPTO, 9)
        return self.moment(day, _HOURS_UPTO, 0)

    def while_open(self, day: int) -> float:
        """Return when somebody is in a store on a day."""
        return self.moment(day, _SHOP_UPTO, 10)

    def is_away(self, at: float) -> bool:
        """Tell whether they have left by then, and are not back."""
        return self.leaves_at <= at < self.returns_at

    def leave(self, at: float) -> None:
        """Leave at a moment, unless they leave sooner anyhow."""
        self.leaves_at = min(self.leaves_at, at)

    def may_leave(self, chance: float, at: float) -> None:
        """Leave within some weeks of something bad, by chance."""
        if self.dice.random() < chance and at < self.leaves_at:
            self.leave(at + self.dice.uniform(2, 50) * DAY)

    def past(self, at: float) -> float:
        """Return the share of the history that is over then."""
        return min(1.0, max(0.0, (at - self.plan.start) / (self.plan.now - self.plan.start)))

    def is_peak(self, at: float) -> bool:
        """Tell whether parcels pile up then."""
        day = int((at - self.plan.start) // DAY)
        return self.calendar.peaks[min(max(day, 0), len(self.calendar.peaks) - 1)]

    def messages(self) -> list[tuple[float, Message]]:
        """Return everything in its order, without what nobody says who has left."""
        kept = [
            (at, message)
            for at, message in self.told
            if not self.is_away(at) or message.get("event") in _AFTER_LEAVING
        ]
        kept.sort(key=lambda pair: pair[0])
        for at, message in kept:
            message["timestamp"] = written_time(at)
        return kept


def written_time(at: float) -> str:
    """Return a moment as senders write it, to the millisecond."""
    return datetime.fromtimestamp(int(at * 1000) / 1000, UTC).isoformat(timespec="milliseconds")


def written_day(at: float, utc_hours: int) -> str:
    """Return the day a moment falls on in a place."""
    return datetime.fromtimestamp(at + utc_hours * HOUR, UTC).date().isoformat()

"""An order as its touchpoints tell it: what it was worth, what was promised, and whether it was kept."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jejak.common.money import money
from jejak.features.profiles.timeline import Happened

_STEPS = {
    "placed": re.compile(r"\b(completed|placed|created|ordered|purchased|bought)\b", re.IGNORECASE),
    "paid": re.compile(r"\b(paid|payment (received|completed))\b", re.IGNORECASE),
    "shipped": re.compile(r"\b(shipped|dispatched)\b", re.IGNORECASE),
    "delivered": re.compile(r"\b(delivered|picked up)\b", re.IGNORECASE),
    "returned": re.compile(r"\b(returned|refunded|return requested)\b", re.IGNORECASE),
    "cancelled": re.compile(r"\bcancell?ed\b", re.IGNORECASE),
}
_PROMISES = (
    "promised_on", "promised_at", "promised_date", "promised_delivery_date", "promised", "estimated_delivery",
    "estimated_delivery_date", "expected_delivery_date", "delivery_estimate", "eta", "due_on",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order. at: when each step was taken, of those that were. promised_on: in the reader's time zone."""

    name: str
    value: Decimal | None
    currency: str
    at: dict[str, datetime]
    promised_on: date | None

    @property
    def last_at(self) -> datetime | None:
        """When the last known step was taken."""
        return max(self.at.values(), default=None)

    @property
    def late_days(self) -> int:
        """By how many days it came after what was promised; 0 where it was in time, or nobody can tell."""
        delivered = self.at.get("delivered")
        if not delivered or not self.promised_on:
            return 0
        return max(0, (timezone.localdate(delivered) - self.promised_on).days)

    def is_open(self) -> bool:
        """Tell whether something was promised and is still to come."""
        return self.promised_on is not None and not self.at.keys() & {"delivered", "returned", "cancelled"}

    @property
    def amount(self) -> str:
        """What it was worth, as people write it."""
        return money(self.value, self.currency) if self.value is not None and self.currency else ""

    def state(self, today: date) -> str:
        """How it stands, in words: "delivered 3 days late"."""
        if "cancelled" in self.at:
            return _("cancelled")
        if "returned" in self.at:
            return _("sent back")
        if "delivered" in self.at:
            return self._delivered()
        if self.promised_on and self.promised_on < today:
            days = (today - self.promised_on).days
            return ngettext("%(days)s day overdue", "%(days)s days overdue", days) % {"days": days}
        words = {"shipped": _("on its way"), "paid": _("paid"), "placed": _("placed")}
        return next((words[step] for step in words if step in self.at), "")

    def tone(self, today: date) -> str:
        """good, warn or bad, or "" where there is nothing to say."""
        if self.late_days or (self.is_open() and self.promised_on and self.promised_on < today):
            return "bad"
        if self.at.keys() & {"returned", "cancelled"}:
            return "warn"
        return "good" if "delivered" in self.at and self.promised_on else ""

    def _delivered(self) -> str:
        if self.late_days:
            words = ngettext("delivered %(days)s day late", "delivered %(days)s days late", self.late_days)
            return words % {"days": self.late_days}
        return _("delivered in time") if self.promised_on else _("delivered")


def read(name: str, happened: Iterable[Happened]) -> Order:
    """Return an order from its touchpoints, in any order."""
    oldest_first = sorted(happened, key=lambda one: one.happened_at)
    at: dict[str, datetime] = {}
    value, currency, promised_on = None, "", None
    for one in oldest_first:
        if one.score is None:
            for step, pattern in _STEPS.items():
                if pattern.search(one.name):
                    at.setdefault(step, one.happened_at)
        if value is None and one.value is not None and one.value > 0:
            value, currency = one.value, one.currency
        promised_on = _promised(one.details) or promised_on  # What was promised last counts.
    return Order(name=name, value=value, currency=currency, at=at, promised_on=promised_on)


def _promised(details: dict[str, Any]) -> date | None:
    for key in _PROMISES:
        said = details.get(key)
        if isinstance(said, str) and (day := _day(said)):
            return day
    return None


def _day(said: str) -> date | None:
    try:
        if at := parse_datetime(said):
            return timezone.localdate(at) if timezone.is_aware(at) else at.date()
        return parse_date(said)
    except (ValueError, OverflowError):
        return None

"""`{% load crm %}`: words of deals that several pages share."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from jejak.common.money import compact_money, money
from jejak.features.crm import boards
from jejak.features.crm.models import Deal

register = template.Library()

_TONES = {"won": "good", "lost": "bad", "open": "info"}


@register.filter
def amount(deal: Deal) -> str:
    """{{ deal|amount }}: as people write it, or "" where none is known."""
    return "" if deal.amount is None else money(deal.amount, deal.currency)


@register.filter
def short_money(value: Decimal | None, currency: str) -> str:
    """{{ sum.amount|short_money:sum.currency }}: "Rp 1.3M", for the heads of columns."""
    if value is None:
        return "–"
    return compact_money(value, currency) if abs(value) >= 100_000 else money(value, currency)


@register.filter
def tone(outcome: str) -> str:
    """{{ stage.outcome|tone }}: of a pill."""
    return _TONES.get(outcome, "")


@register.filter
def day(on: date | None) -> str:
    """{{ deal.close_on|day }}: "12 Nov", with the year where it is another one."""
    return boards.day_in_short(on, timezone.localdate())


@register.filter
def stay(span: timedelta | float | None) -> str:
    """{{ step.stay|stay }}: "12 days", "3 hours"."""
    if span is None:
        return ""
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    days, hours = int(seconds // 86400), int(seconds // 3600)
    if days:
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if hours:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return gettext("less than an hour")


@register.filter
def name_of(user: Any) -> str:
    """{{ deal.owner|name_of }}"""
    return (user.get_full_name() or user.get_username()) if user else ""

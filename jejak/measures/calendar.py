"""What kind of day a day is for trade, as anybody knows it beforehand: no data is asked.

Ramadan is told by the tabular Islamic calendar, to within a day of what governments announce.
Source: Reingold & Dershowitz 2018, "Calendrical Calculations", chapter 7.
"""

from datetime import date

PLAIN, MONTH_END, SALE, NEAR_SALE, RAMADAN, END_OF_RAMADAN, LEBARAN = range(7)
KINDS = 7
_DOUBLE_DAYS = frozenset(range(6, 13))
"""6.6 to 12.12: the days on which marketplaces of South-East Asia have their sales."""
_EPOCH = date(622, 7, 19).toordinal()


def kind_of(day: date) -> int:
    """Return one of the kinds above; the rarer one where two fall on a day."""
    month, of_month = _islamic(day)
    if month == 10 and of_month <= 7:
        return LEBARAN
    if _is_sale(day):
        return SALE
    if month == 9:
        return END_OF_RAMADAN if of_month > 15 else RAMADAN
    if any(_is_sale(date.fromordinal(day.toordinal() + step)) for step in (-1, 1)):
        return NEAR_SALE
    return MONTH_END if day.day >= 25 or day.day == 1 else PLAIN


def _is_sale(day: date) -> bool:
    return day.month == day.day and day.month in _DOUBLE_DAYS


def _islamic(day: date) -> tuple[int, int]:
    """Return the month, 1 to 12, and its day."""
    since = day.toordinal() - _EPOCH
    year = (30 * since + 10646) // 10631
    into = since - ((year - 1) * 354 + (3 + 11 * year) // 30)
    month = min(12, (2 * into + 1) // 59 + 1)
    return month, into - (59 * (month - 1) + 1) // 2 + 1

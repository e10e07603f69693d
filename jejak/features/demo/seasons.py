"""How much a day sells: weekends, pay days, Ramadan and Lebaran, Harbolnas, new year's days."""

from datetime import date, timedelta
from itertools import accumulate

# The first of Ramadan and the first of Syawal, as Indonesia's and Malaysia's governments announced or foresee them.
_RAMADAN = {
    2023: (date(2023, 3, 23), date(2023, 4, 22)),
    2024: (date(2024, 3, 12), date(2024, 4, 10)),
    2025: (date(2025, 3, 1), date(2025, 3, 31)),
    2026: (date(2026, 2, 19), date(2026, 3, 21)),
    2027: (date(2027, 2, 8), date(2027, 3, 10)),
    2028: (date(2028, 1, 28), date(2028, 2, 27)),
    2029: (date(2029, 1, 16), date(2029, 2, 15)),
    2030: (date(2030, 1, 6), date(2030, 2, 5)),
}
_LUNAR_NEW_YEAR = {
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 3),
}
_HARBOLNAS = {(9, 9), (10, 10), (11, 11), (12, 12)}
_A_LUNAR_YEAR = timedelta(days=354.367)


def ramadan(year: int) -> tuple[date, date]:
    """Return the first of Ramadan and the first of Syawal nearest to this year; beyond 2030 to within a day or two."""
    if year in _RAMADAN:
        return _RAMADAN[year]
    start, end = _RAMADAN[2030 if year > 2030 else 2023]
    turns = round((date(year, 7, 1) - start) / _A_LUNAR_YEAR)
    return start + turns * _A_LUNAR_YEAR, end + turns * _A_LUNAR_YEAR


def season(day: date) -> str:
    """Return ramadan, lebaran, harbolnas, payday or ""."""
    for year in (day.year, day.year + 1):
        start, lebaran = ramadan(year)
        if start <= day < lebaran:
            return "ramadan"
        if lebaran <= day < lebaran + timedelta(days=4):
            return "lebaran"
    if (day.month, day.day) in _HARBOLNAS:
        return "harbolnas"
    return "payday" if day.day >= 25 or day.day == 1 else ""


def is_peak(day: date) -> bool:
    """Tell whether parcels pile up: the two weeks before Lebaran, and the week that follows a Harbolnas."""
    _, lebaran = ramadan(day.year)
    if timedelta(days=-14) <= day - lebaran < timedelta(days=5):
        return True
    return any((back.month, back.day) in _HARBOLNAS for back in (day - timedelta(days=n) for n in range(7)))


def weight(day: date, country: str) -> float:
    """Return how much happens on a day, 1 on a plain one."""
    share = 1.15 if day.weekday() >= 5 else 1.0
    found = season(day)
    _, lebaran = ramadan(day.year)
    if found == "ramadan":
        share *= 1.75 if lebaran - day <= timedelta(days=14) else 1.2
    elif found == "lebaran":
        share *= 0.4
    elif found == "harbolnas":
        share *= 3.2
    elif found == "payday":
        share *= 1.3
    if any(
        (near.month, near.day) in _HARBOLNAS for near in (day - timedelta(days=1), day + timedelta(days=1))
    ):
        share *= 1.5
    if country == "MY" and day.year in _LUNAR_NEW_YEAR:
        before = _LUNAR_NEW_YEAR[day.year] - day
        if timedelta(0) < before <= timedelta(days=14):
            share *= 1.3
    if (day.month, day.day) in ({(8, 16), (8, 17)} if country == "ID" else {(8, 30), (8, 31), (9, 16)}):
        share *= 1.4
    return share


class Calendar:
    """The days of the demo in one country, and which of them somebody picks to do something."""

    def __init__(self, *, first: date, days: int, country: str) -> None:
        self.days = [first + timedelta(days=n) for n in range(days)]
        # It grows by a quarter over the time.
        weights = [weight(day, country) * (1 + 0.25 * n / days) for n, day in enumerate(self.days)]
        self.upto = [0.0, *accumulate(weights)]
        self.busy = [season(day) != "" for day in self.days]
        self.peaks = [is_peak(day) for day in self.days]

"""The usual band of day series, and how unlikely each day is. Pure statistics, on arrays (lines, days).

What is usual on a day is learnt from the days before it alone: one pass goes through the days, tells each by what it
knows so far, and only then learns from it. Counts follow a gamma-Poisson model and shares a beta-binomial one, both
forgetting with time, so that few days, few answers and rare things give wide bands by themselves. Both learn how much
more than by pure chance their days differ, counts also how days of the week and of the calendar differ.
Source: Harvey & Fernandes 1989, "Time Series Models for Count or Qualitative Observations", JBES 7(4); West &
Harrison 1997, "Bayesian Forecasting and Dynamic Models", 10.8. Means of scores are told as shares of their scale, each
answer weighing as many trials as its variance has it (McCullagh & Nelder 1989, "Generalized Linear Models", 4.5).
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from jejak.measures import calendar

Array = NDArray[np.float64]
WINDOWS = (1, 2, 3, 5, 7)
"""Days that are looked at together: what is too little to tell in one day may be plain in a week."""
DIFFERENT_LOOKS = 2.5
"""Of these windows, which overlap, as many count as looks of their own. Found by simulation."""
WARM_UP_DAYS = 28
LEAST_TRIALS = 40.0
_FIRST_DAYS = 14
_KEEPS = 0.972
"""What a day keeps of its weight a day later: 25 days to the half."""
_STAYS_NEW_DAYS = 21
"""What stays so long is the usual from then on."""
_OUT = 1e-4
_DOUBTFUL = 5e-3
"""Nothing is learnt from days that are so far out."""
_LIKELY = 0.02
"""The size that the likeness of trials of one day usually has."""
_RECORD_Z, _RECORD_KEPT = 2.8, 0.997
_CLIP = 3.0
_Z_BAND = 2.5758
"""The drawn band holds 99 of 100 usual days."""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Series of days. Counts: hits alone. Shares: hits of trials, squares of what each trial counted (0 to 1).

    weekdays: (days,) 0 is Monday. kinds: (days,) of calendar.kind_of(). cut: the last day is not over, so that its
    counts may be too many by now, but never too few.
    """

    hits: Array
    weekdays: NDArray[np.int64]
    kinds: NDArray[np.int64]
    trials: Array | None = None
    squares: Array | None = None
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Bands:
    """What was usual on each day, (lines, days); nan where too little was known.

    expected, low, high: of the day, in hits or as a share. chance: that a usual series is as far out, over the windows
    that end with the day, corrected for their number. days: how many the most telling of these windows has.
    side: 1 above, -1 below.
    """

    expected: Array
    low: Array
    high: Array
    chance: Array
    days: NDArray[np.int64]
    side: NDArray[np.int64]

    def beside(self, other: "Bands") -> "Bands":
        """Return the lines of both, these first."""
        pairs = {name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in _FIELDS}
        return Bands(**pairs)


_FIELDS = ("expected", "low", "high", "chance", "days", "side")


def of_counts(lines: Lines) -> Bands:
    """Return the bands of counts."""
    return _run(lines, _Counts(lines))


def of_shares(lines: Lines) -> Bands:
    """Return the bands of shares, and of means as shares of their scale."""
    return _run(lines, _Shares(lines))


class _Counts:
    """How often something happens on a day: a level, times what the day of the week and the calendar make of it."""

    def __init__(self, lines: Lines) -> None:
        self.y, self.weekdays, self.kinds = lines.hits, lines.weekdays, lines.kinds
        self.cut = lines.cut
        n, days = self.y.shape
        self.a, self.b = np.full(n, 0.5), np.full(n, 1e-3)
        self.noise, self.noise_of, self.noise_spread = np.zeros(n), np.zeros(n), np.zeros(n)
        self.week, self.week_of = np.zeros((n, 7)), np.zeros((n, 7))
        self.kind, self.kind_of = np.zeros((n, calendar.KINDS)), np.zeros((n, calendar.KINDS))
        self.seen = np.zeros(calendar.KINDS)
        self.times, self.last = np.zeros(calendar.KINDS, np.int64), np.full(calendar.KINDS, -99)
        self.past_a, self.past_b = np.zeros((n, days)), np.zeros((n, days))
        self.factors, self.unsure = np.ones((n, days)), np.zeros(days)

    def begin(self, day: int) -> None:
        self.past_a[:, day], self.past_b[:, day] = self.a, self.b
        level = self.a / self.b
        wd, kind = self.weekdays[day], self.kinds[day]
        pooled = (self.week[:, wd].sum() + 1) / (self.week_of[:, wd].sum() + 1)
        weight = 10 + 2 * level
        factor = (self.week[:, wd] + weight * pooled) / (self.week_of[:, wd] + weight)
        if kind != calendar.PLAIN and self.seen[kind]:
            pooled = (self.kind[:, kind].sum() + 1) / (self.kind_of[:, kind].sum() + 1)
            factor = factor * (self.kind[:, kind] + weight * pooled) / (self.kind_of[:, kind] + weight)
        self.factors[:, day] = factor
        self.unsure[day] = 0.0 if kind == calendar.PLAIN else 0.36 / (1 + 0.5 * self.seen[kind])

    @property
    def phi(self) -> Array:
        """How much more than by chance the days of a line differ. What it says itself counts as far as it can tell."""
        if not self.noise_of.any():
            return np.full(len(self.a), 0.03)
        pooled = np.clip(self.noise.sum() / self.noise_of.sum(), 0.005, 0.3)
        own = self.noise / np.maximum(self.noise_of, 1e-9)
        unsure = self.noise_spread / np.maximum(self.noise_of, 1e-9) ** 2
        trust = 0.1**2 / (0.1**2 + unsure)
        told: Array = np.clip(trust * own + (1 - trust) * pooled, 0.004, 2.0)
        return told

    def over(self, day: int, days: int) -> tuple[Array, Array, Array]:
        """Return what was observed in a window, and the mean and shape of what was usual for it."""
        first = day - days + 1
        factors = self.factors[:, first : day + 1]
        a, b = self.past_a[:, first], self.past_b[:, first]
        mean = a / b * factors.sum(axis=1)
        unsure = self.unsure[first : day + 1].max()
        spread = 1 / a + self.phi * days**-0.5 + unsure
        return self.y[:, first : day + 1].sum(axis=1), mean, 1 / spread

    def known(self, day: int) -> NDArray[np.bool_]:
        return np.full(len(self.a), day >= 2 * WARM_UP_DAYS)

    def never(self, day: int) -> set[int]:
        """Return the sides that say nothing: too few of a day that is not over, too many at a sale not yet known."""
        kind = self.kinds[day]
        cut = self.cut and day == self.y.shape[1] - 1
        return ({-1} if cut else set()) | ({1} if kind != calendar.PLAIN and self.times[kind] < 4 else set())

    def band(self, day: int) -> tuple[Array, Array, Array]:
        _, mean, shape = self.over(day, 1)
        spread = np.sqrt(mean + mean**2 / shape)
        # On the logarithm, so that it ends above 0.
        ratio = np.exp(_Z_BAND * np.sqrt(np.log1p(spread**2 / np.maximum(mean, 1e-9) ** 2)))
        low = np.where(mean > 5, mean / ratio, np.maximum(0, mean - _Z_BAND * spread))
        high = np.where(mean > 5, mean * ratio, mean + _Z_BAND * spread + 1)
        return mean, low, high

    def chances(self, day: int, days: int) -> tuple[Array, Array]:
        y, mean, shape = self.over(day, days)
        z = (y - mean) / np.sqrt(mean + mean**2 / shape)
        above, below = _normal_above(z), _normal_above(-z)
        for i in np.flatnonzero(np.abs(z) > 1.9):
            if z[i] > 0:
                above[i] = count_above(y[i], mean[i], shape[i])
            else:
                below[i] = count_below(y[i], mean[i], shape[i])
        return above, below

    def learn(self, day: int, learns: NDArray[np.bool_], notes: NDArray[np.bool_]) -> None:
        y, mean, shape = self.over(day, 1)
        factor, kind, wd = self.factors[:, day], self.kinds[day], self.weekdays[day]
        variance = mean + mean**2 / shape
        is_young = day < WARM_UP_DAYS
        reach = _CLIP * np.sqrt(variance) + 1
        clipped = y if is_young else np.clip(y, mean - reach, mean + reach)
        level = self.a / self.b
        if kind == calendar.PLAIN or self.seen[kind] >= 2 or day < _FIRST_DAYS:
            keep = np.where(learns, _KEEPS, 1.0)
            self.a = keep * self.a + np.where(learns, clipped, 0.0)
            self.b = keep * self.b + np.where(learns, factor, 0.0)
            if not is_young:
                extra = (clipped - mean) ** 2 - mean - mean**2 / np.maximum(self.a, 1)
                self.noise = 0.985 * self.noise + np.where(notes, extra, 0.0)
                self.noise_of = 0.985 * self.noise_of + np.where(notes, mean**2, 0.0)
                spread = mean * (1 + 2 * mean) + 2 * (mean**2 / shape) ** 2
                self.noise_spread = 0.985 * self.noise_spread + np.where(notes, spread, 0.0)
        if day < _FIRST_DAYS:
            return  # Its level is not known yet, so neither is what a day makes of it.
        if kind == calendar.PLAIN:
            self.week[:, wd] = 0.92 * self.week[:, wd] + np.where(learns, clipped, 0.0)
            self.week_of[:, wd] = 0.92 * self.week_of[:, wd] + np.where(learns, level, 0.0)
        else:
            weekday = self._weekday(wd, level)
            self.kind[:, kind] = 0.96 * self.kind[:, kind] + y
            self.kind_of[:, kind] = 0.96 * self.kind_of[:, kind] + level * weekday
            self.seen[kind] += 1
            self.times[kind] += day - self.last[kind] > 3
            self.last[kind] = day

    def _weekday(self, wd: int, level: Array) -> Array:
        pooled = (self.week[:, wd].sum() + 1) / (self.week_of[:, wd].sum() + 1)
        weight = 10 + 2 * level
        found: Array = (self.week[:, wd] + weight * pooled) / (self.week_of[:, wd] + weight)
        return found

    def adopt(self, which: NDArray[np.bool_]) -> None:
        self.a, self.b = np.where(which, self.a * 0.1, self.a), np.where(which, self.b * 0.1, self.b)


class _Shares:
    """How many of the trials of a day count."""

    def __init__(self, lines: Lines) -> None:
        assert lines.trials is not None
        self.k, self.n = lines.hits, lines.trials
        self.q = lines.squares if lines.squares is not None else lines.hits
        count, days = self.k.shape
        self.a, self.b = np.full(count, 0.5), np.full(count, 0.5)
        self.squares = np.full(count, 0.5)
        self.noise, self.noise_of, self.noise_spread = np.zeros(count), np.zeros(count), np.zeros(count)
        self.days = np.zeros(count)
        self.past_a, self.past_b = np.zeros((count, days)), np.zeros((count, days))

    def begin(self, day: int) -> None:
        self.past_a[:, day], self.past_b[:, day] = self.a, self.b

    @property
    def weight(self) -> Array:
        """How many trials one answer is worth."""
        n = self.a + self.b
        p = self.a / n
        variance = np.maximum(self.squares / n - p**2, 0)
        pq = p * (1 - p)
        # An answer that is 0 or 1 is one trial; one on a scale varies less, and says more.
        held = (variance * n + 0.7 * pq * 10) / (pq * (n + 10))
        told: Array = 1 / np.clip(held, 0.15, 1.0)
        return told

    @property
    def rho(self) -> Array:
        """How alike the trials of one day are. What a line says of it itself counts as far as it can tell."""
        pooled = np.clip(self.noise.sum() / max(self.noise_of.sum(), 1e-9), 0.002, 0.1)
        if not self.noise_of.any():
            pooled = 0.005
        own = self.noise / np.maximum(self.noise_of, 1e-9)
        unsure = self.noise_spread / np.maximum(self.noise_of, 1e-9) ** 2
        trust = _LIKELY**2 / (_LIKELY**2 + unsure)
        mixed = np.where(self.noise_of > 0, trust * own + (1 - trust) * pooled, pooled)
        told: Array = np.clip(mixed, 0.002, 0.5)
        return told

    def over(self, day: int, days: int) -> tuple[Array, Array, Array, Array]:
        """Return hits and trials of a window, and both parameters of what was usual."""
        first = day - days + 1
        k, n = self.k[:, first : day + 1].sum(axis=1), self.n[:, first : day + 1].sum(axis=1)
        a, b = self.past_a[:, first], self.past_b[:, first]
        weight = self.weight
        size = 1 / (1 / ((a + b) * weight + 1) + self.rho * days**-0.5) - 1
        p = a / (a + b)
        return k * weight, n * weight, p * size, (1 - p) * size

    def known(self, day: int) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = (
            (self.days >= 10) & (self.a + self.b >= LEAST_TRIALS) & (day >= WARM_UP_DAYS)
        )
        return found

    def never(self, day: int) -> set[int]:
        """Return the sides that say nothing."""
        return set()

    def band(self, day: int) -> tuple[Array, Array, Array]:
        _, n, a, b = self.over(day, 1)
        p = a / (a + b)
        n = np.maximum(n, 1)
        spread = np.sqrt(p * (1 - p) / n * (1 + (n - 1) / (a + b + 1)))
        # Wilson's shape: wide where it may be, never beyond 0 and 1.
        m = p * (1 - p) / np.maximum(spread**2, 1e-12)
        z2 = _Z_BAND**2
        middle = (p + z2 / (2 * m)) / (1 + z2 / m)
        half = _Z_BAND / (1 + z2 / m) * np.sqrt(p * (1 - p) / m + z2 / (4 * m**2))
        return p, middle - half, middle + half

    def chances(self, day: int, days: int) -> tuple[Array, Array]:
        k, n, a, b = self.over(day, days)
        p = a / (a + b)
        spread = np.sqrt(np.maximum(n * p * (1 - p) * (1 + (n - 1) / (a + b + 1)), 1e-12))
        z = np.where(n > 0, (k - n * p) / spread, 0.0)
        above, below = _normal_above(z), _normal_above(-z)
        for i in np.flatnonzero(np.abs(z) > 1.9):
            if z[i] > 0:
                above[i] = share_above(k[i], n[i], a[i], b[i])
            else:
                below[i] = share_above(n[i] - k[i], n[i], b[i], a[i])
        return above, below

    def learn(self, day: int, learns: NDArray[np.bool_], notes: NDArray[np.bool_]) -> None:
        k, n, q = self.k[:, day], self.n[:, day], self.q[:, day]
        p = self.a / (self.a + self.b)
        weight, rho = self.weight, self.rho
        pure = n * p * (1 - p) / weight
        more = np.maximum(n * weight - 1, 0)
        own = 1 / ((self.a + self.b) * weight + 1)
        reach = _CLIP * np.sqrt(pure * (1 + more * (own + rho))) + 0.5
        clipped = np.clip(np.clip(k, n * p - reach, n * p + reach), 0, n) if day >= WARM_UP_DAYS else k
        keep = np.where(learns, _KEEPS, 1.0)
        self.a = keep * self.a + np.where(learns, clipped, 0)
        self.b = keep * self.b + np.where(learns, n - clipped, 0)
        shrunk = np.where(k > 0, clipped / np.maximum(k, 1e-9), 1.0)
        self.squares = keep * self.squares + np.where(learns, q * np.minimum(shrunk, 1), 0)
        if day >= WARM_UP_DAYS:
            extra = (clipped - n * p) ** 2 - pure - pure * more * own
            self.noise = 0.985 * self.noise + np.where(notes, extra, 0.0)
            self.noise_of = 0.985 * self.noise_of + np.where(notes, pure * more, 0.0)
            self.noise_spread = 0.985 * self.noise_spread + np.where(notes, pure * (1 + 2 * pure), 0.0)
        self.days = 0.985 * self.days + (n > 0)

    def adopt(self, which: NDArray[np.bool_]) -> None:
        self.a, self.b = np.where(which, self.a * 0.1, self.a), np.where(which, self.b * 0.1, self.b)
        self.squares = np.where(which, self.squares * 0.1, self.squares)


def _run(lines: Lines, model: "_Counts | _Shares") -> Bands:
    count, days = lines.hits.shape
    told = Bands(
        expected=np.full((count, days), np.nan),
        low=np.full((count, days), np.nan),
        high=np.full((count, days), np.nan),
        chance=np.ones((count, days)),
        days=np.ones((count, days), np.int64),
        side=np.zeros((count, days), np.int64),
    )
    out_for = np.zeros(count, np.int64)
    quiet_until = np.zeros(count, np.int64)
    side = np.zeros(count, np.int64)
    records = np.zeros((count, 2))
    for day in range(days):
        model.begin(day)
        known = model.known(day)
        if known.any():
            expected, low, high = model.band(day)
            for held, found in ((told.expected, expected), (told.low, low), (told.high, high)):
                held[:, day] = np.where(known, found, np.nan)
            _look(told, model, day, known & (day >= quiet_until))
        plain = told.chance[:, day].copy()
        out = plain < _OUT
        turned = (told.side[:, day] != side) | (out_for == 0)
        _measure_by_records(told, day, records, begins=turned)
        side = np.where(plain < _DOUBTFUL, told.side[:, day], side)
        out_for = np.where(plain < _DOUBTFUL, out_for + 1, 0)
        new = out_for > _STAYS_NEW_DAYS
        if new.any():
            model.adopt(new)
            out_for[new], quiet_until[new] = 0, day + 8
        model.learn(day, (plain >= _DOUBTFUL) | new, ~out | new)
    return told


def _measure_by_records(told: Bands, day: int, records: Array, *, begins: NDArray[np.bool_]) -> None:
    """Take a day for less telling where the line was as far out before: twice at least, in the last year or so.

    records: (lines, 2), the largest and the second largest deviate so far. An incident counts once, however
    long it is, so that one alone makes nobody blind.
    """
    records *= _RECORD_KEPT
    for i in np.flatnonzero(told.chance[:, day] < 0.02):
        z = NormalDist().inv_cdf(1 - max(told.chance[i, day], 1e-15))
        told.chance[i, day] = _above(z / max(1.0, records[i, 1] / _RECORD_Z))
        if begins[i]:
            records[i] = sorted((*records[i], z), reverse=True)[:2]
        elif z > records[i, 0]:
            records[i, 0] = z


def _look(told: Bands, model: "_Counts | _Shares", day: int, may: NDArray[np.bool_]) -> None:
    """Note for each line the most telling of the windows that end with a day. The day itself must point there, too."""
    today: tuple[Array, Array] | None = None
    never = model.never(day)
    for days in WINDOWS:
        if day - days + 1 < WARM_UP_DAYS:
            break
        above, below = model.chances(day, days)
        today = today or (above, below)
        for side, chance, own in ((1, above, today[0]), (-1, below, today[1])):
            if side in never:
                continue
            corrected = np.minimum(1.0, 2 * DIFFERENT_LOOKS * chance)
            better = may & (own < 0.4) & (corrected < told.chance[:, day])
            told.chance[better, day] = corrected[better]
            told.days[better, day], told.side[better, day] = days, side


def count_above(y: float, mean: float, shape: float) -> float:
    """Return the chance of y or more of a negative binomial: a Poisson whose rate is gamma of that shape."""
    if y <= 0:
        return 1.0
    if mean > 400:
        return _above(_wilson_hilferty(y - 0.5, mean, shape))
    most = int(y + 60 + 12 * math.sqrt(mean + mean**2 / shape))
    i = np.arange(int(y), most + 0.0)
    grows = (i + shape) / (i + 1) * (mean / (shape + mean))
    return min(1.0, math.exp(_log_count(int(y), mean, shape)) * (1 + float(np.cumprod(grows).sum())))


def count_below(y: float, mean: float, shape: float) -> float:
    """Return the chance of y or fewer of a negative binomial."""
    if mean > 400:
        return _above(-_wilson_hilferty(y + 0.5, mean, shape))
    i = np.arange(int(y), 0.0, -1)
    falls = i / (i - 1 + shape) * ((shape + mean) / mean)
    return min(1.0, math.exp(_log_count(int(y), mean, shape)) * (1 + float(np.cumprod(falls).sum())))


def share_above(k: float, n: float, a: float, b: float) -> float:
    """Return the chance of k or more hits in n trials of a beta-binomial. Trials are rounded, hits towards the usual."""
    if n > 5000:
        k, n = k * 5000 / n, 5000
    trials = max(1, round(n))
    hits = min(trials, math.floor(k * trials / n + 0.25))
    if hits <= 0:
        return 1.0
    lg = math.lgamma
    first = (
        lg(trials + 1) - lg(hits + 1) - lg(trials - hits + 1)
        + lg(hits + a) + lg(trials - hits + b) - lg(trials + a + b) + lg(a + b) - lg(a) - lg(b)
    )  # fmt: skip
    i = np.arange(hits, trials + 0.0)
    grows = (trials - i) / (i + 1) * (i + a) / (trials - i - 1 + b)
    return min(1.0, math.exp(first) * (1 + float(np.cumprod(grows).sum())))


def _log_count(y: int, mean: float, shape: float) -> float:
    return (
        math.lgamma(y + shape) - math.lgamma(y + 1) - math.lgamma(shape)
        + shape * math.log(shape / (shape + mean)) + y * math.log(mean / (shape + mean))
    )  # fmt: skip


def _wilson_hilferty(y: float, mean: float, shape: float) -> float:
    """Return the normal deviate of a large count, taken as gamma with the same mean and variance."""
    k = mean**2 / (mean + mean**2 / shape)
    return float(((max(y, 0.0) / mean) ** (1 / 3) - (1 - 1 / (9 * k))) * 3 * math.sqrt(k))


def _above(z: float) -> float:
    return 0.5 * math.erfc(z / math.sqrt(2))


def _normal_above(z: Array) -> Array:
    """Return the upper tail of the standard normal."""
    return np.array([_above(value) for value in z])

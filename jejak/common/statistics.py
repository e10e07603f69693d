"""Honest numbers: estimates with 95 % intervals, differences, and many comparisons at once.

Everything works on `Moments`, the sums that one pass over the answers leaves, so that the log adds up and
nothing here ever sees a row. People who answered several times do not count as several people: their
answers are held together, and what they add beyond one answer is measured, not assumed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

SMALL = 30
"""Fewer answers than this are shown greyed, and not compared with others."""

_Z = NormalDist().inv_cdf(0.975)

# 97.5 % points of Student's t for 1 to 30 degrees of freedom; above, the expansion in _t() is as exact.
_T = (
    *(12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281),
    *(2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860),
    *(2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its 95 % interval and the number of answers it rests on.

    value is None where nobody answered; low and high are None where no interval can be told (a count
    of everything that happened, or one person only).
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int

    @property
    def is_small(self) -> bool:
        """Whether so few answers stand behind it that it is shown greyed."""
        return self.n < SMALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What is left of n answers of some people when each answer is turned into points x.

    total and squares: the sums of x and x². The other three are sums over people of what each of them
    has: (own total)², (own number of answers)², own total times own number. Groups that share no answer
    can be added.
    """

    n: int
    people: int
    total: float
    squares: float
    own_totals_squared: float
    own_counts_squared: float
    own_products: float

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(
            n=self.n + other.n,
            people=self.people + other.people,
            total=self.total + other.total,
            squares=self.squares + other.squares,
            own_totals_squared=self.own_totals_squared + other.own_totals_squared,
            own_counts_squared=self.own_counts_squared + other.own_counts_squared,
            own_products=self.own_products + other.own_products,
        )

    @property
    def mean(self) -> float:
        """The mean of x. Raises ZeroDivisionError where there is no answer."""
        return self.total / self.n

    @property
    def variance(self) -> float:
        """The variance of x among answers; 0 where there are fewer than two."""
        if self.n < 2:
            return 0.0
        return max(0.0, self.squares - self.n * self.mean**2) / (self.n - 1)

    @property
    def effective_n(self) -> float:
        """How many answers of different people would be as informative, at most n.

        n divided by the design effect: the variance of the mean with people as clusters (ratio
        estimator) over the variance with every answer on its own. With one answer each it is n.
        Source: Kish 1965, "Survey Sampling", 5.4; Dean & Pagano 2015, "Evaluating Confidence Interval
        Methods for Binomial Proportions in Clustered Surveys", J. Survey Statistics and Methodology 3(4).
        """
        if self.people >= self.n:
            return float(self.n)
        if self.people < 2 or self.variance <= 0:
            return float(self.people)
        mean = self.mean
        spread = self.own_totals_squared - 2 * mean * self.own_products + mean**2 * self.own_counts_squared
        clustered = self.people / (self.people - 1) * spread / self.n**2
        return min(float(self.n), self.variance / clustered) if clustered > 0 else float(self.n)


def from_answers(points: Sequence[float], people: Sequence[int] | None = None) -> Moments:
    """Return the moments of answers that are at hand.

    points: (answers,) x of each. people: (answers,) who gave it; everybody once where left out.
    """
    own: dict[int, tuple[float, int]] = {}
    for person, x in zip(people if people is not None else range(len(points)), points, strict=True):
        total, count = own.get(person, (0.0, 0))
        own[person] = (total + x, count + 1)
    return Moments(
        n=len(points),
        people=len(own),
        total=math.fsum(points),
        squares=math.fsum(x * x for x in points),
        own_totals_squared=math.fsum(total**2 for total, _ in own.values()),
        own_counts_squared=math.fsum(count**2 for _, count in own.values()),
        own_products=math.fsum(total * count for total, count in own.values()),
    )


def counted(part: int, of: int) -> Moments:
    """Return the moments of "so many of so many people", for share_percent()."""
    return Moments(
        n=of,
        people=of,
        total=part,
        squares=part,
        own_totals_squared=part,
        own_counts_squared=of,
        own_products=part,
    )


def share_percent(moments: Moments) -> Estimate:
    """Return the percentage of answers with x = 1 among answers with x 0 or 1, Wilson's interval.

    Source: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22;
    with the effective n for people who answered several times (Dean & Pagano 2015).
    """
    if not moments.n:
        return Estimate(value=None, n=0)
    value, n = moments.mean, moments.effective_n
    middle = (value + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(value * (1 - value) / n + _Z**2 / (4 * n**2))
    return _bounded(100 * value, 100 * (middle - half), 100 * (middle + half), moments.n, 0.0, 100.0)


def net_promoter_score(moments: Moments) -> Estimate:
    """Return the share of promoters (x = 1) minus that of detractors (x = -1), -100 to 100.

    The interval adds 3/4 promoter, 3/4 detractor and 3 answers in all before taking the multinomial
    variance. Source: Rocks 2016, "Interval Estimation for the 'Net Promoter Score'", The American
    Statistician 70(4): adjusted Wald, the best of six at small and at large n.
    """
    if not moments.n:
        return Estimate(value=None, n=0)
    n = moments.effective_n
    promoters = (moments.squares + moments.total) / 2 / moments.n * n
    detractors = (moments.squares - moments.total) / 2 / moments.n * n
    up, down = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = _Z * math.sqrt(max(0.0, up + down - (up - down) ** 2) / (n + 3))
    value = 100 * moments.mean
    return _bounded(value, 100 * (up - down - half), 100 * (up - down + half), moments.n, -100.0, 100.0)


def mean_score(moments: Moments, *, lowest: float, highest: float) -> Estimate:
    """Return the mean of scores on a scale from lowest to highest, Student's interval kept on the scale.

    The degrees of freedom are people - 1. Where all said the same, the interval is exact instead of
    empty: the share of others that could still have been missed, placed at the far end of the scale.
    Source: Student 1908; for equal answers Clopper & Pearson 1934, Biometrika 26.
    """
    if not moments.n:
        return Estimate(value=None, n=0)
    value, n = moments.mean, moments.effective_n
    if moments.variance <= 1e-12:
        missed = 1 - 0.025 ** (1 / n)
        low, high = value - missed * (value - lowest), value + missed * (highest - value)
        return _bounded(value, low, high, moments.n, lowest, highest)
    if moments.people < 2:
        return Estimate(value=value, n=moments.n)
    half = _t(moments.people - 1) * math.sqrt(moments.variance / n)
    return _bounded(value, value - half, value + half, moments.n, lowest, highest)


def mean(moments: Moments) -> Estimate:
    """Return the mean of numbers that have no ends, Student's interval with people - 1 degrees of freedom.

    Where all are the same, or one person's, no interval can be told. Source: Student 1908, with effective n.
    """
    if not moments.n:
        return Estimate(value=None, n=0)
    value = moments.mean
    if moments.people < 2 or moments.variance <= 1e-12 * max(1.0, value**2):
        return Estimate(value=value, n=moments.n)
    half = _t(moments.people - 1) * math.sqrt(moments.variance / moments.effective_n)
    return Estimate(value=value, low=value - half, high=value + half, n=moments.n)


def rate_per_person(*, people: int, total: float, squares: float) -> Estimate:
    """Return how much falls on one person on average, e.g. touchpoints per person; n is people.

    total and squares: the sums over people of what each has and of its square, nothing below 0. The
    interval is Student's on the logarithm, so that it never falls below 0 and takes heavy users as
    they are (a Poisson interval would not). Where nobody has anything its top is Poisson's.
    Source: delta method, Casella & Berger 2002, "Statistical Inference", 5.5.4; Garwood 1936 for zero.
    """
    if not people:
        return Estimate(value=None, n=0)
    value = total / people
    if total <= 0:
        return Estimate(value=0.0, low=0.0, high=-math.log(0.025) / people, n=people)
    if people < 2:
        return Estimate(value=value, n=people)
    variance = max(0.0, squares - people * value**2) / (people - 1)
    factor = math.exp(_t(people - 1) * math.sqrt(variance / people) / value)
    return Estimate(value=value, low=value / factor, high=value * factor, n=people)


def difference(now: Estimate, before: Estimate) -> Estimate:
    """Return now minus before with the interval that both intervals give together; n is the smaller one.

    Taken as independent, which is careful where the same people answered both times. Source: Newcombe
    1998, "Interval Estimation for the Difference Between Independent Proportions", Statistics in Medicine
    17, method 10; Zou & Donner 2008 ibid. 27 for estimates of any kind.
    """
    n = min(now.n, before.n)
    if now.value is None or before.value is None:
        return Estimate(value=None, n=n)
    value = now.value - before.value
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return Estimate(value=value, n=n)
    down = math.hypot(now.value - now.low, before.high - before.value)
    up = math.hypot(now.high - now.value, before.value - before.low)
    return Estimate(value=value, low=value - down, high=value + up, n=n)


def chance_of_equal(one: Moments, other: Moments) -> float:
    """Return the two-sided p-value of "the means of both are the same", 0 to 1.

    A score test: the variance is that of all answers together, or the group's own where that is larger,
    so that a small group in which all said the same proves nothing. Meant for n of 30 and more.
    Source: Mee 1984, Biometrics 40 (score test), with effective n. Raises ValueError where one is empty.
    """
    if not one.n or not other.n:
        raise ValueError("Both groups need an answer.")
    pooled = (one + other).variance
    variance = max(pooled, one.variance) / one.effective_n + max(pooled, other.variance) / other.effective_n
    if variance <= 0:
        return 1.0
    return 2 * NormalDist().cdf(-abs(one.mean - other.mean) / math.sqrt(variance))


def adjusted_for_many(chances: Sequence[float]) -> list[float]:
    """Return p-values adjusted for being looked at together, in the same order, each at least its own.

    Calling those below 0.05 different keeps the share of false ones among them below 5 %. Source:
    Benjamini & Hochberg 1995, "Controlling the False Discovery Rate", JRSS B 57(1).
    """
    adjusted = [1.0] * len(chances)
    smallest = 1.0
    by_size = sorted(range(len(chances)), key=lambda i: chances[i], reverse=True)
    for rank, i in zip(range(len(chances), 0, -1), by_size, strict=True):
        smallest = min(smallest, chances[i] * len(chances) / rank)
        adjusted[i] = smallest
    return adjusted


def _bounded(value: float, low: float, high: float, n: int, lowest: float, highest: float) -> Estimate:
    # At n = 1 a shrunken interval can miss its own value; it never may.
    return Estimate(value=value, low=max(lowest, min(low, value)), high=min(highest, max(high, value)), n=n)


def _t(degrees: int) -> float:
    """Return the 97.5 % point of Student's t. Source: Abramowitz & Stegun 26.7.5 above 30 degrees."""
    if degrees <= len(_T):
        return _T[degrees - 1]
    z = _Z
    return (
        z
        + (z**3 + z) / (4 * degrees)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * degrees**3)
    )

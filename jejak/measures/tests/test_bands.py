"""Series with a week, a season and chance, and what is planted in them."""

import math
from datetime import date, timedelta

import numpy as np
import pytest

from jejak.measures import calendar
from jejak.measures.bands import Lines, count_above, count_below, of_counts, of_shares, share_above

DAYS = 400
FIRST = date(2025, 10, 27)
DATES = [FIRST + timedelta(days=n) for n in range(DAYS)]
WEEKDAYS = np.array([day.weekday() for day in DATES])
KINDS = np.array([calendar.kind_of(day) for day in DATES])


def counts(dice, lines=60, level=40.0, noise=0.15):
    """Counts that grow, differ by weekday and by more than chance, and jump at month ends and sales."""
    week = np.array([1.0, 0.95, 0.9, 1.0, 1.1, 1.3, 1.25])[WEEKDAYS]
    season = np.array([1.0, 1.3, 3.0, 1.5, 1.2, 1.6, 0.5])[KINDS]
    mean = level * week * season * np.linspace(1, 1.3, DAYS)
    return dice.poisson(mean * dice.gamma(1 / noise**2, noise**2, (lines, DAYS))).astype(float)


def shares(dice, lines=200, n=6.0, share=0.1):
    trials = dice.poisson(n, (lines, DAYS)).astype(float)
    return dice.binomial(trials.astype(int), share).astype(float), trials


def told_counts(hits, **more):
    return of_counts(Lines(hits=hits, weekdays=WEEKDAYS, kinds=KINDS, **more))


def told_shares(hits, trials):
    return of_shares(Lines(hits=hits, trials=trials, weekdays=WEEKDAYS, kinds=KINDS))


def test_a_series_that_only_has_its_seasons_is_hardly_ever_out():
    told = told_counts(counts(np.random.default_rng(1)))

    watched = told.chance[:, 120:]
    assert (watched < 1e-4).mean() < 1e-3
    assert (watched < 1e-5).mean() < 3e-4


def test_small_numbers_do_not_alarm():
    hits, trials = shares(np.random.default_rng(2), n=3.0, share=0.05)

    chance = told_shares(hits, trials).chance[:, 60:]

    assert (chance < 1e-3).mean() < 1e-3
    assert (chance < 1e-5).sum() == 0


@pytest.mark.parametrize("day", [200, 333])
def test_a_share_that_jumps_is_out_within_four_days(day):
    dice = np.random.default_rng(3)
    hits, trials = shares(dice, lines=20)
    hits[7, day : day + 4] = dice.binomial(trials[7, day : day + 4].astype(int), 0.8)

    told = told_shares(hits, trials)

    assert told.chance[7, day : day + 4].min() < 1e-3
    assert told.side[7, day + 3] == 1


def test_a_series_that_stops_is_out_on_the_day():
    hits = counts(np.random.default_rng(4))
    hits[3, 250:253] = 0

    told = told_counts(hits)

    assert told.chance[3, 250] < 1e-5
    assert told.side[3, 250] == -1
    assert told.low[3, 250] > 0
    assert told.chance[4, 250] > 1e-3


def test_a_day_that_is_not_over_never_has_too_few():
    hits = counts(np.random.default_rng(4))
    hits[:, -1] = 0

    assert (told_counts(hits, cut=True).side[:, -1] >= 0).all()
    assert (told_counts(hits).side[:, -1] == -1).all()


def test_what_is_usual_is_told_from_the_days_before_alone():
    hits, trials = shares(np.random.default_rng(5), lines=10)
    changed = hits.copy()
    changed[:, 300:] = trials[:, 300:]

    before, after = told_shares(hits, trials), told_shares(changed, trials)

    assert np.array_equal(before.expected[:, :301], after.expected[:, :301], equal_nan=True)
    assert np.array_equal(before.chance[:, :300], after.chance[:, :300])


def test_an_incident_leaves_the_band_where_it_was():
    dice = np.random.default_rng(6)
    hits, trials = shares(dice, lines=10)
    hits[2, 200:210] = dice.binomial(trials[2, 200:210].astype(int), 0.8)

    told = told_shares(hits, trials)

    assert told.expected[2, 215] == pytest.approx(told.expected[2, 199], abs=0.04)


def test_what_stays_for_weeks_becomes_the_usual():
    dice = np.random.default_rng(7)
    hits, trials = shares(dice, lines=10, n=20.0)
    hits[1, 200:] = dice.binomial(trials[1, 200:].astype(int), 0.4)

    told = told_shares(hits, trials)

    assert told.chance[1, 200:206].min() < 1e-4
    assert told.expected[1, 260] == pytest.approx(0.4, abs=0.08)
    assert told.chance[1, 260:].min() > 1e-5


def test_what_comes_in_bursts_again_and_again_is_no_news():
    hits = counts(np.random.default_rng(8), lines=20)
    hits[0, 60::21] *= 5

    told = told_counts(hits)

    assert told.chance[0, 81] < 1e-2
    assert told.chance[0, 200:].min() > 1e-4


def test_the_tails_are_exact():
    # Poisson(3), with a rate that is all but known; binomial(10, 0.2), with a share that is.
    above = 1 - sum(math.exp(-3) * 3**k / math.factorial(k) for k in range(8))
    assert count_above(8, 3.0, 1e7) == pytest.approx(above, rel=1e-4)
    assert count_below(0, 3.0, 1e7) == pytest.approx(math.exp(-3), rel=1e-4)
    exact = sum(math.comb(10, k) * 0.2**k * 0.8 ** (10 - k) for k in range(6, 11))
    assert share_above(6, 10, 0.2e8, 0.8e8) == pytest.approx(exact, rel=1e-4)
    # A large count is told by Wilson and Hilferty's root: two ways to the same number.
    assert count_above(520, 399.0, 50) == pytest.approx(count_above(520, 401.0, 50), rel=0.12)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 11, 11), calendar.SALE),
        (date(2026, 11, 12), calendar.NEAR_SALE),
        (date(2026, 11, 27), calendar.MONTH_END),
        (date(2026, 11, 20), calendar.PLAIN),
        (date(2026, 2, 25), calendar.RAMADAN),
        (date(2026, 3, 15), calendar.END_OF_RAMADAN),
        (date(2026, 3, 22), calendar.LEBARAN),
    ],
)
def test_days_are_told_apart_as_trade_knows_them(day, kind):
    assert calendar.kind_of(day) == kind

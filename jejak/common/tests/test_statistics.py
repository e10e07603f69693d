"""Published values, and what the intervals promise on planted truth."""

import random

import pytest

from jejak.common.statistics import (
    Estimate,
    adjusted_for_many,
    chance_of_equal,
    counted,
    difference,
    from_answers,
    mean_score,
    net_promoter_score,
    rate_per_person,
    share_percent,
)


def nps(*, promoters, passives, detractors):
    return net_promoter_score(from_answers([1] * promoters + [0] * passives + [-1] * detractors))


def bounds(estimate, digits):
    return (round(estimate.low, digits), round(estimate.high, digits))


@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0.0, 16.11), (1, 29, 0.61, 17.18)],
)
def test_shares_have_the_intervals_that_newcombe_printed_for_wilson(part, of, low, high):
    """Newcombe 1998, Statistics in Medicine 17:857, table I, method 3."""
    assert bounds(share_percent(counted(part, of)), 2) == (low, high)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 5.24, 33.39),
        ((9, 10), (3, 10), 17.05, 80.90),
        ((10, 10), (0, 10), 60.75, 100.0),
        ((5, 56), (0, 29), -3.81, 19.26),
    ],
)
def test_differences_of_shares_have_the_intervals_that_newcombe_printed(one, other, low, high):
    """Newcombe 1998, Statistics in Medicine 17:873, table II, method 10."""
    told = difference(share_percent(counted(*one)), share_percent(counted(*other)))

    assert bounds(told, 2) == (low, high)


def test_nps_is_promoters_minus_detractors():
    told = nps(promoters=50, passives=30, detractors=20)

    assert (told.value, told.n) == (30.0, 100)
    # By hand: (50.75 - 20.75) / 103 = 29.13; variance (0.6942 - 0.2913²) / 103 = 0.0769².
    assert bounds(told, 2) == (14.05, 44.2)


def test_nps_of_a_few_who_agree_is_not_certain():
    told = nps(promoters=5, passives=0, detractors=0)

    assert (told.value, told.high) == (100.0, 100.0)
    assert told.low < 30


def test_nps_of_one_answer_lies_in_its_own_interval():
    told = nps(promoters=1, passives=0, detractors=0)

    assert told.low < told.value <= told.high


def test_a_mean_has_students_interval():
    """Ten numbers of mean 5 and variance 10/9·…: t(9) = 2.2622, by hand."""
    told = mean_score(from_answers([3, 4, 4, 5, 5, 5, 5, 6, 6, 7]), lowest=1, highest=7)

    assert told.value == 5.0
    assert bounds(told, 3) == (4.174, 5.826)


def test_a_mean_of_equal_answers_is_not_certain():
    told = mean_score(from_answers([5, 5, 5]), lowest=1, highest=5)

    # The share of others could be up to 1 - 0.025^(1/3) = 0.708, all at 1.
    assert bounds(told, 2) == (2.17, 5.0)


def test_a_mean_keeps_to_its_scale():
    told = mean_score(from_answers([1, 5]), lowest=1, highest=5)

    assert bounds(told, 1) == (1.0, 5.0)


def test_a_rate_per_person_never_falls_below_zero():
    told = rate_per_person(people=4, total=5, squares=17)

    assert told.value == 1.25
    assert 0 < told.low < 1.25 < told.high


def test_a_rate_of_nobody_having_anything_has_poissons_top():
    assert rate_per_person(people=100, total=0, squares=0).high == pytest.approx(0.0369, abs=1e-4)


@pytest.mark.parametrize(
    "tell",
    [
        share_percent,
        net_promoter_score,
        lambda moments: mean_score(moments, lowest=1, highest=5),
        lambda moments: rate_per_person(people=moments.people, total=0, squares=0),
    ],
)
def test_no_answer_is_no_value(tell):
    assert tell(from_answers([])) == Estimate(value=None, n=0)


def test_fewer_than_thirty_answers_are_small():
    assert [share_percent(counted(5, n)).is_small for n in (29, 30)] == [True, False]


def test_answers_of_one_person_are_one_opinion():
    often = from_answers([1, 1, 1, 1, 0, 0, 0, 0], people=[1, 1, 1, 1, 2, 2, 2, 2])
    once = from_answers([1, 0])

    assert often.effective_n == pytest.approx(1, abs=0.2)
    assert bounds(share_percent(often), 0)[0] <= bounds(share_percent(once), 0)[0]


def test_people_who_answered_once_are_all_counted():
    assert from_answers([1, 0, 1, 1]).effective_n == 4


def test_moments_of_groups_add_up():
    together = from_answers([1, 5, 3, 3, 4], people=[1, 1, 2, 3, 3])

    assert from_answers([1, 5], people=[1, 1]) + from_answers([3, 3, 4], people=[2, 3, 3]) == together


def test_the_example_of_benjamini_and_hochberg_finds_four():
    """Their paper, 1995, section 4.1: Bonferroni finds three, theirs finds four."""
    chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719]
    chances += [0.6528, 0.7590, 1.0000]
    adjusted = adjusted_for_many(chances)

    assert [q < 0.05 for q in adjusted] == [True] * 4 + [False] * 11
    assert adjusted == sorted(adjusted)
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)


def test_adjusting_keeps_the_order_it_was_given():
    assert adjusted_for_many([0.9, 0.01]) == [0.9, 0.02]
    assert adjusted_for_many([]) == []


def test_a_small_group_that_agrees_proves_nothing():
    assert chance_of_equal(counted(30, 30), counted(900, 1000)) > 0.05


def test_a_clear_difference_is_found():
    assert chance_of_equal(counted(60, 100), counted(800, 1000)) < 0.001


def test_nobody_cannot_be_compared():
    with pytest.raises(ValueError, match="Both groups"):
        chance_of_equal(counted(0, 0), counted(5, 10))


# Planted truth: what is drawn from a known number must lie in about 95 of 100 intervals.


def covered(truth, draw, tell, rounds=800):
    inside = 0
    for _ in range(rounds):
        told = tell(draw())
        inside += told.low - 1e-9 <= truth <= told.high + 1e-9
    return inside / rounds


@pytest.mark.parametrize(("chance", "n"), [(0.5, 30), (0.1, 30), (0.03, 100), (0.8, 300)])
def test_intervals_of_shares_hold_what_they_promise(chance, n):
    dice = random.Random(20261122)

    def draw():
        return counted(sum(dice.random() < chance for _ in range(n)), n)

    assert 0.93 <= covered(100 * chance, draw, share_percent) <= 0.98


@pytest.mark.parametrize(
    ("promoters", "detractors", "n"),
    [(0.5, 0.2, 30), (0.8, 0.05, 30), (0.3, 0.5, 100), (0.1, 0.1, 300), (0.7, 0.1, 10)],
)
def test_intervals_of_nps_hold_what_they_promise(promoters, detractors, n):
    dice = random.Random(20261122)

    def draw():
        rolls = [dice.random() for _ in range(n)]
        return from_answers([1 if r < promoters else -1 if r > 1 - detractors else 0 for r in rolls])

    assert 0.93 <= covered(100 * (promoters - detractors), draw, net_promoter_score) <= 0.99


def test_intervals_of_means_hold_what_they_promise():
    dice = random.Random(20261122)
    weights = (0.1, 0.1, 0.2, 0.3, 0.3)
    truth = sum(score * weight for score, weight in enumerate(weights, 1))

    def draw():
        return from_answers(dice.choices((1, 2, 3, 4, 5), weights, k=40))

    assert 0.93 <= covered(truth, draw, lambda m: mean_score(m, lowest=1, highest=5)) <= 0.98


def test_intervals_of_rates_hold_with_heavy_users():
    dice = random.Random(20261122)

    def draw():
        each = [dice.choice((1, 1, 1, 2, 2, 3, 12)) for _ in range(60)]
        return sum(each), sum(x * x for x in each)

    def tell(drawn):
        return rate_per_person(people=60, total=drawn[0], squares=drawn[1])

    assert 0.92 <= covered(22 / 7, draw, tell) <= 0.98


def test_intervals_hold_although_people_answer_many_times():
    """Each person has a leaning and answers 1 to 8 times; taking answers as people would cover about 75 %."""
    dice = random.Random(20261122)

    def draw():
        points, people = [], []
        for person in range(40):
            leaning = dice.choice((0.2, 0.8))
            for _ in range(dice.randint(1, 8)):
                points.append(int(dice.random() < leaning))
                people.append(person)
        return from_answers(points, people)

    assert 0.92 <= covered(50, draw, share_percent, rounds=500) <= 0.98


def test_intervals_of_differences_hold_what_they_promise():
    dice = random.Random(20261122)

    def draw():
        one, other = (sum(dice.random() < chance for _ in range(60)) for chance in (0.7, 0.55))
        return share_percent(counted(one, 60)), share_percent(counted(other, 60))

    assert 0.93 <= covered(15, draw, lambda pair: difference(*pair)) <= 0.98


def test_of_equal_groups_hardly_any_is_called_different():
    """Ten equal groups, many times: with the correction at most one run in twenty finds anything."""
    dice = random.Random(20261122)
    found = 0
    for _ in range(120):
        groups = [counted(sum(dice.random() < 0.3 for _ in range(50)), 50) for _ in range(10)]
        chances = []
        for i, group in enumerate(groups):
            rest = groups[:i] + groups[i + 1 :]
            total = rest[0]
            for other in rest[1:]:
                total += other
            chances.append(chance_of_equal(group, total))
        found += any(q < 0.05 for q in adjusted_for_many(chances))

    assert found / 120 <= 0.08

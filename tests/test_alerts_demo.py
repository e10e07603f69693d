"""The two incidents that are planted in the demo are found, and hardly anything else. The wide run is a bench."""

import pytest

from jejak.project.bench import alerts


@pytest.fixture(scope="module")
def graded():
    return alerts.grade(seed=9, people=5000)


def test_the_broken_checkout_is_found_with_its_day(graded):
    began, found = graded.broken
    assert abs(began) <= 1
    assert found <= 2


def test_the_strike_is_found_when_its_first_parcels_come_late(graded):
    began, found = graded.strike
    # Parcels take four days and more, so nobody can know it sooner.
    assert 3 <= began <= found <= 9


def test_at_most_one_alert_a_month_is_about_nothing_planted(graded):
    assert (graded.false + graded.of_seasons) / graded.months <= 1, graded.others

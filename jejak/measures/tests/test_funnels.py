"""Funnels of planted people."""

from datetime import timedelta

import pytest

from jejak.measures import Filters, Window, funnel, people_reaching
from jejak.measures.tests.makers import DAY, NOON, store

MINUTE = timedelta(minutes=1)
STEPS = ["Product Viewed", "Checkout Started", "Order Completed"]
FILTERS = Filters(window=Window.last(28, now=NOON, zone="Asia/Jakarta"))


def walk(person, *names, start=NOON - 20 * DAY, apart=MINUTE):
    return [{"trail_id": person, "name": n, "happened_at": start + i * apart} for i, n in enumerate(names)]


def people(told):
    return [step.people for step in told.steps]


def test_people_are_counted_as_far_as_they_come_in_order(eventlog):
    store(*walk(1, *STEPS), *walk(2, *STEPS[:2]), *walk(3, STEPS[0], STEPS[2]), *walk(4, *reversed(STEPS)))

    told = funnel(STEPS, FILTERS, within=7 * DAY, now=NOON)

    assert people(told) == [4, 2, 1]
    assert [step.of_first.value for step in told.steps] == [100.0, 50.0, 25.0]
    assert [step.of_previous.value for step in told.steps] == [100.0, 50.0, 50.0]
    assert [step.of_previous.n for step in told.steps] == [4, 4, 2]


def test_other_touchpoints_between_do_no_harm_and_nobody_counts_twice(eventlog):
    store(*walk(1, STEPS[0], "Page Viewed", STEPS[0], STEPS[1], "Page Viewed", STEPS[2], *STEPS))

    assert people(funnel(STEPS, FILTERS, within=7 * DAY, now=NOON)) == [1, 1, 1]


def test_who_takes_longer_than_allowed_does_not_arrive(eventlog):
    store(
        *walk(1, *STEPS[:2], apart=3 * DAY), *walk(2, *STEPS[:2], apart=3 * DAY + timedelta(milliseconds=1))
    )

    assert people(funnel(STEPS[:2], FILTERS, within=3 * DAY, now=NOON)) == [2, 1]


def test_those_who_still_have_time_are_told(eventlog):
    store(*walk(1, STEPS[0], start=NOON - DAY), *walk(2, STEPS[0]), *walk(3, *STEPS, start=NOON - DAY))

    assert funnel(STEPS, FILTERS, within=7 * DAY, now=NOON).still_open == 1


def test_nobody_is_a_funnel_too(eventlog):
    told = funnel(STEPS, FILTERS, within=7 * DAY, now=NOON)

    assert people(told) == [0, 0, 0]
    assert told.steps[1].of_first.value is None


def test_the_people_of_a_step_are_as_many_as_it_says(eventlog):
    store(*walk(1, *STEPS), *walk(2, *STEPS[:2], start=NOON - DAY), *walk(3, STEPS[0]))

    for step, people in enumerate([[2, 1, 3], [2, 1], [1]]):
        told = people_reaching(step, STEPS, FILTERS, within=7 * DAY)
        assert (told.total, [behind.person_id for behind in told.page]) == (len(people), people)
    with pytest.raises(ValueError, match="no step"):
        people_reaching(3, STEPS, FILTERS, within=7 * DAY)


@pytest.mark.parametrize("names", [STEPS[:1], [STEPS[0], STEPS[0]], [str(i) for i in range(7)]])
def test_a_funnel_has_two_to_six_different_steps(names):
    with pytest.raises(ValueError, match="2 to 6"):
        funnel(names, FILTERS, within=7 * DAY, now=NOON)

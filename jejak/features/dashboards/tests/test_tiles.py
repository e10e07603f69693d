"""What tiles show, held against what measures tell."""

import pytest

from jejak import measures
from jejak.features.dashboards import tiles
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.tests.makers import NOON, make_dashboard
from jejak.measures import Filters, Window
from jejak.questions.tests.makers import ZONE, busy

pytestmark = pytest.mark.django_db(databases=["default", "inlet"])
FOUR_WEEKS = Narrowed(days=28)


def drawn(*what, wide=FOUR_WEEKS, viewer=None):
    board = make_dashboard(*what)
    return tiles.draw_all(list(board.tiles.all()), now=NOON, viewer=viewer, wide=wide)


def test_a_number_stands_with_what_it_is_compared_with(eventlog):
    busy(1)
    (told,) = drawn(("measure", {"measure": "touchpoints"}))

    filters = Filters(window=Window.last(28, now=NOON, zone=ZONE))
    before = filters.within(filters.window.before(now=NOON))
    change = measures.change(measures.TOUCHPOINTS, filters, before, now=NOON)
    assert (told.kind, told.title) == ("number", "Touchpoints")
    assert (told.number.value, told.number.before) == (
        change.now.estimate.value,
        change.before.estimate.value,
    )


def test_a_tile_keeps_its_own_filters_and_takes_the_dashboards_for_the_rest(eventlog):
    busy(2)
    web, all_of_app = drawn(
        ("measure", {"measure": "touchpoints", "channel": "web", "compare": "none"}),
        ("measure", {"measure": "touchpoints", "compare": "none"}),
        wide=Narrowed(days=90, channel="app"),
    )

    window = Window.last(90, now=NOON, zone=ZONE)
    told = [
        measures.tell_one(measures.TOUCHPOINTS, Filters(window=window, channel=word), now=NOON).estimate.value
        for word in ("web", "app")
    ]
    assert [web.number.value, all_of_app.number.value] == told


def test_a_number_that_there_is_not_says_what_to_do(eventlog):
    (told,) = drawn(("measure", {"measure": "nothing-such"}))
    assert told.trouble == "There is no such number on this install. Choose another one."

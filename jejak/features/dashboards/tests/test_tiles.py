"""What tiles show, held against what measures tell."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache

from jejak import eventlog as log
from jejak import measures
from jejak.audiences.tests.makers import store
from jejak.features.dashboards import placing, tiles
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.models import Tile
from jejak.features.dashboards.tests.makers import NOON, make_dashboard, make_question
from jejak.features.dashboards.texts import written
from jejak.measures import Filters, Window
from jejak.questions.tests.makers import ZONE, busy
from jejak.staff.roles import LEAD
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db(databases=["default", "inlet"])


@pytest.fixture(autouse=True)
def _anew():
    """What was asked by another test is forgotten."""
    cache.clear()


FOUR_WEEKS = Narrowed(days=28)


def drawn(*what, wide=FOUR_WEEKS, viewer=None, with_words=False):
    board = make_dashboard(*what)
    held = list(board.tiles.all())
    return tiles.draw_all(held, now=NOON, viewer=viewer, wide=wide, with_words=with_words)


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


def test_measures_of_equal_rows_are_one_question_however_they_are_split(eventlog, monkeypatch):
    busy(3)
    asked = []
    ask = log.ask
    monkeypatch.setattr(log, "ask", lambda sql, **values: asked.append(sql) or ask(sql, **values))
    shapes = ("number", "line", "channel", "name")
    told = drawn(
        *[
            ("measure", {"measure": key, "as": shape})
            for key in ("touchpoints", "people")
            for shape in shapes
        ],
        *[("measure", {"measure": f"csat-1-5.{key}", "as": "channel"}) for key in ("satisfied", "unhappy")],
    )
    assert len(told) == 10
    assert len(asked) == 3  # Counts now and before, and one scale.


def test_a_kept_question_is_narrowed_as_the_dashboard_is(eventlog):
    rows = busy(6)
    board = make_dashboard()
    tile = Tile.objects.create(dashboard=board, kind="question", question=make_question())
    told = tiles.draw(tile, now=NOON, viewer=None, wide=Narrowed(days=28, channel="web"))
    since = NOON.astimezone(ZoneInfo(ZONE)).replace(hour=0, minute=0) - timedelta(days=27)
    expected = len(rows[(rows.channel == "web") & (rows["at"] >= since)])
    (line,) = told.pictures[0].chart.series
    assert sum(point.value for point in line.points) == expected


def test_a_deleted_question_and_a_deleted_audience_say_what_to_do(eventlog):
    question, audience = drawn(("question", {}), ("measure", {"measure": "people", "audience": "gone"}))
    assert question.trouble == "Its question was deleted. Choose another one."
    assert audience.trouble == "Its audience was deleted or put away. Choose another one."


def test_one_tile_that_cannot_be_told_spoils_no_other(eventlog, monkeypatch):
    busy(7)
    ask = log.ask

    def away(sql, **values):
        if "LIMIT 60" in sql:
            raise log.Away("gone")
        return ask(sql, **values)

    monkeypatch.setattr(log, "ask", away)
    quotes, number = drawn(("quotes", {}), ("measure", {"measure": "people"}), with_words=True)
    assert quotes.trouble == "The log does not answer at the moment."
    assert number.number.value > 0


@pytest.mark.parametrize(
    "text", ["<script>x</script>", "**<img src=x onerror=y>**", "[x](javascript:alert(1))"]
)
def test_a_text_is_never_taken_for_html(text):
    html = written(text)
    assert "<script" not in html
    assert "<img" not in html
    assert "href" not in html


def test_a_text_has_headings_lists_bold_words_and_links():
    assert written("# Hello\nWorld\n\n- one\n- **two**\n\nhttps://jejak.example/a") == (
        "<h3>Hello</h3><p>World</p><ul><li>one</li><li><strong>two</strong></li></ul>"
        '<p><a href="https://jejak.example/a" rel="nofollow">https://jejak.example/a</a></p>'
    )


def visit(trail_id, *, place, score=None):
    said = {"trail_id": trail_id, "name": "Visit Rated", "kind": "track", "place": place}
    scored = {} if score is None else {"score": score, "scale": "csat-1-5"}
    return said | scored | {"happened_at": NOON - timedelta(days=1)}


def test_a_map_shows_places_that_somebody_said_the_way_to(eventlog):
    rows = [("Tebet", -6.2, 106.8), ("Bangsar", 3.1, 101.7)]
    store(*[visit(i, place=name) for i, name in enumerate(["Tebet", "Tebet", "Bangsar", "Nowhere"], 1)])
    tile = ("map", {"measure": "touchpoints"})
    (told,) = drawn(tile, viewer=make_staff("Siti", LEAD))
    assert told.trouble == "It is not known where its places are. Say it under Dashboards → Places."

    placing.keep({name: (latitude, longitude) for name, latitude, longitude in rows})
    cache.clear()
    (told,) = drawn(tile)
    assert [(spot.label, spot.value) for spot in told.pictures[0].chart.spots] == [
        ("Tebet", 2),
        ("Bangsar", 1),
    ]
    assert told.notes == ("1 place is not on the map.",)


def test_places_are_read_from_lines_and_bad_ones_are_named():
    assert placing.read("Tebet, Jakarta, -6.23, 106.85\n\n Bangsar,3.1,101.7") == {
        "Tebet, Jakarta": (-6.23, 106.85),
        "Bangsar": (3.1, 101.7),
    }
    for text, why in (
        ("Tebet", "write name"),
        ("Tebet, 91, 5", "lies nowhere"),
        ("x, nan, 1", "lies nowhere"),
    ):
        with pytest.raises(placing.BadPlace, match=f"Line 2, .*{why}"):
            placing.read(f"Bangsar, 3.1, 101.7\n{text}")


def test_a_list_ranks_by_what_is_sure_and_not_by_three_lucky_answers(eventlog):
    busy_store = [visit(i, place="Busy", score=5 if i % 10 else 2) for i in range(1, 201)]
    store(*busy_store, *[visit(i, place="Lucky", score=5) for i in range(901, 904)])
    (told,) = drawn(("list", {"measure": "csat-1-5.satisfied", "by": "place", "order": "best"}))
    assert [row.title for row in told.rows] == ["Busy", "Lucky"]


def test_numbers_lead_those_who_may_see_them_to_the_people_behind(eventlog):
    busy(3)
    by_channel = ("measure", {"measure": "people", "as": "channel"})
    over_time = ("measure", {"measure": "people", "as": "line"})

    bars, line = drawn(by_channel, over_time, viewer=make_staff("ayu", LEAD))

    assert {bar.href.split("?")[0] for bar in bars.pictures[0].chart.bars} == {"/app/insights/people/"}
    points = [point for point in line.pictures[0].chart.series[0].points if point.value]
    assert all(f"from={point.at}&to={point.at}" in point.href for point in points)
    (public,) = drawn(by_channel, viewer=None)
    assert {bar.href for bar in public.pictures[0].chart.bars} == {""}


def test_a_number_of_a_place_leads_to_the_people_of_that_place(client, eventlog):
    days = NOON - timedelta(days=2)
    store(
        {"trail_id": 1, "place": "Bandung", "happened_at": days},
        {"trail_id": 2, "place": "Medan", "happened_at": days},
    )
    client.force_login(make_staff("ayu", LEAD))
    (told,) = drawn(("measure", {"measure": "people", "place": "Bandung"}), viewer=make_staff("budi", LEAD))

    page = client.get(told.href)

    assert page.context["total"] == 1
    assert page.context["narrowed"] == ["Bandung"]


def test_the_newest_comments_are_shown_however_old_they_are(eventlog):
    def said(days, comment):
        return {
            "trail_id": days,
            "name": "Survey Answered",
            "scale": "nps",
            "score": 9.0,
            "properties": {"comment": comment},
            "happened_at": NOON - timedelta(days=days, hours=1),
        }

    store(
        said(1, "Sampai hari ini juga"), said(10, "Sepuluh hari yang lalu"), said(25, "Hampir sebulan lalu")
    )
    store(said(40, "Sebelum jendela ini"))

    (told,) = drawn(("quotes", {}), with_words=True)
    (lately,) = drawn(("quotes", {}), wide=Narrowed(days=7), with_words=True)

    assert [quote.text for quote in told.quotes] == [
        "Sampai hari ini juga",
        "Sepuluh hari yang lalu",
        "Hampir sebulan lalu",
    ]
    assert [quote.text for quote in lately.quotes] == ["Sampai hari ini juga"]

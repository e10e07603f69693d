"""The pages of dashboards: made with one click, changed by who made them, and nothing lost between two who change."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jejak.features.dashboards import actions, ready, tiles
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.models import Dashboard, Tile
from jejak.features.dashboards.tests.makers import NOON, make_dashboard, make_question
from jejak.questions.tests.makers import busy
from jejak.staff.roles import ANALYST, LEAD, VIEWER
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db(databases=["default", "inlet"])


@pytest.fixture(autouse=True)
def _log(eventlog):
    """Tiles are asked of it, and what was asked by another test is forgotten."""
    cache.clear()


@pytest.fixture
def lead(client):
    user = make_staff("Siti", LEAD)
    client.force_login(user)
    return user


def board(dashboard, **query):
    return reverse("dashboards:dashboard", args=[dashboard.pk], query=query or None)


def test_a_ready_made_one_is_there_with_one_click(client, lead):
    client.post(reverse("dashboards:new"), {"template": "leadership"})
    made = Dashboard.objects.get()
    assert (made.owner, made.is_shared, made.name) == (lead, False, "Leadership")
    assert made.tiles.count() == len(ready.get("leadership").tiles)
    page = client.get(board(made)).content.decode()
    assert page.count('class="dash-tile"') == made.tiles.count()


def test_every_ready_made_one_can_be_drawn_on_an_empty_log_and_says_why_it_is_empty(lead):
    for one in ready.ALL:
        made = ready.make(one, by=lead, now=NOON)
        told = tiles.draw_all(list(made.tiles.all()), now=NOON, viewer=lead, wide=Narrowed(days=28))
        assert all(tile.trouble or tile.number for tile in told)


def test_the_page_paints_without_asking_for_numbers_and_each_lane_brings_its_tiles(client, lead):
    busy(3)
    made = make_dashboard(
        ("measure", {"measure": "touchpoints"}), ("list", {"measure": "people", "by": "channel"})
    )
    page = client.get(board(made)).content.decode()
    assert page.count("on its way") == 2
    numbers, listed = made.tiles.all()
    lanes = {
        lane: client.get(reverse("dashboards:lane", args=[made.pk, lane])).content.decode()
        for lane in ("numbers", "words")
    }
    assert f'id="tile-{numbers.pk}-body" hx-swap-oob="true"' in lanes["numbers"]
    assert f'id="tile-{listed.pk}-body" hx-swap-oob="true"' in lanes["words"]


def test_without_scripts_all_numbers_are_there_in_one_page(client, lead):
    made = make_dashboard(("measure", {"measure": "touchpoints"}))
    page = client.get(board(made, whole="1")).content.decode()
    assert "on its way" not in page
    assert "jk-stat__value" in page


def test_one_that_is_not_shared_is_nobody_elses(client, lead):
    other = make_staff("Budi", LEAD)
    assert client.get(board(make_dashboard(owner=other, is_shared=False))).status_code == 404
    assert client.get(board(make_dashboard(owner=lead, is_shared=False))).status_code == 200


def test_a_shared_one_is_changed_by_who_made_it_alone(client, lead):
    theirs = make_dashboard(("text", {"text": "x"}), owner=make_staff("Budi", LEAD))
    url = reverse("dashboards:take_off", args=[theirs.pk, theirs.tiles.get().pk])
    client.post(url)
    mine = make_dashboard(("text", {"text": "x"}), owner=lead)
    url = reverse("dashboards:take_off", args=[mine.pk, mine.tiles.get().pk])
    client.post(url)
    assert (theirs.tiles.count(), mine.tiles.count()) == (1, 0)


def arrange(client, made, version, *places):
    return client.post(reverse("dashboards:arrange", args=[made.pk]), {"version": version, "tile": places})


def test_who_arranges_second_is_told_and_may_save_theirs_all_the_same(client, lead):
    made = make_dashboard(*[("text", {"text": word}) for word in "abc"], owner=lead)
    a, b, c = (tile.pk for tile in made.tiles.all())

    assert arrange(client, made, 1, f"{c}:12:2", f"{a}:6:1", f"{b}:6:1").status_code == 204
    second = arrange(client, made, 1, f"{b}:3:1", f"{a}:3:1", f"{c}:6:1")
    assert second.status_code == 409
    assert 'data-version="2"' in second.content.decode()
    assert [tile.pk for tile in made.tiles.all()] == [c, a, b]

    assert arrange(client, made, 2, f"{b}:3:1", f"{a}:3:1", f"{c}:6:1").status_code == 204
    assert [(tile.pk, tile.width) for tile in made.tiles.all()] == [(b, 3), (a, 3), (c, 6)]


def test_a_tile_that_came_or_went_meanwhile_spoils_no_arrangement(lead):
    made = make_dashboard(*[("text", {"text": word}) for word in "abc"], owner=lead)
    a, b, c = made.tiles.all()
    places = [actions.Place(tile_id=tile.pk, width=99, height=0) for tile in (c, b, a)]
    b.delete()
    new = Tile.objects.create(dashboard=made, kind="text", position=9, width=4, height=2)
    actions.arrange(dashboard=made, seen_version=1, places=places, by=lead, now=NOON)
    assert [(tile.pk, tile.width, tile.height) for tile in made.tiles.all()] == [
        (c.pk, 12, 1),
        (a.pk, 12, 1),
        (new.pk, 4, 2),
    ]


def test_what_was_typed_stays_where_somebody_changed_it_meanwhile(client, lead):
    made = make_dashboard(owner=lead)
    Dashboard.objects.filter(pk=made.pk).update(
        version=2, name="Theirs", changed_at=NOON + timedelta(hours=1)
    )
    url = reverse("dashboards:change", args=[made.pk])
    told = client.post(url, {"name": "Mine", "version": "1", "days": "90"})
    assert told.status_code == 409
    assert 'value="Mine"' in told.content.decode()
    assert client.post(url, {"name": "Mine", "version": "2", "days": "90", "channel": ""}).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.filters) == ("Mine", {"days": "90"})


def test_a_tile_is_made_by_its_form_and_shown_before(client, lead):
    busy(4)
    made = make_dashboard(owner=lead)
    said = {"measure": "people", "as": "channel", "days": "90", "width": "6", "height": "2"}
    preview = client.get(
        reverse("dashboards:preview", args=[made.pk]), {**said, "kind": "measure"}
    ).content.decode()
    assert 'data-chart="bar"' in preview
    assert (
        client.post(
            reverse("dashboards:add_tile", args=[made.pk], query={"kind": "measure"}), said
        ).status_code
        == 302
    )
    tile = made.tiles.get()
    assert (tile.what, tile.width, tile.height) == (
        {"measure": "people", "as": "channel", "days": "90"},
        6,
        2,
    )


def test_what_is_missing_is_said_beside_its_field(client, lead):
    made = make_dashboard(owner=lead)
    url = reverse("dashboards:add_tile", args=[made.pk], query={"kind": "list"})
    told = client.post(url, {"of": "people", "width": "4", "height": "2"})
    assert told.status_code == 422
    assert "Choose an audience." in told.content.decode()


def test_a_kept_question_is_put_on_a_new_dashboard(client, lead):
    question = make_question()
    url = reverse("dashboards:put", query={"question": question.pk})
    assert client.get(url).status_code == 200
    client.post(url, {"dashboard": "new", "name": "Orders of mine"})
    tile = Dashboard.objects.get(name="Orders of mine").tiles.get()
    assert (tile.kind, tile.question) == ("question", question)


def test_somebody_elses_private_question_is_not_there(client, lead):
    question = make_question(is_shared=False, owner=make_staff("Budi", ANALYST))
    assert client.get(reverse("dashboards:put", query={"question": question.pk})).status_code == 404


def test_a_copy_is_ones_own(client):
    client.force_login(make_staff("Ayu", ANALYST))
    made = make_dashboard(("measure", {"measure": "people"}), owner=make_staff("Budi", LEAD))
    client.post(reverse("dashboards:copy", args=[made.pk]))
    copied = Dashboard.objects.exclude(pk=made.pk).get()
    assert (copied.owner.username, copied.is_shared, copied.tiles.get().what) == (
        "Ayu",
        False,
        {"measure": "people"},
    )


def test_the_list_asks_the_same_however_many_there_are(client, lead):
    def asked():
        with CaptureQueriesContext(connection) as told:
            client.get(reverse("dashboards:dashboards"))
        return len(told)

    make_dashboard(("text", {}), owner=lead)
    asked()
    one = asked()
    for _ in range(2):
        make_dashboard(("text", {}), ("text", {}), owner=lead)
    assert asked() == one


def test_a_viewer_sees_numbers_but_no_words_of_people_and_no_answers(client):
    busy(5)
    viewer = make_staff("Ayu", VIEWER)
    made = make_dashboard(("quotes", {}), ("measure", {"measure": "people"}))
    Tile.objects.create(dashboard=made, kind="question", question=make_question(), position=2)
    quotes, people, question = tiles.draw_all(
        list(made.tiles.all()), now=NOON, viewer=viewer, wide=Narrowed(days=28)
    )
    assert quotes.trouble == "What people wrote is shown to those alone who may see people."
    assert question.trouble == "Only those who put questions together see their answers."
    assert people.number.value > 0


def test_who_sees_the_same_shares_what_was_drawn_and_nobody_else(client):
    busy(6)
    made = make_dashboard(("quotes", {}), ("list", {"measure": "people", "by": "channel"}))
    url = reverse("dashboards:lane", args=[made.pk, "words"])

    def seen_by(name, role, **own):
        client.force_login(make_staff(name, role, **own))
        return client.get(url).content.decode()

    assert seen_by("Siti", LEAD) == seen_by("Budi", LEAD)
    assert "shown to those alone who may see people" not in seen_by("Dewi", LEAD)
    assert "shown to those alone who may see people" in seen_by("Ayu", VIEWER)

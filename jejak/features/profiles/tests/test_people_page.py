import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jejak.features.profiles import recent
from jejak.people.tests.makers import HOUR, NOON, make_person
from jejak.staff.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    """Somebody who is signed in to the back office."""
    client.force_login(User.objects.create_superuser("dewi"))
    return client


def names(piece):
    return [one.person.title for one in piece.people]


def shown(response):
    return re.findall(r'class="pf-person__name"[^>]*>([^<]+)<', response.content.decode())


def test_the_latest_seen_come_first():
    make_person("Budi", seen_at=NOON)
    make_person("Siti", seen_at=NOON + 2 * HOUR)
    make_person("Ayu", seen_at=NOON + HOUR)
    assert names(recent.recent()) == ["Siti", "Ayu", "Budi"]


def test_the_list_comes_in_pieces_that_hold_everybody_once():
    for number in range(7):
        make_person(
            f"Siti {number}", seen_at=NOON + (number // 3) * HOUR
        )  # Some were seen at the same moment.
    seen, after = [], None
    for _ in range(4):
        piece = recent.recent(after=after, limit=2)
        seen += names(piece)
        after = piece.end
    assert seen == [f"Siti {number}" for number in (6, 5, 4, 3, 2, 1, 0)]
    assert after is None


def test_somebody_merged_stands_once_where_their_latest_trail_does():
    siti = make_person("Siti", seen_at=NOON)
    make_person("Budi", seen_at=NOON + HOUR)
    make_person(seen_at=NOON + 2 * HOUR, root=siti)
    assert names(recent.recent()) == ["Siti", "Budi"]
    first = recent.recent(limit=1)
    second = recent.recent(limit=1, after=first.end)
    third = recent.recent(limit=1, after=second.end)
    assert (names(first), names(second), names(third), third.end) == (["Siti"], ["Budi"], [], None)


def test_known_and_anonymous_people_are_told_apart():
    make_person("Siti", seen_at=NOON + 3 * HOUR)
    make_person(handles={"user_id": "u-1"}, seen_at=NOON + 2 * HOUR)
    visitor = make_person(handles={"anonymous_id": "a-1"}, seen_at=NOON + HOUR)
    known = [one.person.root.pk for one in recent.recent(who=recent.KNOWN).people]
    anonymous = [one.person.root.pk for one in recent.recent(who=recent.ANONYMOUS).people]
    assert (len(known), anonymous) == (2, [visitor.pk])


def test_a_visitor_who_was_found_to_be_somebody_is_known():
    siti = make_person("Siti", handles={"user_id": "u-1"})
    make_person(handles={"anonymous_id": "a-1"}, seen_at=NOON + HOUR, root=siti)
    assert names(recent.recent(who=recent.KNOWN)) == ["Siti"]
    assert names(recent.recent(who=recent.ANONYMOUS)) == []


def test_sample_and_real_people_are_told_apart():
    make_person("Siti")
    make_person("Budi", is_sample=True)
    assert names(recent.recent(made=recent.REAL)) == ["Siti"]
    assert names(recent.recent(made=recent.SAMPLE)) == ["Budi"]


def test_a_filter_that_fits_few_goes_on_behind_what_it_looked_at(monkeypatch):
    monkeypatch.setattr(recent, "_LOOKED_AT", 3)
    make_person("Siti", seen_at=NOON - HOUR)
    for number in range(5):
        make_person(seen_at=NOON + number * HOUR)
    first = recent.recent(who=recent.KNOWN)
    second = recent.recent(who=recent.KNOWN, after=first.end)
    assert (names(first), names(second)) == ([], ["Siti"])
    assert recent.recent(who=recent.KNOWN, after=second.end).end is None


def test_the_page_shows_who_they_are(staff):
    make_person("Siti Rahayu", handles={"email": "siti@toko.id", "phone": "+6281234567890"}, is_sample=True)
    page = staff.get("/app/people/").content.decode()
    assert "Siti Rahayu" in page
    assert "siti@toko.id" in page
    assert "+62 812-3456-7890" in page
    assert "Demo" in page


def test_an_empty_list_says_how_people_come(staff):
    assert "No people yet" in staff.get("/app/people/").content.decode()


def test_the_next_piece_comes_alone(staff, monkeypatch):
    monkeypatch.setattr(recent.recent, "__kwdefaults__", recent.recent.__kwdefaults__ | {"limit": 2})
    for number in range(3):
        make_person(f"Siti {number}", seen_at=NOON + number * HOUR)
    first = staff.get("/app/people/")
    assert shown(first) == ["Siti 2", "Siti 1"]
    following = re.search(r'hx-get="([^"]+after=[^"]+)"', first.content.decode())[1]
    second = staff.get(f"/app/people/{following}", headers={"HX-Request": "true"})
    assert shown(second) == ["Siti 0"]
    assert "<html" not in second.content.decode()
    assert "<html" in staff.get(f"/app/people/{following}").content.decode()


@pytest.mark.parametrize(
    "after", ["", "x", "1_", "_1", "1_x", "99999999999999999999_1", f"1_{10**30}", "-1_-1"]
)
def test_an_odd_place_in_the_list_is_no_error(staff, after):
    make_person("Siti")
    assert staff.get("/app/people/", {"after": after}).status_code == 200


def test_the_search_finds_and_shows_by_what(staff):
    make_person("Siti", handles={"phone": "+6281234567890"})
    make_person("Budi")
    page = staff.get("/app/people/", {"q": "0812 34"})
    assert shown(page) == ["Siti"]
    assert "pf-handle--found" in page.content.decode()
    assert "Nobody fits" in staff.get("/app/people/", {"q": "zzz"}).content.decode()


def test_the_search_keeps_to_the_filters(staff):
    make_person("Siti", is_sample=True)
    make_person("Siti Real")
    assert shown(staff.get("/app/people/", {"q": "siti", "made": "real"})) == ["Siti Real"]


def test_the_sidebars_search_leads_straight_to_whom_a_whole_handle_means(staff):
    siti = make_person("Siti", handles={"email": "siti@toko.id"})
    make_person("Budi")
    assert staff.get("/app/people/search/", {"q": "SITI@toko.id"}).url == f"/app/people/{siti.pk}/"
    assert shown(staff.get("/app/people/search/", {"q": "budi"})) == ["Budi"]


def test_what_people_are_called_is_escaped(staff):
    make_person("<script>alert(1)</script>", handles={"user_id": "<b>"})
    page = staff.get("/app/people/", {"q": "<script>"}).content.decode()
    assert "<script>alert" not in page
    assert "<b>" not in page


def test_visitors_are_sent_to_the_login_page(client):
    assert client.get("/app/people/").url.startswith("/app/login/")


@pytest.mark.parametrize("address", ["/app/people/", "/app/people/?who=known", "/app/people/?q=siti"])
def test_three_people_take_as_many_queries_as_one(staff, address):
    asked = []
    for number in range(3):
        siti = make_person("Siti", handles={"user_id": f"u-{number}", "email": f"siti{number}@toko.id"})
        make_person(root=siti, handles={"anonymous_id": f"a-{number}"})
        with CaptureQueriesContext(connection) as queries:
            assert len(shown(staff.get(address))) == number + 1
        asked.append(len(queries))
    assert asked[1] == asked[2]
    assert asked[2] <= 14

import pytest

from jejak.backoffice import menu
from jejak.staff.models import User


@pytest.fixture(autouse=True)
def small_menu(monkeypatch):
    monkeypatch.setattr(menu, "_items", {})
    menu.place("home", "Home", icon="house-line", url_name="wagtailadmin_home", order=menu.HOME)
    menu.place("settings", "Settings", icon="gear-six", url_name="backoffice:settings", order=menu.SETTINGS)
    menu.entry(
        "settings", "staff", "Staff", url_name="wagtailusers_users:index", permission="staff.change_user"
    )


def shown(request, path):
    request.path = path
    return [
        (place.name, place.active, place.here, [(entry.name, entry.here) for entry in place.entries])
        for place in menu.places(request)
    ]


def test_the_menu_marks_where_one_is(asked):
    assert shown(asked, "/app/") == [("home", True, True, []), ("settings", False, False, [("staff", False)])]
    assert shown(asked, "/app/settings/")[1] == ("settings", True, True, [("staff", False)])


def test_a_page_below_an_entry_belongs_to_it(asked):
    assert shown(asked, "/app/users/edit/7/")[1] == ("settings", True, False, [("staff", True)])


def test_a_place_and_an_entry_may_have_further_addresses(asked):
    menu.place(
        "people", "People", icon="users-three", url_name="backoffice:search", order=200, also=["records/"]
    )
    menu.entry(
        "people",
        "teams",
        "Teams",
        url_name="staff:teams",
        also=["records/team/"],
        permission="staff.view_team",
    )
    assert shown(asked, "/app/records/visit/7/")[1] == ("people", True, False, [("teams", False)])
    assert shown(asked, "/app/records/team/")[1] == ("people", True, False, [("teams", True)])


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/app/people/7/", ""),
        ("/app/records/person/", ""),
        ("/app/records/company/", "companies"),
        ("/app/records/deal/", "deals"),
        ("/app/records/product/7/", "products"),
        ("/app/people/suggestions/", "suggestions"),
    ],
)
def test_pages_about_people_and_their_companies_leave_people_open(monkeypatch, asked, path, entry):
    monkeypatch.undo()
    asked.path = path
    [place] = [place for place in menu.places(asked) if place.active]
    assert place.name == "people"
    assert [one.name for one in place.entries if one.here] == ([entry] if entry else [])


def test_a_page_that_no_place_has_marks_none(asked):
    assert [place[1] for place in shown(asked, "/app/elsewhere/")] == [False, False]


def test_an_address_that_does_not_exist_is_not_shown(asked):
    menu.place("inbox", "Inbox", icon="tray", url_name="inbox:inbox", order=menu.INBOX)
    assert [place.name for place in menu.places(asked)] == ["home", "settings"]


def test_an_entry_is_shown_to_those_who_may_open_it(asked, db):
    asked.user = User.objects.create_user("budi")
    assert menu.entries("settings", asked) == []


def test_there_are_nine_places_at_most(monkeypatch, asked):
    monkeypatch.undo()
    places = [item for item in menu._items.values() if not item.place]
    assert len(places) <= 9
    assert len({place.order for place in places}) == len(places)

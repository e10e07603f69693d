from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.test import Client, override_settings
from django.utils import translation
from wagtail.users.models import UserProfile

from jejak.backoffice.views import greeting
from jejak.staff.models import User

DAILY = ["/app/", "/app/settings/", "/app/users/", "/app/users/new/", "/app/groups/", "/app/account/"]


class Page(HTMLParser):
    """Where a page leads and loads from, and the words on it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.inline_scripts: list[str] = []
        self.lang = ""
        self._silent = ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.addresses += [given[name] for name in ("src", "href", "action", "poster") if given.get(name)]
        self.lang = given.get("lang") or self.lang if tag == "html" else self.lang
        if tag in {"script", "style"}:
            self._silent = tag
            self.inline_scripts += [] if given.get("src") or "json" in (given.get("type") or "") else [tag]
        self.inline_scripts += [name for name in given if name.startswith("on") and given[name]]

    def handle_endtag(self, tag):
        self._silent = "" if tag == self._silent else self._silent

    def handle_data(self, data):
        if not self._silent:
            self.words.append(data)

    def hosts(self) -> set[str]:
        return {urlsplit(address).netloc for address in self.addresses} - {""}


def seen(client, path: str) -> Page:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return Page(response.content.decode())


def test_the_root_leads_to_home(client):
    assert client.get("/").headers["Location"] == "/app/"


@pytest.mark.parametrize("path", ["/app/", "/app/settings/", "/app/find/?q=x"])
def test_pages_are_for_staff_only(client, db, path):
    assert client.get(path).headers["Location"].startswith("/app/login/")
    client.force_login(User.objects.create_user("budi"))
    assert client.get(path).headers["Location"].startswith("/app/login/")


@pytest.mark.parametrize("path", DAILY)
def test_no_page_names_another_host(staff, path):
    assert seen(staff, path).hosts() == set()


@pytest.mark.parametrize("path", ["/app/login/", "/app/password_reset/"])
def test_no_page_before_the_door_names_another_host(client, db, path):
    assert seen(client, path).hosts() == set()


@pytest.mark.parametrize("path", DAILY)
def test_daily_pages_do_not_speak_of_the_machinery(staff, path):
    words = " ".join(seen(staff, path).words).lower()
    assert [word for word in ("wagtail", "snippet", "root", "django") if word in words] == []


@pytest.mark.parametrize("path", ["/app/", "/app/settings/"])
def test_our_own_pages_have_no_script_within(staff, path):
    assert seen(staff, path).inline_scripts == []


def test_only_scripts_of_our_own_may_run(staff):
    policy = staff.get("/app/").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "'unsafe-inline'" in staff.get("/app/groups/").headers["Content-Security-Policy"].split(";")[1]


def test_what_is_not_html_says_no_policy(client):
    response = client.get("/static/backoffice/css/tokens.css")
    assert b"--jk-paper" in b"".join(response.streaming_content)
    assert "Content-Security-Policy" not in response.headers


@pytest.mark.parametrize(
    ("language", "clock", "words"),
    [
        ("en", "09:00", "Good morning, Siti"),
        ("en", "12:00", "Good day, Siti"),
        ("en", "16:00", "Good afternoon, Siti"),
        ("en", "18:30", "Good evening, Siti"),
        ("en", "03:59", "Good evening, Siti"),
    ],
)
def test_home_greets_by_the_time_of_day(language, clock, words):
    with translation.override(language):
        assert greeting(datetime.fromisoformat(f"2026-11-22T{clock}"), "Siti") == words


def test_home_says_what_to_do_while_nothing_has_arrived(staff, monkeypatch):
    monkeypatch.setattr("jejak.backoffice.slots._panels", [])
    words = " ".join(seen(staff, "/app/").words)
    assert "No touchpoints yet" in words
    assert "jejak demo" in words


def test_the_account_menu_keeps_theme_and_language(staff, siti):
    staff.post("/app/preferences/", {"theme": "dark", "next": "/app/settings/"})
    response = staff.post("/app/preferences/", {"language": "id", "next": "/app/settings/"})

    profile = UserProfile.objects.get(user=siti)
    assert (profile.theme, profile.preferred_language) == ("dark", "id")
    assert response.headers["Location"] == "/app/settings/"
    page = staff.get("/app/").content.decode()
    assert '<html lang="id" class="w-theme-dark' in page


def test_preferences_refuse_what_they_do_not_know_and_never_lead_out(staff, siti):
    response = staff.post(
        "/app/preferences/", {"theme": "neon", "language": "tlh", "next": "https://elsewhere.example/"}
    )

    profile = UserProfile.objects.get(user=siti)
    assert (profile.theme, profile.preferred_language) == ("system", "")
    assert response.headers["Location"] == "/app/"


def test_somebody_without_an_account_may_choose_the_language_of_the_login_page(client, db):
    client.post("/app/language/", {"language": "ms", "next": "/app/login/"})
    assert seen(client, "/app/login/").lang == "ms"


def test_the_account_page_offers_our_languages(staff):
    page = staff.get("/app/account/").content.decode()
    assert [code for code in ("en", "id", "ms", "de") if f'<option value="{code}"' in page] == [
        "en",
        "id",
        "ms",
    ]


def test_the_search_of_the_sidebar_leads_to_people(staff):
    assert staff.get("/app/find/", {"q": "siti & co"}).headers["Location"].endswith("?q=siti+%26+co")


def test_staff_with_one_name_can_be_added(staff):
    given = {"username": "budi", "email": "budi@example.com", "first_name": "Budi", "last_name": ""}
    given |= {"is_superuser": "on", "sees": "everybody"}  # A role, or nobody can enter.
    response = staff.post(
        "/app/users/new/", {**given, "password1": "pasar-malam-9", "password2": "pasar-malam-9"}, follow=True
    )
    assert User.objects.get(username="budi").first_name == "Budi"
    assert "can log in now" in response.content.decode()


def test_what_is_not_there_is_said_in_our_words(staff):
    response = staff.get("/app/nowhere/")
    assert response.status_code == 404
    assert "The trail ends here" in response.content.decode()


def test_a_form_without_its_token_is_said_in_our_words(siti):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(siti)
    response = strict.post("/app/preferences/", {"theme": "dark"})
    assert response.status_code == 403
    assert "Try once more" in response.content.decode()


def test_an_error_of_ours_is_said_without_any_context():
    from django.template.loader import render_to_string

    assert "Something went wrong on our side" in render_to_string("500.html")


def test_the_page_of_components_is_for_builders_only(staff):
    assert staff.get("/app/components/").status_code == 404
    with override_settings(DEBUG=True):
        page = seen(staff, "/app/components/")
    assert page.hosts() == set()
    assert page.inline_scripts == []


def test_browsers_find_the_icon_where_they_look_for_it(client):
    response = client.get("/favicon.ico")

    assert response.status_code == 302
    assert response["Location"].endswith("backoffice/img/favicon.svg")

"""Indonesian and Malay are whole: every string has its words, and the pages show them."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from django.contrib.auth import get_user_model
from wagtail.users.models import UserProfile

from jejak.features.demo import actions
from jejak.project import messages
from jejak.touchpoints import understanding, worker
from jejak.touchpoints.models import Definition

PLACEHOLDER = re.compile(r'%\(\w+\)[sd]|%%n|%d|\{\w*\}|</?\w+|href="[^"]*"')
PAGES = [
    "/app/",
    "/app/records/person/",
    "/app/insights/",
    "/app/insights/?steps=Page+Viewed&steps=Order+Completed",
    "/app/capture/",
    "/app/capture/refused/",
    "/app/capture/sources/",
    "/app/capture/touchpoints/",
    "/app/imports/",
    "/app/operations/",
    "/app/settings/",
    "/app/account/",
    "/app/users/",
    "/app/users/new/",
    "/app/groups/",
    "/app/groups/new/",
]
STAYS = {"English"}  # A language names itself.
BEFORE_THE_DOOR = ["/app/login/", "/app/password_reset/", "/app/password_reset/done/"]


@pytest.mark.parametrize("language", messages.LANGUAGES)
@pytest.mark.parametrize(("one", "other"), [("Save", "Put away"), ("Value", "Scores"), ("Merge", "Delete")])
def test_what_stands_side_by_side_has_two_words(language, one, other):
    known = messages.read(language)
    assert known.get(one).string != known.get(other).string


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_string_has_its_words(language):
    known = messages.read(language)
    missing, fuzzy, bent = [], [], []
    for wanted in messages.wanted():
        if not wanted.id:
            continue
        found = known.get(_forms(wanted.id)[0], wanted.context)
        if not found or not messages.has_words(found):
            missing.append(wanted.id)
        elif found.fuzzy:
            fuzzy.append(wanted.id)
        # The plural is the form that names the number in every language.
        elif any(
            _placeholders(form) != _placeholders(_forms(wanted.id)[-1]) for form in _forms(found.string)
        ):
            bent.append(wanted.id)
    assert (missing, fuzzy, bent) == ([], [], []), "Run `make messages`, then read docs/translating.md."


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_what_django_reads_is_what_the_catalogue_says(language):
    read = messages.path(language).with_suffix(".mo").read_bytes()
    assert read == messages.compiled(language), "Run `make setup`."


def test_what_django_reads_is_the_same_whichever_babel_wrote_it():
    assert b"Babel" not in messages.compiled("id")


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_pages_before_the_door_are_in_the_language_of_the_browser(client, db, language):
    english, ours = _words(language)
    for path in BEFORE_THE_DOOR:
        response = client.get(path, headers={"accept-language": language})
        assert _faults(path, response, english=english, ours=ours) == []


@pytest.mark.django_db(transaction=True, databases=["default", "inlet"])
def test_the_pages_are_in_the_language_of_whoever_looks(client, eventlog):
    understanding.forget_people()
    actions.load(now=datetime.now(UTC), people=20, seed=1)
    worker.drain()
    understanding.forget_people()
    siti = get_user_model().objects.create_superuser("siti", "siti@example.com", "a long password")
    client.force_login(siti)
    teams = set(Definition.objects.values_list("team", flat=True))  # Names that the company gave.
    left = []
    for language in messages.LANGUAGES:
        UserProfile.objects.update_or_create(user=siti, defaults={"preferred_language": language})
        english, ours = _words(language)
        english -= teams
        left += [
            fault for path in PAGES for fault in _faults(path, client.get(path), english=english, ours=ours)
        ]
    assert left == []


def test_what_a_role_may_is_said_in_the_language_of_whoever_looks(client, db):
    siti = get_user_model().objects.create_superuser("siti", "siti@example.com", "a long password")
    client.force_login(siti)
    said = {}
    for language in ("en", *messages.LANGUAGES, "en"):
        UserProfile.objects.update_or_create(user=siti, defaults={"preferred_language": language})
        said[language] = _Seen(client.get("/app/groups/new/").content.decode()).texts

    words = {
        "en": ("Add", "Delete", "Choose"),
        "id": ("Tambah", "Hapus", "Pilih"),
        "ms": ("Tambah", "Padam", "Pilih"),
    }
    for language, ones in words.items():
        assert set(ones) <= said[language]
    for language in messages.LANGUAGES:
        kept = said["en"] & said[language]
        assert [text for text in kept if text.startswith(("Can ", "Add", "Edit", "Delete", "Choose"))] == []


def _faults(path, response, *, english, ours):
    """What is still English on a page, and whether it shows our words at all."""
    assert response.status_code == 200, path
    seen = _Seen(response.content.decode()).texts
    faults = [(path, text) for text in sorted(seen & english - STAYS)]
    return faults if len(seen & ours) >= 3 else [*faults, (path, "says nothing in this language")]


def _words(language):
    """The English that has other words in this language, and those words; texts with placeholders left out."""
    pairs = [
        (_forms(message.id)[0], _forms(message.string)[0])
        for message in messages.read(language)
        if message.id and not _placeholders(_forms(message.id)[-1])
    ]
    ours = {words for english, words in pairs if words != english}
    return {english.strip() for english, words in pairs if words != english} - ours, ours


def _forms(text):
    return list(text) if isinstance(text, list | tuple) else [text]


def _placeholders(text):
    return sorted(PLACEHOLDER.findall(text))


class _Seen(HTMLParser):
    """The texts of a page that a person reads or hears, each as one element holds it."""

    UNREAD = ("script", "style", "code", "pre", "textarea", "svg")
    READ_ATTRIBUTES = ("placeholder", "aria-label", "title", "alt")

    def __init__(self, page):
        super().__init__()
        self.texts = set()
        self.inside = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in self.UNREAD:
            self.inside.append(tag)
        self.texts |= {
            " ".join(value.split()) for name, value in attrs if name in self.READ_ATTRIBUTES and value
        }

    def handle_endtag(self, tag):
        if tag in self.inside:
            self.inside.remove(tag)

    def handle_data(self, data):
        if data.strip() and not self.inside:
            self.texts.add(" ".join(data.split()))

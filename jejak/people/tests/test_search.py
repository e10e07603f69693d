import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jejak.people.search import search
from jejak.people.tests.makers import HOUR, NOON, make_person

pytestmark = pytest.mark.django_db


def names(text, limit=20):
    return [found.person.name for found in search(text, limit)]


@pytest.mark.parametrize(
    "text",
    [
        "Siti Nurhaliza",
        "siti",
        "SITI",
        "nurhaliza",
        "nur",
        "si",
        "nurhaliza siti",
        "nur si",
        "  siti \n nur ",
        "sití",
    ],
)
def test_a_person_is_found_by_the_beginnings_of_the_name_in_any_order(text):
    make_person("Siti Nurhaliza")
    make_person("Budi Santoso")
    assert names(text) == ["Siti Nurhaliza"]


@pytest.mark.parametrize("text", ["haliza", "siti budi", "sitti", "", "   ", "%", "_", "'", "\0", "😀"])
def test_what_no_name_begins_with_finds_nobody(text):
    make_person("Siti Nurhaliza")
    make_person("Budi Santoso")
    assert names(text) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Suharto", "suharto"),
        ("Sa'adiah", "saadiah"),
        ("Saadiah", "sa'ad"),
        ("José Núñez", "jose nun"),
        ("Nur-Aini", "aini"),
        ("陈伟", "陈"),
    ],
)
def test_names_are_found_however_they_are_written(name, text):
    make_person(name)
    assert names(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "081234567890",
        "0812-3456-7890",
        "+62 812 3456 7890",
        "6281234567890",
        "(0812) 3456 7890",
        "0812",
        "0812-34",
        "+62 812",
        "62812",
        "8123",
    ],
)
def test_a_phone_is_found_in_any_notation_and_from_its_beginning(text):
    make_person("Siti", handles={"phone": "+6281234567890"})
    make_person("Budi", handles={"phone": "+6281398765432"})
    assert names(text) == ["Siti"]


@pytest.mark.parametrize("text", ["012-345 6789", "+60 12 345", "0123 45"])
def test_a_malaysian_phone_is_found_too(text):
    make_person("Aminah", handles={"whatsapp": "+60123456789"})
    assert names(text) == ["Aminah"]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("email", "siti.r@toko.id", "Siti.R@Toko.id"),
        ("email", "siti.r@toko.id", "siti.r@"),
        ("user_id", "U-17", "U-17"),
        ("user_id", "42", "42"),
        ("order_id", "INV/2026/0001", "INV/2026/0001"),
        ("order_id", "INV/2026/0001", "INV/2026"),
        ("anonymous_id", "7f5a0b1e-3a55-4a41-9d3c-6b8c1b0a0001", "7f5a0b1e"),
        ("telegram", "siti_r", "@Siti_R"),
    ],
)
def test_a_person_is_found_by_any_handle(kind, value, text):
    make_person("Siti", handles={kind: value})
    make_person("Budi", handles={"user_id": "another"})
    assert names(text) == ["Siti"]


def test_the_whole_handle_comes_before_the_name_and_the_name_before_a_beginning():
    make_person("Ayu", handles={"email": "budi.fan@toko.id"}, seen_at=NOON + 3 * HOUR)
    make_person("Budi", seen_at=NOON + 2 * HOUR)
    make_person("Siti", handles={"user_id": "budi"})
    assert names("budi") == ["Siti", "Budi", "Ayu"]


def test_a_whole_word_comes_before_a_longer_one_and_the_latest_seen_first():
    make_person("Budiman", seen_at=NOON + 3 * HOUR)
    make_person("Budi Santoso", seen_at=NOON)
    make_person("Budi Wijaya", seen_at=NOON + HOUR)
    assert names("budi") == ["Budi Wijaya", "Budi Santoso", "Budiman"]


def test_what_was_found_says_by_which_handle():
    make_person("Siti", handles={"email": "siti@toko.id", "user_id": "u-1"})
    assert [str(found.handle) for found in search("SITI@toko.id")] == ["email: siti@toko.id"]
    assert [found.handle for found in search("siti")] == [None]


def test_merged_people_are_found_once_as_who_stands_for_them():
    siti = make_person("Siti Rahayu", handles={"user_id": "u-1"})
    make_person("Siti R", handles={"email": "siti@toko.id"}, root=siti)
    make_person("", handles={"anonymous_id": "7f5a0b1e"}, root=siti)
    assert names("siti") == names("siti@toko.id") == names("7f5a") == ["Siti Rahayu"]


def test_no_more_are_found_than_asked_for():
    for day in range(5):
        make_person("Siti", handles={"user_id": f"user-{day}"})
    assert len(search("siti", 3)) == len(search("user-", 3)) == 3


@pytest.mark.parametrize("text", ["siti", "siti rahayu", "siti@", "u-1234"])
def test_three_are_found_with_as_many_queries_as_one(text):
    asked = []
    for number in range(3):
        make_person("Siti Rahayu", handles={"email": f"siti@toko{number}.id", "user_id": f"u-1234{number}"})
        with CaptureQueriesContext(connection) as queries:
            assert len(search(text)) == number + 1
        asked.append(len(queries))
    assert asked[0] == asked[2]

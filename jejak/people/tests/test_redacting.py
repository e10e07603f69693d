"""Somebody's names, addresses and numbers are taken out of texts that stay."""

import pytest

from jejak.people import forgetting
from jejak.people.tests.makers import NOON, make_person

pytestmark = pytest.mark.django_db


def whom(name="Siti Nur'aini Rahayu", **traits):
    siti = make_person(
        name,
        handles={"email": "siti@toko.id", "phone": "+6281234567890", "user_id": "42"},
        traits={"phone": "+6281234567890", **traits},
    )
    return forgetting.whom([siti.pk], now=NOON)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Call Siti Nuraini Rahayu tomorrow", "Call — tomorrow"),
        ("telepon SITI nur’aini  rahayu.", "telepon —."),
        ("Siti's order", "—'s order"),
        ("Rahayu, Siti: 100 chairs", "—: 100 chairs"),
        ("Ibu Siti (0812-3456-7890, siti@toko.id)", "Ibu — (—)"),
        ("wa +62 812 3456 7890 ya", "wa — ya"),
        ("Order 42 of site 7", "Order 42 of site 7"),
        ("Situs web", "Situs web"),
        ("", ""),
    ],
)
def test_a_dash_stands_where_they_were_named(text, left):
    assert whom().without(text, parts=True) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Siti Nuraini Rahayu and Siti Aminah met", "— and Siti Aminah met"),
        ("Ask siti@toko.id", "Ask —"),
    ],
)
def test_where_others_are_told_of_only_a_whole_name_is_theirs(text, left):
    assert whom().without(text, parts=False) == left


def test_a_single_name_is_taken_only_where_the_text_is_about_them():
    wiji = whom("Wiji")
    assert wiji.without("Antar ke Wiji", parts=True) == "Antar ke —"
    assert wiji.without("Antar ke Wiji", parts=False) == "Antar ke Wiji"


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Dan Lim", "Kursi dan meja untuk Lim", "Kursi dan meja untuk —"),
        ("Ani Wijaya", "ani dan Ani", "ani dan —"),
        ("Aminah binti Osman", "binti atau bin, Aminah", "binti atau bin, —"),
        ("Ng", "Call Ng", "Call —"),
    ],
)
def test_short_words_and_words_that_name_nobody_stay(name, text, left):
    assert whom(name).without(text, parts=True) == left


def test_a_company_that_is_called_like_them_keeps_its_name():
    spare = ["Toko Siti Jaya"]
    assert whom().without("Siti of Toko Siti Jaya", parts=True, spare=spare) == "— of Toko Siti Jaya"


def test_names_of_all_trails_count():
    siti = make_person("Siti Rahayu")
    other = make_person(root=siti, traits={"first_name": "Sity", "last_name": "Rahayoe"})
    who = forgetting.whom([siti.pk, other.pk], now=NOON)
    assert who.without("Sity Rahayoe is Siti Rahayu", parts=True) == "— is —"

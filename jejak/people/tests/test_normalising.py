import random

import phonenumbers
import pytest

from jejak.people.normalising import fold, name_from, name_words, normalise

HERE = ["ID", "MY"]

EMAILS = [
    ("siti@contoh.co.id", "siti@contoh.co.id"),
    ("  Siti.Rahayu@Contoh.CO.ID \n", "siti.rahayu@contoh.co.id"),
    ("mailto:budi@toko.id", "budi@toko.id"),
    ("Budi Santoso <Budi@Toko.id>", "budi@toko.id"),
    ("ayu+promo@gmail.com", "ayu+promo@gmail.com"),
    ("ayu@toko.id.", "ayu@toko.id"),
    ("cafe\u0301@toko.id", "café@toko.id"),
    ("siti\u200b@toko.id", "siti@toko.id"),
    ("o'brien@toko.id", "o'brien@toko.id"),
    ("siti", None),
    ("siti@", None),
    ("@toko.id", None),
    ("siti@toko", None),
    ("siti@@toko.id", None),
    ("siti @toko.id", None),
    ("siti@toko..id", None),
    ("siti@10.0.0.1", None),
    ("a@b.id, c@d.id", None),
    ("x" * 250 + "@toko.id", None),
    ("test@test.com", None),
    ("email@example.com", None),
    ("noreply@toko.id", None),
    ("", None),
    ("N/A", None),
    (42, None),
    (None, None),
    (["siti@toko.id"], None),
]

PHONES = [
    # Indonesian mobiles, as people and systems write them.
    ("081234567890", "+6281234567890"),
    ("0812-3456-7890", "+6281234567890"),
    ("0812 3456 7890", "+6281234567890"),
    ("0812.3456.7890", "+6281234567890"),
    ("(0812) 34567890", "+6281234567890"),
    ("6281234567890", "+6281234567890"),
    ("+6281234567890", "+6281234567890"),
    ("+62 812-3456-7890", "+6281234567890"),
    ("+62 (0)812-3456-7890", "+6281234567890"),
    ("+62 0812 3456 7890", "+6281234567890"),
    ("0062 812 3456 7890", "+6281234567890"),
    ("81234567890", "+6281234567890"),  # A spreadsheet took the zero away.
    (81234567890, "+6281234567890"),
    (81234567890.0, "+6281234567890"),
    ("'081234567890", "+6281234567890"),
    ("\u202a+62 812‑3456‑7890\u202c", "+6281234567890"),
    ("０８１２３４５６７８９０", "+6281234567890"),
    ("tel:+6281234567890", "+6281234567890"),
    ("HP: 0812-3456-7890", "+6281234567890"),
    ("081234567890 / 0813-9876-5432", "+6281234567890"),
    ("081234567890 atau 081398765432", "+6281234567890"),
    ("0811-888-999", "+62811888999"),
    # Indonesian fixed lines.
    ("021-5296 0000", "+622152960000"),
    ("(021) 52960000", "+622152960000"),
    ("+62 21 5296 0000", "+622152960000"),
    ("021/52960000", "+622152960000"),
    ("021-52960000 ext 12", "+622152960000"),
    # Malaysian.
    ("012-345 6789", "+60123456789"),
    ("012 345 6789", "+60123456789"),
    ("0123456789", "+60123456789"),
    ("60123456789", "+60123456789"),
    ("+60 12-345 6789", "+60123456789"),
    ("+6012 3456789", "+60123456789"),
    ("+60 (0)12-345 6789", "+60123456789"),
    ("011-1234 5678", "+601112345678"),
    ("+60 3-2161 0000", "+60321610000"),
    # Both countries know this one: the first setting wins.
    ("03-2161 0000", "+62321610000"),
    # Elsewhere.
    ("+65 8123 4567", "+6581234567"),
    ("+44 7911 123456", "+447911123456"),
    ("447911123456", "+447911123456"),
    # Not numbers.
    ("12345", None),
    ("0812", None),
    ("+62", None),
    ("0000000000", None),
    ("08888888888", None),
    ("+62 999 999 999 999 999 999", None),
    ("8.12346E+10", None),
    ("siti@toko.id", None),
    ("CALL ME MAYBE", None),
    ("-", None),
    ("", None),
    (True, None),
    (float("nan"), None),
    ({"phone": "081234567890"}, None),
]

WHATSAPPS = [
    ("6281234567890", "+6281234567890"),
    ("60123456789", "+60123456789"),
    ("12025550123", "+12025550123"),
    ("6281234567890@s.whatsapp.net", "+6281234567890"),
    ("6281234567890:12@s.whatsapp.net", "+6281234567890"),
    ("6281234567890@c.us", "+6281234567890"),
    ("https://wa.me/6281234567890", "+6281234567890"),
    ("0812-3456-7890", "+6281234567890"),
    ("whatsapp:+6281234567890", "+6281234567890"),
    ("US.13491208655302741918", "US.13491208655302741918"),
    ("120363025246125486@g.us", None),
    ("null", None),
]

OTHERS = [
    ("user_id", "u-1", "u-1"),
    ("user_id", "  u-1 ", "u-1"),
    ("user_id", "U-1", "U-1"),
    ("user_id", 42, "42"),
    ("user_id", "42", "42"),
    ("user_id", 42.0, "42"),
    ("user_id", "1.0", "1.0"),
    ("user_id", 12.5, "12.5"),
    ("user_id", "a\x00b", "ab"),
    ("user_id", "siti\ud800", "siti"),
    ("user_id", "cafe\u0301", "café"),
    ("telegram", "@Siti_R", "siti_r"),
    ("telegram", 123456789, "123456789"),
    ("telegram", "https://t.me/Siti_R", "siti_r"),
    ("order_id", "INV/2026/0001", "INV/2026/0001"),
    ("anonymous_id", "7f5a0b1e-3a55-4a41-9d3c-6b8c1b0a0001", "7f5a0b1e-3a55-4a41-9d3c-6b8c1b0a0001"),
]
PLACEHOLDERS = [
    *(
        "null",
        "NULL",
        "undefined",
        "None",
        "nil",
        "NaN",
        "0",
        0,
        0.0,
        "",
        "   ",
        "N/A",
        "n.a.",
        "anonymous",
        "Guest",
    ),
    *(
        "-",
        "--",
        "?",
        "unknown",
        "-1",
        -1,
        "true",
        False,
        None,
        [],
        {},
        "[object Object]",
        "(not set)",
        "distinct_id",
    ),
    *("00000000-0000-0000-0000-000000000000", "tidak ada", float("inf"), "\ud800"),
]


@pytest.mark.parametrize(("written", "meant"), EMAILS)
def test_one_address_has_one_spelling(written, meant):
    assert normalise("email", written, HERE) == meant


@pytest.mark.parametrize(("written", "meant"), PHONES)
def test_one_phone_has_one_spelling(written, meant):
    assert normalise("phone", written, HERE) == meant


@pytest.mark.parametrize(("written", "meant"), WHATSAPPS)
def test_whatsapp_writes_numbers_its_own_way(written, meant):
    assert normalise("whatsapp", written, HERE) == meant


@pytest.mark.parametrize(("kind", "written", "meant"), OTHERS)
def test_other_handles_are_kept_as_written(kind, written, meant):
    assert normalise(kind, written, HERE) == meant


@pytest.mark.parametrize("written", PLACEHOLDERS)
@pytest.mark.parametrize("kind", ["user_id", "anonymous_id", "order_id", "email", "phone", "telegram"])
def test_placeholders_recognise_nobody(kind, written):
    assert normalise(kind, written, HERE) is None


def test_the_first_country_decides_what_a_number_without_one_means():
    assert normalise("phone", "03-2161 0000", ["MY", "ID"]) == "+60321610000"
    assert normalise("phone", "0812-3456-7890", ["MY", "ID"]) == "+6281234567890"
    assert normalise("phone", "8123 4567", ["SG"]) == "+6581234567"
    assert normalise("phone", "0812-3456-7890", []) is None
    assert normalise("phone", "+6281234567890", []) == "+6281234567890"
    assert normalise("phone", "0812-3456-7890", ["XX", "ID"]) == "+6281234567890"


def test_the_short_way_says_what_phonenumbers_says():
    chance = random.Random(7)
    for _ in range(3000):
        digits = chance.choice(["8", "1"]) + "".join(chance.choices("0123456789", k=chance.randint(7, 11)))
        for prefix, country in (("+62", None), ("0", "ID"), ("+60", None)):
            try:
                number = phonenumbers.parse(prefix + digits, country)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(number):
                e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
                assert normalise("phone", prefix + digits, HERE) == e164


@pytest.mark.parametrize("kind", ["email", "phone", "whatsapp", "telegram", "user_id"])
@pytest.mark.parametrize("countries", [["ID", "MY"], ["MY", "ID"], ["SG"]])
def test_normalising_twice_changes_nothing(kind, countries):
    written = [row[0] for row in EMAILS + PHONES + WHATSAPPS] + [row[1] for row in OTHERS]
    once = [value for value in (normalise(kind, value, countries) for value in written) if value]
    assert [normalise(kind, value, countries) for value in once] == once


def test_a_long_handle_is_cut_but_stays_its_own():
    long, other = "x-" + "y" * 1000, "x-" + "y" * 999 + "z"
    short = normalise("user_id", long, HERE)
    assert len(short) == 320
    assert short != normalise("user_id", other, HERE)
    assert short == normalise("user_id", long, HERE)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Suharto", ["suharto"]),
        ("Siti Nurhaliza", ["siti", "nurhaliza"]),
        ("  SITI   nurhaliza ", ["siti", "nurhaliza"]),
        ("Sa'adiah binti Abu-Bakar", ["saadiah", "binti", "abu", "bakar"]),
        ("Nu‘man", ["numan"]),
        ("M. Rizky, S.Kom.", ["m", "rizky", "s", "kom"]),
        ("Muthu a/l Raman", ["muthu", "a", "l", "raman"]),
        ("José Ángel Núñez", ["jose", "angel", "nunez"]),
        ("Nguyễn Đức", ["nguyen", "duc"]),
        ("Łukasz Weiß", ["lukasz", "weiss"]),
        ("陈伟", ["陈伟"]),
        ("Siti Siti", ["siti"]),
        ("", []),
        ("😀", []),
    ],
)
def test_names_are_compared_by_their_words(name, words):
    assert name_words(name) == words


def test_folding_is_the_same_for_composed_and_decomposed_letters():
    assert fold("José") == fold("Jose\u0301") == fold("JOSÉ") == "jose"


@pytest.mark.parametrize(
    ("traits", "name"),
    [
        ({"name": "Suharto"}, "Suharto"),
        ({"name": "  Siti   Rahayu "}, "Siti Rahayu"),
        ({"firstName": "Siti", "lastName": "Rahayu"}, "Siti Rahayu"),
        ({"first_name": "Siti", "last_name": "Rahayu"}, "Siti Rahayu"),
        ({"first_name": "Siti", "middle_name": "Nur", "last_name": "Rahayu"}, "Siti Nur Rahayu"),
        ({"firstName": "Suharto"}, "Suharto"),
        ({"firstName": "Suharto", "lastName": "-"}, "Suharto"),
        ({"firstName": "Suharto", "lastName": "."}, "Suharto"),
        ({"firstName": "Suharto", "lastName": "LNU"}, "Suharto"),
        ({"firstName": "Suharto", "lastName": "Suharto"}, "Suharto"),
        ({"firstName": None, "lastName": "Rahayu"}, "Rahayu"),
        ({"name": "null", "firstName": "Siti"}, "Siti"),
        ({"$name": "Siti"}, "Siti"),
        ({"name": "Na"}, "Na"),
        ({"name": {"first": "Siti"}}, ""),
        ({"name": "undefined"}, ""),
        ({"name": 42}, ""),
        ({}, ""),
    ],
)
def test_a_name_is_found_in_the_traits(traits, name):
    assert name_from(traits) == name


def test_a_name_has_a_longest():
    assert len(name_from({"name": "a" * 500})) == 200

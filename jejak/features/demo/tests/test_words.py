"""What people of the demo say is varied, whole, and in the language it says it is in."""

import re
from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from jejak.features.demo import names, shoppers
from jejak.features.demo.companies import companies
from jejak.features.demo.grammar import BadGrammar, Grammar, grammar
from jejak.features.demo.making import Making

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
LANGUAGES = ("id", "ms", "en")


def words_of(text):
    return re.findall(r"[^\W\d_]+", text.lower())


# Words that only one of the three has, as far as the phrases go.
TELLING = {
    "id": words_of(
        """gak nggak ga bisa bs kirim dikirim kurir kurirnya toko tokonya email banget bgt kak kakak min udah udh makasih
        mksh gimana gmn dong kok tidak telat paket paketnya bapak ibu pembayaran tiba sampe sy pake nih kalo kalau butuh
        stoknya dananya perlu karena krn masih barangnya nunggu blm belum sudah dicek ditunggu dibatalkan dana kami"""
    ),
    "ms": words_of(
        """tak x hantar dihantar kurier kedai emel sangat sgt boss dah nak macam kat kt je la duit rider anda sila semak ni
        tu bungkusan parcel takde puan encik bayaran tq admin lambat nombor cik bila kejap sikit dipulangkan baharu jika
        sahaja balas"""
    ),
    "en": words_of(
        "the is i to my for and you it please pls thanks not with was in me this will have are can was"
    ),
}
REAL_BRANDS = re.compile(
    r"\b(tokopedia|shopee|lazada|ikea|uniqlo|samsung|xiaomi|philips|gojek|grab|jne|j&t|sicepat|poslaju|ninja van|ovo|"
    r"gopay|bca|mandiri|maybank|cimb|informa|ace hardware|miniso|zalora|bukalapak|blibli|instagram|tiktok|facebook|google)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def messages():
    return [message for chunk in Making(now=NOW, people=1500, seed=5).chunks() for message in chunk]


@pytest.fixture(scope="module")
def said(messages):
    """[(language, text, who)]: customer or agent."""
    found = []
    for message in messages:
        held = message.get("properties", {})
        for key in ("comment", "text", "review_body", "reason"):
            if isinstance(held.get(key), str) and "language" in held:
                who = "agent" if message["event"] == "Message Sent" else "customer"
                if key != "reason" or message["event"] == "Account Closed":
                    found.append((held["language"], held[key], who))
    return found


def test_nothing_is_left_unsaid(said):
    for _, text, _ in said:
        assert not re.search(r"[<>{}\[\]|]|None|  | [,.?!](?!\S)", text), text
        assert text.strip() == text
        assert text


def test_every_language_says_everything():
    assert grammar("id").symbols - {"late.ask"} >= grammar("en").symbols - {"late.ask"}
    assert grammar("ms").symbols == grammar("id").symbols
    asked = {
        symbol for symbol in grammar("id").symbols if not symbol.startswith(("open", "close", "me", "wrong."))
    }
    assert asked - grammar("en").symbols == set()


def test_all_three_languages_are_spoken(said):
    count = Counter(language for language, _, _ in said)

    assert count["id"] > count["ms"] > count["en"] > 200


def test_a_text_is_in_the_language_it_says(said):
    """The language whose telling words it holds most of; texts that hold none say nothing either way."""
    right = wrong = 0
    for language, text, _ in said:
        words = set(words_of(text))
        hits = {one: len(words.intersection(telling)) for one, telling in TELLING.items()}
        if max(hits.values()) >= 2:
            best = max(hits.values())
            right, wrong = (right + 1, wrong) if hits[language] == best else (right, wrong + 1)

    assert right > 3000
    assert wrong / (right + wrong) < 0.05


def test_people_seldom_say_the_same(said):
    """Customers' texts of six words and more: shares of different texts, and of different runs of four words."""
    texts = [text for _, text, who in said if who == "customer" and len(words_of(text)) >= 6]
    runs = [tuple(words[i : i + 4]) for words in map(words_of, texts) for i in range(len(words) - 3)]

    assert len(texts) > 2500
    assert len(set(texts)) / len(texts) > 0.93
    assert len(set(runs)) / len(runs) > 0.5
    assert Counter(texts).most_common(1)[0][1] <= 10


def test_a_conversation_fits_what_happened(messages):
    orders = {
        message["properties"]["order_id"]: message["properties"]
        for message in messages
        if message.get("event") in ("Order Shipped", "Order Completed", "Checkout Started")
    }
    checked = 0
    for message in messages:
        held = message.get("properties", {})
        if "conversation_id" in held and (number := re.search(r"BR-[A-Z]{2}\d{7}", held.get("text", ""))):
            assert number[0] == held["order_id"]
            assert number[0] in orders
            checked += 1
    assert checked > 400


def test_nobody_real_is_named(messages, said):
    assert [text for _, text, _ in said if REAL_BRANDS.search(text)] == []
    people = shoppers.shoppers(people=400, seed=5, companies=companies(count=10, seed=5))
    assert all(one.email.endswith(".example") for one in people)
    # Blocks that no operator was given.
    assert all(re.match(r"\+628245|\+6282555|\+60159", one.phone) for one in people)
    assert len({one.phone for one in people}) == len({one.email for one in people}) == len(people)


def test_names_are_those_of_their_places():
    people = shoppers.shoppers(people=3000, seed=5, companies=[])
    all_names = [one.name for one in people]

    assert len(set(all_names)) / len(all_names) > 0.7
    assert 100 < sum(" " not in name for name in all_names) < 700
    for mark in (" bin ", " binti ", " a/l ", " a/p ", " anak ", "I Wayan", "Ni Luh", "Simanjuntak"):
        assert any(mark in name for name in all_names), mark


def test_a_twin_is_spelt_otherwise():
    people = shoppers.shoppers(people=2000, seed=5, companies=[])
    by_id = {one.user_id: one for one in people}
    twins = [one for one in people if one.twin_of]

    assert 40 <= len(twins) <= 60
    assert all(one.phone != by_id[one.twin_of].phone and one.city is by_id[one.twin_of].city for one in twins)
    assert sum(one.name != by_id[one.twin_of].name for one in twins) > 0.8 * len(twins)
    assert names.misspelt("Siti Rahmawati", Random(1)) != "Siti Rahmawati"


def test_a_bracket_that_is_missing_is_told():
    for text in ("[one|two", "one]", "one|two"):
        with pytest.raises(BadGrammar):
            Grammar(f"@said\n{text}")

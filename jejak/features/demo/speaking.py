"""How one person writes: their language and register, their short forms, slips and smiles; and how staff answer."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from jejak.features.demo.grammar import Slots, grammar
from jejak.features.demo.shoppers import Shopper
from jejak.touchpoints.demo import DemoProduct

_DAY = 86_400.0


def _words(text: str) -> list[str]:
    return text.split()


_MONTHS = {
    "id": _words("Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"),
    "ms": _words("Januari Februari Mac April Mei Jun Julai Ogos September Oktober November Disember"),
    "en": _words("January February March April May June July August September October November December"),
}
_SHORT = {
    "id": {
        "yang": "yg", "tidak": "gak|ga|tdk|nggak", "sudah": "udah|udh|sdh", "saya": "sy|aku|saya", "belum": "blm|belom",
        "dengan": "dgn", "terima kasih": "makasih", "kenapa": "knp", "bagaimana": "gimana|gmn", "juga": "jg",
        "banget": "bgt|bangettt", "sampai": "sampe|nyampe", "pesanan": "pesenan|orderan|pesanan", "kalau": "kalo|klo",
        "untuk": "utk|buat", "karena": "krn|karna", "tapi": "tp", "dari": "dr", "sekali": "skali|bgt", "hari": "hr|hari",
        "kapan": "kpn", "saja": "aja", "dua": "2|dua", "tiga": "3|tiga", "pakai": "pake", "lama": "lamaa|lama",
        "cepat": "cepet", "padahal": "pdhl", "makasih": "mksh|makasi|makasih", "tolong": "tlg|tolong", "ya": "yaa|ya|y",
        "bisa": "bs|bisa", "nomor": "no", "dikirim": "dikrm|dikirim", "sekarang": "skrg", "barang": "brg|barang",
    },
    "ms": {
        "yang": "yg", "tidak": "tak|x", "tak": "x|tak", "sudah": "dah", "saya": "sy|saya", "belum": "blm|belum",
        "dengan": "dgn", "kenapa": "knp|nape", "macam mana": "mcm mane|camne", "juga": "jugak|jg", "sampai": "smpai|sampai",
        "kalau": "kalo|klu", "untuk": "utk", "sebab": "sbb", "tapi": "tp", "dari": "dr|dari", "sangat": "sgt",
        "hari": "hari|ari", "bila": "bile|bila", "sahaja": "je", "dua": "2|dua", "tiga": "3|tiga", "boleh": "blh|boleh",
        "lama": "lame|lama", "cepat": "cepat|cpt", "padahal": "padahal|walhal", "terima kasih": "tq|terima kasih|tenkiu",
        "tolong": "tlg|tolong", "ya": "ye|ya|yaa", "barang": "brg|barang", "sekarang": "skrg", "hantar": "antar|hantar",
        "orang": "org", "dapat": "dpt", "lambat": "lambat|lmbt", "kat": "kt|kat", "semalam": "smlm|semalam", "tunggu": "tggu",
    },
    "en": {
        "you": "u", "please": "pls|plz", "thanks": "thx|tq|thanks", "are": "r|are", "because": "coz", "order": "ordr|order",
        "received": "recieved|received", "with": "w|with", "and": "n|and", "for": "4|for", "your": "ur",
        "already": "alr|already", "delivery": "dlvry|delivery", "the": "the|d", "very": "v|very",
        "people": "ppl", "tomorrow": "tmr", "before": "b4",
    },
}  # fmt: skip
_SHORTEN = {
    language: (
        re.compile(
            r"\b(" + "|".join(sorted(map(re.escape, short), key=len, reverse=True)) + r")\b", re.IGNORECASE
        ),
        {word: ways.split("|") for word, ways in short.items()},
    )
    for language, short in _SHORT.items()
}
_GLAD, _SORRY = (
    ("🙏", "😊", "👍", "😍", "❤️", "✨", "🥰", "😁"),
    ("😭", "😢", "😤", "🙁", "😡", "🥲", "😩", "💔"),
)
_SAD = re.compile(
    r"ask\.(late|damaged|wrong|refund|payment|again|warranty)|follow\.(repeats|sour)|leaving|.*\.(bad|late|slow|transfer|stock_out)\b"
)
_TIDY = (
    (re.compile(r"\s+"), " "),
    (re.compile(r"\s+([,.?!])"), r"\1"),
    (re.compile(r",\s*([.?!])"), r"\1"),
    (re.compile(r"([,.?!])(?=[^\W\d_])"), r"\1 "),
    (re.compile(r"([.?!])\s*[.,]"), r"\1"),
)
_SENTENCE = re.compile(r"(^|[.?!]\s+)([^\W\d_])")
_PLAIN = re.compile(r"[a-z]{5,}")


@dataclass(slots=True)
class Voice:
    """One person's way of writing."""

    shopper: Shopper
    dice: Random

    def say(self, symbol: str, slots: Slots) -> tuple[str, str]:
        """Return a text as this person writes it, and its language."""
        shopper, dice = self.shopper, self.dice
        language = shopper.language
        if language != "en" and dice.random() < 0.035:
            language = "en"
        said = _tidy(grammar(language).say(symbol, shopper.register, slots, dice))
        return self._own(said, language, glad=not _SAD.match(symbol)), language

    def comment(self, message: dict[str, Any], symbol: str, slots: Slots, key: str = "comment") -> None:
        """Put into a touchpoint what this person says of it, and in which language."""
        message[key], message["language"] = self.say(symbol, slots)

    def message(self, message: dict[str, Any], symbol: str, slots: Slots) -> None:
        """Put into a touchpoint what this person writes to the company."""
        message["text"], message["language"] = self.say(symbol, slots)

    def agent(self, message: dict[str, Any], symbols: tuple[str, ...], slots: Slots) -> None:
        """Put into a touchpoint what a colleague writes to this person, in their language and without slips."""
        language = self.shopper.language
        parts = [
            _tidy(grammar(language).say(symbol, "formal", slots, self.dice)) for symbol in symbols if symbol
        ]
        message["text"], message["language"] = " ".join(map(_sentences, parts)), language

    def slots(
        self, product: DemoProduct | None, order: str, *, promised: float, now: float, method: str, place: str
    ) -> Slots:
        """Return what phrases leave open: the order, the product, the promised day, what the next one is, who it is."""
        shopper, dice = self.shopper, self.dice
        slots = {
            "ORDER": order or f"BR-{shopper.number:05d}",
            "DATE": self._day(promised),
            "NEWDATE": self._day(now + dice.choice((1, 2, 2, 3)) * _DAY),
            "DAYS": str(max(1, round((now - promised) / _DAY)) if now > promised else dice.choice((2, 3))),
            "METHOD": method,
            "PLACE": place,
            "COURIER": "",
            "HERE": here(shopper),
            "PRODUCT": "",
        }
        slots["PRODUCT"] = (
            product.names[shopper.language]
            if product
            else {"id": "barang", "ms": "barang", "en": "item"}[shopper.language]
        )
        return slots

    def _day(self, at: float) -> str:
        day = datetime.fromtimestamp(at + self.shopper.city.utc_hours * 3600, UTC)
        return f"{day.day} {_MONTHS[self.shopper.language][day.month - 1]}"

    def _own(self, said: str, language: str, *, glad: bool) -> str:
        """Shorten, misspell and smile as this person does."""
        shopper, dice = self.shopper, self.dice
        chatty = shopper.chatty * {"formal": 0.25, "casual": 0.8, "slang": 1.2}[shopper.register]
        if chatty > 0.12:
            pattern, ways = _SHORTEN[language]

            def shorten(found: re.Match[str]) -> str:
                return dice.choice(ways[found[0].lower()]) if dice.random() < chatty else found[0]

            said = pattern.sub(shorten, said)
        if dice.random() < chatty * 0.35:
            said = self._slip(said)
        said = _sentences(said)
        if dice.random() < chatty * 0.9:
            said = _lower(said)
        if dice.random() < chatty:
            said = said.rstrip(".")
        if dice.random() < shopper.smiles * 0.6 and shopper.register != "formal":
            said = f"{said} {dice.choice(_GLAD if glad else _SORRY) * dice.choice((1, 1, 1, 2, 3))}"
        return said

    def _slip(self, said: str) -> str:
        """Swap or drop a letter of one longer word, as thumbs do."""
        words = list(_PLAIN.finditer(said))
        if not words:
            return said
        word = self.dice.choice(words)
        i = word.start() + self.dice.randrange(1, len(word[0]) - 2)
        swapped = said[i + 1] + said[i] if self.dice.random() < 0.6 else said[i]
        return said[:i] + swapped + said[i + 2 :]


def here(shopper: Shopper) -> str:
    """Return how staff address somebody: Kak Sari, Encik Faiz, Wei Ming."""
    words = shopper.name.split()
    for mark in ("bin", "binti", "bt.", "a/l", "a/p", "anak"):
        if mark in words:
            words = words[: words.index(mark)]
    if words[0] in ("I", "Ni", "Ida"):
        words = words[-1:]
    elif shopper.country == "MY" and len(words) == 3 and shopper.language == "en":
        words = words[1:]
    given = words[0] if len(words[0]) > 3 or len(words) == 1 else " ".join(words[:2])
    if shopper.language == "en":
        return " ".join(words)
    if shopper.language == "ms":
        return f"{'Puan' if shopper.woman else 'Encik'} {given}"
    if shopper.register == "formal":
        return f"{'Ibu' if shopper.woman else 'Bapak'} {given}"
    return f"Kak {given}"


def _tidy(said: str) -> str:
    for pattern, instead in _TIDY:
        said = pattern.sub(instead, said)
    return said.strip(" ,")


def _sentences(said: str) -> str:
    return _SENTENCE.sub(lambda found: found[1] + found[2].upper(), said)


def _lower(said: str) -> str:
    """Lower what is no order number."""
    return " ".join(word if word.startswith("BR-") else word.lower() for word in said.split(" "))

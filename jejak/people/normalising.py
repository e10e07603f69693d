"""How handles and names are written before they are compared: one spelling for one thing."""

import hashlib
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

import phonenumbers

LONGEST_VALUE = 320
LONGEST_EMAIL = 254
LONGEST_NAME = 200
LONGEST_WORD = 60
MOST_WORDS = 12

# What senders put where they know nobody. A handle that everyone shares would make everyone one person.
_PLACEHOLDERS = frozenset(
    {"null", "(null)", "<null>", "none", "nil", "nan", "undefined", "unknown", "n/a", "n.a.", "na", "tba"}
    | {"not set", "(not set)", "not_authenticated", "deleted", "anonymous", "anon", "guest", "-1", "true"}
    | {
        "id",
        "user_id",
        "userid",
        "anonymous_id",
        "anonymousid",
        "distinct_id",
        "distinctid",
        "email",
        "phone",
    }
    | {"false", "name", "[object object]", "tidak ada", "belum ada", "tiada", "kosong"}
)
_NO_NAME = frozenset(
    {"null", "(null)", "none", "undefined", "unknown", "n/a", "(not set)", "[object object]", "anonymous"}
    | {"guest", "name", "no name", "no last name", "lnu", "fnu", "nln", "tidak ada", "belum ada", "tiada"}
)
_MADE_UP = frozenset(
    {
        "test",
        "testing",
        "email",
        "mail",
        "none",
        "no",
        "null",
        "na",
        "example",
        "sample",
        "xxx",
        "abc",
        "asdf",
    }
    | {"guest", "user", "customer"}
)
_NO_MAILBOX = frozenset(
    {"noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "noemail", "no-email"}
)
_NOTHING = re.compile(r"[\s0.\-_/?#*x]*", re.IGNORECASE)  # "0", "-", "000-000", the zero UUID, "xxx"
_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\"\\]{1,64}@(?:[^\s@.,;:<>()\[\]\"\\/]+\.)+[^\W\d_][\w-]{1,62}")


def normalise(kind: str, value: object, countries: Sequence[str]) -> str | None:
    """Return the one spelling of a handle, or None where it recognises nobody.

    kind: "email", "phone", "whatsapp" and "telegram" have rules of their own; any other kind is kept as
    written, without the space around it. value: text or a number; 42, 42.0 and "42" are the same.
    countries: tried in turn for a phone number that does not say its country, such as ["ID", "MY"].
    """
    text = _as_text(value)
    if not text:
        return None
    if kind == "email":
        return _email(text)
    if kind == "phone":
        return _phone(text, tuple(countries))
    if kind == "whatsapp":
        return _whatsapp(text, tuple(countries))
    if kind == "telegram":
        text = text.removeprefix("https://t.me/").lstrip("@").lower()
    if (len(text) < 20 and text.lower() in _PLACEHOLDERS) or _NOTHING.fullmatch(text):
        return None
    if len(text) > LONGEST_VALUE:
        digest = hashlib.sha256(text.encode()).hexdigest()
        text = f"{text[: LONGEST_VALUE - 65]}#{digest}"
    return text


def fold(name: str) -> str:
    """Return a name as the search compares it: without case, accents or apostrophes."""
    if name.isascii():
        return _APOSTROPHES.sub("", name.lower())
    parts = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", name)).casefold().translate(_LETTERS)
    return "".join(part for part in parts if not unicodedata.combining(part))


def name_words(name: str) -> list[str]:
    """Return the different words of a name, folded, in their order."""
    words = (word[:LONGEST_WORD] for word in _WORD.findall(fold(name)))
    return list(dict.fromkeys(words))[:MOST_WORDS]


def name_from(traits: Mapping[str, object]) -> str:
    """Return the name that the traits give, or "". A name of one word is a name."""
    if whole := _first_of(traits, *_WHOLE):
        return whole
    first, middle, last = (_first_of(traits, *keys) for keys in (_FIRST, _MIDDLE, _LAST))
    if last.casefold() == first.casefold():
        last = ""  # Forms that insist on a last name get the only name twice.
    return " ".join(part for part in (first, middle, last) if part)[:LONGEST_NAME]


# Text

_WHOLE = ("name", "full_name", "fullName", "displayName", "$name")
_FIRST = ("firstName", "first_name", "firstname", "given_name", "givenName", "$first_name")
_MIDDLE = ("middleName", "middle_name")
_LAST = ("lastName", "last_name", "lastname", "family_name", "familyName", "$last_name")
_APOSTROPHES = re.compile("['’‘ʼʻ`´]")
_WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def _as_text(value: object) -> str:
    if isinstance(value, str):
        text = value.strip()
        if not text.isprintable():  # Also what no database takes: NUL, half a surrogate pair.
            text = "".join(" " if c.isspace() else c for c in text if c.isspace() or c.isprintable()).strip()
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**LONGEST_VALUE else ""  # Python refuses to write huge ones.
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() else repr(value)
    return ""


def _name(value: object) -> str:
    if not isinstance(value, str):
        return ""
    text = " ".join(_as_text(value).split())
    if text.lower() in _NO_NAME or _NOTHING.fullmatch(text):
        return ""
    return text[:LONGEST_NAME].strip()


def _first_of(traits: Mapping[str, object], *keys: str) -> str:
    return next((name for key in keys if (name := _name(traits.get(key)))), "")


# E-mail


def _email(text: str) -> str | None:
    if text.endswith(">") and "<" in text:
        text = text[text.rindex("<") + 1 : -1]
    # The part before @ could tell case apart, but no provider that people use does.
    text = text.lower().removeprefix("mailto:").strip(" .,;'\"")
    if len(text) > LONGEST_EMAIL or not _EMAIL.fullmatch(text):
        return None
    mailbox, domain = text.split("@")
    if mailbox in _NO_MAILBOX or (mailbox in _MADE_UP and domain.split(".")[0] in _MADE_UP):
        return None
    return text


# Phone

_SEPARATORS = re.compile(r"[\s\-.()/‐‑‒–—−]+")
_LABEL = re.compile(r"(?:tel|telp|telepon|phone|hp|no|wa|whatsapp|p|m)?[:.'’]*\s*(?=[+(\d])", re.IGNORECASE)
_SEVERAL = re.compile(r"\s*[;,|/]\s*|\s+(?:or|atau|dan|and)\s+")
_PHONE_LIKE = re.compile(r"\+?\d{6,20}(?:(?:ext|;ext=|x|#)\d{1,6})?", re.IGNORECASE)
_WHATSAPP_SUFFIX = re.compile(r"(?::\d+)?@(?:s\.whatsapp\.net|c\.us)$")
_WHATSAPP_LINK = re.compile(r"(?:https?://)?(?:wa\.me/|api\.whatsapp\.com/send\?phone=)\+?")
_WHATSAPP_USER = re.compile(r"[A-Z]{2}\.\w{6,}")


def _whatsapp(text: str, countries: tuple[str, ...]) -> str | None:
    """WhatsApp's own ids are numbers that begin with the country but have no +."""
    if _WHATSAPP_USER.fullmatch(text):
        return text  # Its id of somebody who does not show their number.
    text = _WHATSAPP_LINK.sub("", _WHATSAPP_SUFFIX.sub("", text))
    if text.isdigit() and not text.startswith("0") and (number := _phone(f"+{text}", countries)):
        return number
    return _phone(text, countries)


def _phone(text: str, countries: tuple[str, ...]) -> str | None:
    # phonenumbers takes 50 µs; nearly all numbers are plain mobile ones of the install's countries.
    match = _plain_mobile(countries).fullmatch(_SEPARATORS.sub("", text))
    if match is None or match.lastgroup is None:
        return _any_phone(text, countries)
    number = match[match.lastgroup]
    return None if len(set(number)) == 1 else f"{match.lastgroup.replace('c', '+')}{number}"


@lru_cache(maxsize=8)
def _plain_mobile(countries: tuple[str, ...]) -> re.Pattern[str]:
    """A number's own part is in the group named after its country's code: c62.

    Only the first country may be left unsaid here; whether another's number means that other
    depends on whether it is valid in those before.
    """
    patterns: dict[int, str] = {}
    for country in countries:
        metadata = phonenumbers.PhoneMetadata.metadata_for_region(country)
        if metadata is None or metadata.mobile is None or metadata.country_code is None:
            continue
        code, trunk = metadata.country_code, metadata.national_prefix or ""
        if code in patterns:
            continue
        optional = "?" if trunk else ""
        unsaid = f"|{code}|{trunk}|" if country == countries[0] else ""
        mobile = metadata.mobile.national_number_pattern
        patterns[code] = f"(?:\\+{code}{trunk}{optional}{unsaid})(?P<c{code}>{mobile})"
    return re.compile("|".join(patterns.values()) or "(?!)")


@lru_cache(maxsize=65_536)
def _any_phone(text: str, countries: tuple[str, ...]) -> str | None:
    text = _LABEL.sub("", unicodedata.normalize("NFKC", text), count=1)
    first, *others = _SEVERAL.split(text)
    if others and sum(map(str.isdigit, first)) >= 8:
        text = first
    plain = _SEPARATORS.sub("", text)
    if not _PHONE_LIKE.fullmatch(plain):
        return None
    international = plain.startswith("+")
    for country in (None,) if international else countries:
        if number := _valid(plain, country):
            return number
    if international:
        return None
    # The country is said, but without its +.
    return _valid(f"+{plain.removeprefix('00')}", None) if len(plain) >= 10 else None


def _valid(plain: str, country: str | None) -> str | None:
    try:
        number = phonenumbers.parse(plain, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or len(set(str(number.national_number))) == 1:
        return None
    number.extension = None  # Who shares a switchboard is told apart elsewhere; E.164 has no extensions.
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

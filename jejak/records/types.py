"""What a field can hold. A value travels as JSON: text, number, true or false, a list of texts, or None for nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from jejak.common.money import money
from jejak.common.numbers import number
from jejak.people.normalising import normalise

Value = str | int | float | bool | list[str] | None
"""What is kept of a field."""

LONGEST_LINE = 400
LONGEST_TEXT = 20_000
_LARGEST = Decimal(10) ** 15


class BadValue(ValueError):
    """A value that a field cannot hold; its text says why, in the language of whoever asks."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a field says beside its type. choices: (kept, shown). currency: of an amount. kind: what it links to."""

    choices: tuple[tuple[str, str], ...] = ()
    currency: str = ""
    kind: str = ""
    longest: int = LONGEST_LINE


class Type:
    """The base: one line of text."""

    key = "text"
    label: str | Promise = gettext_lazy("Text")
    operators: tuple[str, ...] = ("is", "is_not", "contains", "begins", "empty", "filled")
    is_sortable = True
    is_number = False
    is_link = False

    def clean(self, given: Any, options: Options) -> Value:
        """Return what is kept of what somebody gave: a text of a form or a file, or JSON. Raises BadValue."""
        if given is None or (isinstance(given, str) and not given.strip()):
            return None
        if isinstance(given, dict | list | tuple | bool):
            raise BadValue(gettext("One text is needed here."))
        return self._one(str(given).strip(), options)

    def _one(self, text: str, options: Options) -> Value:
        text = " ".join(text.replace("\0", "").split())
        if len(text) > options.longest:
            raise BadValue(_too_long(options.longest))
        return text

    def show(self, value: Value, options: Options) -> str:
        """Return a value as staff read it."""
        return "" if value is None else str(value)

    def load(self, value: Value) -> Any:
        """Return what a column of the database takes."""
        return "" if value is None else value

    def dump(self, held: Any) -> Value:
        """Return the value of what a column holds."""
        return held or None

    def schema(self, options: Options) -> dict[str, Any]:
        """Return the JSON schema of a value."""
        return {"type": ["string", "null"], "maxLength": options.longest}


class LongText(Type):
    key = "long_text"
    label = gettext_lazy("Long text")
    operators = ("contains", "empty", "filled")
    is_sortable = False

    def _one(self, text: str, options: Options) -> Value:
        text = text.replace("\0", "").replace("\r\n", "\n")
        if len(text) > LONGEST_TEXT:
            raise BadValue(_too_long(LONGEST_TEXT))
        return text

    def schema(self, options: Options) -> dict[str, Any]:
        return {"type": ["string", "null"], "maxLength": LONGEST_TEXT}


class Number(Type):
    key = "number"
    label = gettext_lazy("Number")
    operators = ("is", "at_least", "at_most", "between", "empty", "filled")
    is_number = True

    def clean(self, given: Any, options: Options) -> Value:
        if isinstance(given, bool):
            raise BadValue(gettext("A number is needed here."))
        if isinstance(given, int | float | Decimal):
            return self._held(str(given), str(given))
        return super().clean(given, options)

    def _one(self, text: str, options: Options) -> Value:
        return self._held(_plain(text), text)

    def _held(self, digits: str, text: str) -> Value:
        try:
            held = Decimal(digits)
        except InvalidOperation:
            raise BadValue(gettext("“%(text)s” is not a number.") % {"text": text[:60]}) from None
        if not held.is_finite() or abs(held) > _LARGEST:
            raise BadValue(gettext("“%(text)s” is too large.") % {"text": text[:60]})
        return self.dump(held)

    def show(self, value: Value, options: Options) -> str:
        if not isinstance(value, int | float):
            return ""
        return number(value, decimals=0 if value == int(value) else 2)

    def load(self, value: Value) -> Any:
        return None if value is None else Decimal(str(value))

    def dump(self, held: Any) -> Value:
        if held is None:
            return None
        return int(held) if held == int(held) else float(held)

    def schema(self, options: Options) -> dict[str, Any]:
        return {"type": ["number", "null"]}


class Money(Number):
    key = "money"
    label = gettext_lazy("Amount of money")

    def show(self, value: Value, options: Options) -> str:
        if not isinstance(value, int | float):
            return ""
        return (
            money(Decimal(str(value)), options.currency) if options.currency else super().show(value, options)
        )


class Date(Type):
    key = "date"
    label = gettext_lazy("Date")
    operators = ("on", "before", "after", "between", "last_days", "next_days", "empty", "filled")

    def _one(self, text: str, options: Options) -> Value:
        for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
            try:
                return (
                    datetime.strptime(text[:10] if pattern == "%Y-%m-%d" else text, pattern)
                    .date()
                    .isoformat()
                )
            except ValueError:
                continue
        raise BadValue(
            gettext("“%(text)s” is not a date such as 2026-03-31 or 31/03/2026.") % {"text": text[:60]}
        )

    def show(self, value: Value, options: Options) -> str:
        return date_format(date.fromisoformat(str(value)), "DATE_FORMAT") if value else ""

    def load(self, value: Value) -> Any:
        return date.fromisoformat(str(value)) if value else None

    def dump(self, held: Any) -> Value:
        return held.isoformat() if held else None

    def schema(self, options: Options) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date"}


class Moment(Date):
    key = "moment"
    label = gettext_lazy("Date and time")

    def _one(self, text: str, options: Options) -> Value:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise BadValue(
                gettext("“%(text)s” is not a time such as 2026-03-31 09:30.") % {"text": text[:60]}
            ) from None
        if at.tzinfo is None:
            zone = timezone.get_current_timezone()
            at = at.replace(tzinfo=zone if isinstance(zone, ZoneInfo) else ZoneInfo(settings.TIME_ZONE))
        try:
            return self.dump(at)
        except OverflowError:
            raise BadValue(gettext("“%(text)s” is out of range.") % {"text": text[:60]}) from None

    def show(self, value: Value, options: Options) -> str:
        return date_format(timezone.localtime(self.load(value)), "DATETIME_FORMAT") if value else ""

    def load(self, value: Value) -> Any:
        return datetime.fromisoformat(str(value)) if value else None

    def dump(self, held: Any) -> Value:
        return held.astimezone(UTC).isoformat(timespec="seconds") if held else None

    def schema(self, options: Options) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date-time"}


class Flag(Type):
    key = "flag"
    label = gettext_lazy("Yes or no")
    operators = ("is", "empty", "filled")

    _YES = frozenset({"true", "yes", "y", "1", "on", "ya", "benar", "t"})
    _NO = frozenset({"false", "no", "n", "0", "off", "tidak", "tak", "salah", "f"})

    def clean(self, given: Any, options: Options) -> Value:
        if isinstance(given, bool) or given is None:
            return given
        text = str(given).strip().lower()
        if not text:
            return None
        if text not in self._YES | self._NO:
            raise BadValue(gettext("“%(text)s” is neither yes nor no.") % {"text": text[:60]})
        return text in self._YES

    def show(self, value: Value, options: Options) -> str:
        return "" if value is None else gettext("Yes") if value else gettext("No")

    def load(self, value: Value) -> Any:
        return bool(value)

    def dump(self, held: Any) -> Value:
        return None if held is None else bool(held)

    def schema(self, options: Options) -> dict[str, Any]:
        return {"type": ["boolean", "null"]}


class Choice(Type):
    key = "choice"
    label = gettext_lazy("One of a list")
    operators = ("any_of", "none_of", "empty", "filled")

    def _one(self, text: str, options: Options) -> Value:
        return _choice(text, options)

    def show(self, value: Value, options: Options) -> str:
        return "" if value is None else str(dict(options.choices).get(str(value), value))

    def schema(self, options: Options) -> dict[str, Any]:
        return {"enum": [key for key, _label in options.choices] + [None]}


class Choices(Choice):
    key = "choices"
    label = gettext_lazy("Several of a list")
    operators = ("has", "has_not", "empty", "filled")
    is_sortable = False

    def clean(self, given: Any, options: Options) -> Value:
        listed = given if isinstance(given, list | tuple) else re.split(r"[;,|]", str(given or ""))
        texts = [str(one).strip() for one in listed if str(one).strip()]
        chosen = [_choice(text, options) if options.choices else text[:60] for text in texts[:50]]
        return list(dict.fromkeys(chosen)) or None

    def show(self, value: Value, options: Options) -> str:
        names = dict(options.choices)
        return ", ".join(str(names.get(one, one)) for one in value) if isinstance(value, list) else ""

    def load(self, value: Value) -> Any:
        return value or []

    def schema(self, options: Options) -> dict[str, Any]:
        held: dict[str, Any] = {"type": "string"}
        if options.choices:
            held = {"enum": [key for key, _label in options.choices]}
        return {"type": ["array", "null"], "items": held, "maxItems": 50}


class Email(Type):
    key = "email"
    label = gettext_lazy("E-mail")

    def _one(self, text: str, options: Options) -> Value:
        try:
            validate_email(text)
        except ValidationError:
            raise BadValue(gettext("“%(text)s” is not an e-mail address.") % {"text": text[:60]}) from None
        return text.lower()[:254]

    def schema(self, options: Options) -> dict[str, Any]:
        return {"type": ["string", "null"], "maxLength": 254}


class Phone(Type):
    key = "phone"
    label = gettext_lazy("Phone")

    def _one(self, text: str, options: Options) -> Value:
        held = normalise("phone", text, settings.PHONE_COUNTRIES)
        if not held:
            raise BadValue(gettext("“%(text)s” is not a phone number.") % {"text": text[:60]})
        return held[:32]


class Link(Type):
    key = "link"
    label = gettext_lazy("Web address")

    def _one(self, text: str, options: Options) -> Value:
        address = text if "://" in text else f"https://{text}"
        try:
            URLValidator(schemes=["http", "https"])(address)
        except ValidationError:
            raise BadValue(gettext("“%(text)s” is not a web address.") % {"text": text[:60]}) from None
        return address


class Record(Type):
    """A link to another record, kept as its id."""

    key = "record"
    label = gettext_lazy("Link to a record")
    operators = ("any_of", "none_of", "empty", "filled")
    is_number = True
    is_sortable = False
    is_link = True

    def _one(self, text: str, options: Options) -> Value:
        if not text.isdecimal() or not 0 < int(text) < 2**63:
            raise BadValue(gettext("“%(text)s” is no id of a record.") % {"text": text[:60]})
        return int(text)

    def load(self, value: Value) -> Any:
        return value

    def schema(self, options: Options) -> dict[str, Any]:
        return {"type": ["integer", "null"], "minimum": 1, "maximum": 2**63 - 1}


class Staff(Record):
    """A member of staff."""

    key = "staff"
    label = gettext_lazy("Member of staff")


def _choice(text: str, options: Options) -> str:
    by_label = {str(label).lower(): key for key, label in options.choices}
    known = dict(options.choices)
    if text in known:
        return text
    if (key := by_label.get(text.lower())) is not None:
        return key
    offered = ", ".join(str(label) for label in list(known.values())[:10])
    raise BadValue(
        gettext("“%(text)s” is not one of: %(offered)s.") % {"text": text[:60], "offered": offered}
    )


def _plain(text: str) -> str:
    """Return what people write as Python reads it: 1.250.000,50 and 1,250,000.50 alike, and 350.000 as thousands."""
    digits = re.sub(r"^(Rp|RM|IDR|MYR|USD|\$|€)\.?\s*|\s", "", text, flags=re.IGNORECASE)
    if "," in digits and "." in digits:
        point = max(digits.rfind(","), digits.rfind("."))
        return re.sub(r"[.,]", "", digits[:point]) + "." + digits[point + 1 :]
    for sign in ",.":
        if digits.count(sign) > 1 or (
            sign in digits and re.fullmatch(rf"-?[1-9]\d{{0,2}}\{sign}\d{{3}}", digits)
        ):
            return digits.replace(sign, "")
    return digits.replace(",", ".")


def _too_long(longest: int) -> str:
    return ngettext("At most %(count)s character.", "At most %(count)s characters.", longest) % {
        "count": longest
    }


_TYPES: Sequence[Type] = (
    Type(), LongText(), Number(), Money(), Date(), Moment(), Flag(), Choice(), Choices(), Email(), Phone(), Link(),
    Staff(), Record(),
)  # fmt: skip
BY_KEY = {one.key: one for one in _TYPES}
"""Every type by its key."""

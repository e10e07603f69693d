"""Amounts of money: always with their currency, and never with decimals that nobody uses."""

from babel.numbers import UnknownCurrencyError, get_currency_precision, get_currency_symbol

from jejak.common.numbers import Number, compact, locale, number

# CLDR still gives the rupiah two decimals; there are no sen in use.
_WITHOUT_DECIMALS = {"IDR"}
# CLDR writes these signs only at home; our readers know them in every language.
_SIGNS = {"IDR": "Rp", "MYR": "RM", "SGD": "S$"}


def money(amount: Number, currency: str, *, language: str = "") -> str:
    """Return an amount as people write it: "Rp 1.250.000" in Indonesian, "RM1,250.50" in Malay.

    currency: ISO 4217, in capitals. One that is not known stands as it is before the amount.
    """
    text = number(_size(amount), decimals=decimals_of(currency), language=language)
    return ("−" if amount < 0 else "") + sign(currency, language=language) + text


def compact_money(amount: Number, currency: str, *, language: str = "") -> str:
    """Return a large amount in short: "Rp 1,3 jt"."""
    text = compact(_size(amount), language=language)
    return ("−" if amount < 0 else "") + sign(currency, language=language) + text


def decimals_of(currency: str) -> int:
    """How many decimals people write in this currency."""
    if currency in _WITHOUT_DECIMALS:
        return 0
    try:
        return get_currency_precision(currency)
    except UnknownCurrencyError:
        return 2


def sign(currency: str, *, language: str = "") -> str:
    """What stands before an amount, with its gap: "Rp ", "RM", "$", "XYZ "."""
    written = _SIGNS.get(currency) or get_currency_symbol(currency, locale=locale(language))
    together = currency == "MYR" or not written[-1].isalpha()
    return written if together else written + "\N{NO-BREAK SPACE}"


def _size(amount: Number) -> Number:
    return -amount if amount < 0 else amount

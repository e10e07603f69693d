"""Numbers as people of each language write them."""

import math
from decimal import Decimal

from babel.numbers import format_compact_decimal, format_decimal, format_percent
from django.utils.translation import get_language

Number = int | float | Decimal


def number(value: Number, *, decimals: int = 0, language: str = "") -> str:
    """Return 1234.5 as "1,235", or with decimals=1 as "1,234.5"; in Indonesian "1.234,5"."""
    return format_decimal(_rounded(value, decimals), format=_pattern(decimals), locale=locale(language))


def compact(value: Number, *, language: str = "") -> str:
    """Return 12345 as "12.3K", in Indonesian "12,3 rb": for axes and small places."""
    # CLDR's short forms hold no-break spaces, which suit us.
    short = abs(float(value)) < 1000
    return format_compact_decimal(value, locale=locale(language), fraction_digits=0 if short else 1)


def percent(value: Number, *, decimals: int = 0, language: str = "") -> str:
    """Return a percentage, 0 to 100, with its sign: 41.27 as "41%"."""
    return format_percent(
        _rounded(value, decimals) / 100, format=_pattern(decimals) + "%", locale=locale(language)
    )


def signed(value: Number, *, decimals: int = 0, language: str = "") -> str:
    """Return a difference with its sign: "+12", "−3", and "0" where it rounds to nothing."""
    rounded = _rounded(value, decimals)
    text = number(abs(rounded), decimals=decimals, language=language)
    if not rounded:
        return text
    return ("+" if rounded > 0 else "−") + text


def locale(language: str = "") -> str:
    """Return the CLDR name of a language of ours: the active one unless told."""
    return (language or get_language() or "en").replace("-", "_")


def _rounded(value: Number, decimals: int) -> Decimal:
    """Round half away from zero, as people do; banks' rounding surprises readers."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number to show.")
    exponent = Decimal(1).scaleb(-decimals)
    return Decimal(str(value)).quantize(exponent, rounding="ROUND_HALF_UP")


def _pattern(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")

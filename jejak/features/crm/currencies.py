"""The currencies that deals and products are in."""

from django.conf import settings

CHOICES = tuple(
    (code, code)
    for code in (
        *("IDR", "MYR", "SGD", "BND", "THB", "PHP", "VND", "USD", "EUR", "GBP", "AUD", "NZD", "JPY", "CNY"),
        *("HKD", "TWD", "KRW", "INR", "CHF", "CAD", "AED", "SAR"),
    )
)
"""By their ISO 4217 codes: those of our neighbours first."""


def usual() -> str:
    """Return the currency of where Jejak was installed, which new deals begin with."""
    countries = [country.upper() for country in settings.PHONE_COUNTRIES]
    return {"MY": "MYR", "SG": "SGD", "BN": "BND"}.get(countries[0], "IDR") if countries else "IDR"

from decimal import Decimal

import pytest

from jejak.common.money import compact_money, decimals_of, money


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        (1_250_000, "IDR", "id", "Rp 1.250.000"),
        (Decimal("1250000.49"), "IDR", "en", "Rp 1,250,000"),
        (1250.5, "MYR", "ms", "RM1,250.50"),
        (3, "USD", "en", "$3.00"),
        (-3, "IDR", "id", "−Rp 3"),
        (1000, "JPY", "en", "¥1,000"),
        (5, "XQX", "en", "XQX 5.00"),
    ],
)
def test_amounts_are_written_with_their_currency(amount, currency, language, text):
    assert money(amount, currency, language=language).replace("\N{NO-BREAK SPACE}", " ") == text


def test_large_amounts_are_shortened():
    assert compact_money(1_300_000, "IDR", language="id").replace("\N{NO-BREAK SPACE}", " ") == "Rp 1,3 jt"


def test_decimals_are_those_that_people_use():
    assert [decimals_of(currency) for currency in ("IDR", "MYR", "JPY", "KWD", "XQX")] == [0, 2, 0, 3, 2]

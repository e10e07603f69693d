from decimal import Decimal

import pytest

from jejak.common.numbers import compact, number, percent, signed


@pytest.mark.parametrize(
    ("language", "text"), [("en", "1,234,567.5"), ("id", "1.234.567,5"), ("ms", "1,234,567.5")]
)
def test_numbers_are_written_as_each_language_does(language, text):
    assert number(1234567.5, decimals=1, language=language) == text


def test_halves_are_rounded_away_from_zero():
    assert [number(value, language="en") for value in (0.5, 1.5, 2.5, -2.5)] == ["1", "2", "3", "-3"]
    assert number(Decimal("2.675"), decimals=2, language="en") == "2.68"
    assert number(2.675, decimals=2, language="en") == "2.68"


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (999, "en", "999"),
        (12_345, "en", "12.3K"),
        (12_345, "id", "12,3 rb"),
        (3_400_000, "id", "3,4 jt"),
        (0, "id", "0"),
    ],
)
def test_large_numbers_are_shortened(value, language, text):
    assert compact(value, language=language).replace("\N{NO-BREAK SPACE}", " ") == text


def test_percentages_go_from_0_to_100():
    assert percent(41.27, decimals=1, language="en") == "41.3%"
    assert percent(41.27, decimals=1, language="id") == "41,3%"


def test_a_difference_shows_its_sign_unless_it_rounds_to_nothing():
    assert [signed(value, language="en") for value in (12, -3.2, 0.4, -0.4)] == ["+12", "−3", "0", "0"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="not a number"):
        number(value)

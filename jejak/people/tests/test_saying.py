import pytest
from django.utils.translation import override

from jejak.people import saying


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("plan", "  gold \n card", "gold card"),
        ("newsletter", True, "yes"),
        ("visits", 12345, "12345"),
        ("spent", 1234.5, "1,234.50"),
        ("tags", ["a", "b"], "a, b"),
        ("tags", None, ""),
        ("language", "id", "Indonesian"),
        ("country", "MY", "Malaysia"),
        ("country", "Atlantis", "Atlantis"),
        ("language", "xq", "xq"),
        ("size", {"width": 3, "unit": "m"}, "width: 3, unit: m"),
        (
            "address",
            {
                "country": "ID",
                "street": "Jl. Rambutan 144D",
                "city": "Jakarta",
                "state": "DKI Jakarta",
                "postalCode": "12013",
            },
            "Jl. Rambutan 144D, Jakarta, DKI Jakarta 12013, Indonesia",
        ),
        ("address", {"city": "Penang"}, "Penang"),
    ],
)
def test_a_trait_is_said_as_people_read_it(key, value, text):
    assert saying.trait(key, value) == text


def test_names_of_languages_and_countries_follow_the_reader():
    with override("id"):
        assert saying.trait("language", "ms") == "Melayu"
        assert saying.trait("country", "SG") == "Singapura"

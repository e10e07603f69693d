"""What is asked goes to JSON and back, and says what makes no sense, beside the field."""

import pytest

from jejak.questions import formula
from jejak.questions.asked import read, write
from jejak.questions.reading import BadQuestion
from jejak.questions.tests.makers import SMALLEST

WHERE = [{"field": "channel", "operator": "is", "value": "web"}]


def faults(held):
    with pytest.raises(BadQuestion) as caught:
        read(held)
    return dict(caught.value.errors)


@pytest.mark.parametrize(
    "said",
    [
        *SMALLEST.values(),
        {
            "kind": "trends",
            "when": {"from_on": "2026-11-01", "to_on": "2026-11-22"},
            "where": WHERE,
            "audience": "vip",
            "without_demo": True,
            "series": [
                {"what": {"names": ["Order Completed"]}, "how": "percentile", "of": "value", "percentile": 90},
                {"how": "people"},
            ],
            "formula": "A / B",
            "bucket": "week",
            "breakdown": "properties.address.city",
            "compare": "year",
        },
    ],
)  # fmt: skip
def test_what_is_asked_goes_to_json_and_back(said):
    asked = read(said)

    assert read(write(asked)) == asked
    assert {key: write(asked)[key] for key in said} == said


def test_every_fault_is_said_beside_its_field():
    assert faults(
        {
            "kind": "trends",
            "when": {"days": 0},
            "zone": "Mars/Olympus",
            "where": [{"field": "nothing", "operator": "is", "value": "x"}],
            "series": [{"how": "sum"}, {"how": "guess"}, {"what": {"names": 3}}],
            "bucket": "minute",
            "breakdown": "properties.",
            "colour": "red",
        }
    ) == {
        "when.days": "From 1 to 3660.",
        "zone": "“Mars/Olympus” is not a time zone such as Asia/Jakarta.",
        "where.0.field": "There is no field “nothing”.",
        "series.0.of": "This is missing.",
        "series.1.how": "“guess” is not one of: count, people, per_person, sum, average, percentile.",
        "series.2.what.names": "This is no list.",
        "bucket": "“minute” is not one of: day, week, month.",
        "breakdown": "A part of its name is missing.",
        "colour": "There is no such field.",
    }


@pytest.mark.parametrize(
    ("when", "path"),
    [
        ({"from_on": "2026-11-22", "to_on": "2026-11-01"}, "when.to_on"),
        ({"from_on": "2026-11-22"}, "when.to_on"),
        ({"from_on": "1990-01-01", "to_on": "2026-11-01"}, "when.from_on"),
        ({"from_on": "22/11/2026", "to_on": "2026-11-01"}, "when.from_on"),
    ],
)
def test_days_that_make_no_window_are_said(when, path):
    assert path in faults({"kind": "trends", "when": when})


def test_a_year_by_day_is_shown_and_ten_are_not():
    read({"kind": "trends", "when": {"days": 366}})

    assert set(faults({"kind": "trends", "when": {"days": 3000}})) == {"bucket"}


@pytest.mark.parametrize("held", [None, [], "trends", 3])
def test_what_is_no_object_is_said(held):
    assert faults(held) == {"": "This is no object."}


@pytest.mark.parametrize(
    "text",
    ["C", "A.b", "A ** B", "__import__('os')", "A / (", "3", "A if B else A", "'A'", "A" * 101, "(" * 90 + "A", "True + A"],
)  # fmt: skip
def test_only_arithmetic_is_a_formula(text):
    with pytest.raises(formula.BadFormula):
        formula.parse(text, letters="AB")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a / b", 2.5),
        ("-A + 2 * (B - 1)", -4),
        ("A / (B - 2)", None),
        ("A * C", None),
        ("1e308 * A * A", None),
    ],
)
def test_a_formula_comes_to(text, value):
    worked = formula.parse(text, letters="ABC").work({"A": 10, "B": 4 if value is not None else 2, "C": None})

    assert (worked.value if worked else None) == (value if value is None else pytest.approx(value))

"""What an address of the Insights page asks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import QueryDict

from jejak.features.insights import question
from jejak.features.insights.question import Question

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)


def read(address: str) -> Question:
    return question.read(QueryDict(address), now=NOON)


def test_nothing_said_is_the_last_28_days_against_the_28_before():
    asked = read("")

    assert (asked.window.from_on, asked.window.last_on) == (date(2026, 10, 26), date(2026, 11, 22))
    assert asked.before.window.from_on == date(2026, 9, 28)
    assert asked.trouble == {}


def test_days_can_be_chosen():
    asked = read("window=custom&from=2026-01-05&to=2026-01-11&compare=none")

    assert (asked.window.days, asked.before) == (7, None)


def test_a_year_before_begins_on_the_same_weekday():
    asked = read("window=custom&from=2026-01-05&to=2026-01-11&compare=year")

    assert asked.before.window.from_on == date(2025, 1, 6)
    assert asked.before.window.from_on.weekday() == asked.window.from_on.weekday()


@pytest.mark.parametrize(
    ("address", "field", "sentence"),
    [
        (
            "window=custom&from=2026-02-30&to=2026-03-01",
            "from",
            "“2026-02-30” is not a day such as 2026-11-22.",
        ),
        ("window=custom&from=9999-12-31", "from", "“9999-12-31” is not a day between 1900 and 2200."),
        ("window=custom&from=2026-03-02&to=2026-03-01", "to", "The last day lies before the first."),
        ("window=custom&from=1950-01-01&to=2026-03-01", "from", "At most ten years can be shown at once."),
        ("step=A&step=A&step=B", "step", "Each step counts once; a step that was chosen twice is left out."),
        ("step=A", "step", "Choose at least two steps."),
    ],
)
def test_what_cannot_be_used_is_said(address, field, sentence):
    assert read(address).trouble == {field: sentence}


@pytest.mark.parametrize(
    "address",
    [
        "window=0",
        "window=-1",
        "window=1e9",
        "compare=x",
        "within=999999",
        "within=x",
        "scale=%00",
        "channel=%00%27",
    ],
)
def test_nonsense_is_the_usual(address):
    asked = read(address)

    assert asked.window.days == 28
    assert asked.within == timedelta(days=7)


def test_all_and_not_said_are_told_apart():
    assert [read(address).filters.channel for address in ("", "channel=", "channel=-", "channel=web")] == [
        None,
        None,
        "",
        "web",
    ]


def test_the_usual_steps_of_a_shop_are_shown_until_somebody_chooses():
    names = ["Order Completed", "Product Viewed", "Call Ended"]

    assert read("").with_usual_steps(names).steps == ("Product Viewed", "Order Completed")
    assert read("step=Call+Ended&step=Order+Completed").with_usual_steps(names).steps == (
        "Call Ended",
        "Order Completed",
    )
    assert read("").with_usual_steps(["Call Ended", "Product Viewed"]).steps == ()

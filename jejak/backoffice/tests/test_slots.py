import pytest

from jejak.backoffice import slots
from jejak.staff.models import User


@pytest.fixture(autouse=True)
def no_guests(monkeypatch):
    monkeypatch.setattr(slots, "_panels", [])


def guest(text: str):
    return lambda request, **context: text.format(**context)


def test_guests_come_in_their_order_with_their_context(asked):
    slots.register("person.panels", order=20)(guest("<p>orders of {person}</p>"))
    slots.register("person.panels", order=10)(guest("<p>answers of {person}</p>"))
    slots.register("home.cards")(guest("<p>home</p>"))

    assert slots.fill("person.panels", asked, person="Ayu") == [
        "<p>answers of Ayu</p>",
        "<p>orders of Ayu</p>",
    ]


def test_a_guest_with_nothing_to_say_takes_no_place(asked):
    slots.register("home.cards")(guest("\n  "))
    assert slots.fill("home.cards", asked) == []


def test_a_guest_is_shown_to_those_who_may_see_it(asked, db):
    slots.register("home.cards", permission="staff.change_user")(guest("secret"))

    assert slots.fill("home.cards", asked) == ["secret"]
    asked.user = User.objects.create_user("budi")
    assert slots.fill("home.cards", asked) == []


def test_a_guest_that_fails_says_so_and_spares_the_others(asked, caplog):
    @slots.register("home.cards", order=1)
    def broken(request):
        raise RuntimeError("no log")

    slots.register("home.cards", order=2)(guest("<p>fine</p>"))

    failed, fine = slots.fill("home.cards", asked)
    assert "could not be shown" in failed
    assert fine == "<p>fine</p>"
    assert "broken" in caplog.text

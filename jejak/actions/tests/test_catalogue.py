"""The catalogue of actions."""

import pytest

from jejak.actions import listed, offered


def test_an_offered_verb_is_listed_with_its_sentence():
    @offered("Greet somebody")
    def greet(*, name, loudly=False):
        """Say hello.

        Only hello.
        """
        return name, loudly

    action = next(action for action in listed() if action.title == "Greet somebody")

    assert (action.sentence, action.parameters) == ("Say hello.", ("name", "loudly"))
    assert action.run(name="Siti") == ("Siti", False)


def test_a_verb_that_takes_no_keywords_is_refused():
    with pytest.raises(TypeError, match="keywords only"):

        @offered("Greet somebody")
        def greet(name):
            return name

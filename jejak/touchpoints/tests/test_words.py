import pytest

from jejak.touchpoints import words


@pytest.mark.parametrize(
    ("key", "word"), [("email", "E-mail"), ("marketplace", "Marketplace"), ("kiosk_mall", "Kiosk mall")]
)
def test_a_channel_has_a_word_and_ones_own_is_written_as_it_is(key, word):
    assert words.channel(key) == word

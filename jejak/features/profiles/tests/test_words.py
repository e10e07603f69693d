import pytest

from jejak.features.profiles import moments, words
from jejak.touchpoints import scales


@pytest.mark.parametrize(
    ("kind", "name", "channel", "icon"),
    [
        ("track", "Order Completed", "web", "shopping-bag"),
        ("track", "Order Delivered", "", "truck"),
        ("track", "Order Returned", "store", "arrow-counter-clockwise"),
        ("track", "Survey Answered", "whatsapp", "star"),
        ("track", "Email Opened", "email", "envelope-open"),
        ("track", "App Opened", "app", "device-mobile"),
        ("track", "Something Else", "whatsapp", "whatsapp-logo"),
        ("track", "Something Else", "", "footprints"),
        ("page", "Order Completed", "web", "browser"),
        ("identify", "Identified", "", "identification-card"),
    ],
)
def test_a_touchpoint_has_the_sign_of_what_happened(kind, name, channel, icon):
    assert words.icon(kind, name, channel) == icon


@pytest.mark.parametrize(
    ("scale", "score", "tone"),
    [
        *(("nps", 10, "good"), ("nps", 8, "warn"), ("nps", 6, "bad")),
        *(("csat-1-5", 4, "good"), ("csat-1-5", 3, "warn"), ("csat-1-5", 2, "bad")),
        *(("ces-1-7-easy", 7, "good"), ("ces-1-7-easy", 1, "bad")),
        *(("ces-1-5-hard", 1, "good"), ("ces-1-5-hard", 5, "bad")),
    ],
)
def test_a_score_is_good_or_bad_as_its_scale_has_it(scale, score, tone):
    assert moments.score_tone(score, scales.parse(scale)) == tone


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("phone", "+6281234567890", "+62 812-3456-7890"),
        ("whatsapp", "+60123456789", "+60 12-345 6789"),
        ("whatsapp", "US.13491208655302741918", "US.13491208655302741918"),
        ("phone", "+", "+"),
        ("email", "siti@toko.id", "siti@toko.id"),
    ],
)
def test_handles_are_written_as_staff_read_them(kind, value, text):
    assert words.handle_text(kind, value) == text


def test_words_of_ones_own_are_written_as_they_are():
    assert str(words.word(words.HANDLES, "kiosk_card")) == "Kiosk card"
    assert str(words.word(words.HANDLES, "email")) == "E-mail"

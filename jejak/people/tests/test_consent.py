import pytest

from jejak.people import consent
from jejak.people.consent import MARKETING, RESEARCH, SERVICE
from jejak.people.models import Consent
from jejak.people.tests.makers import HOUR, NOON, make_person

pytestmark = pytest.mark.django_db


def say(person, *, purpose=MARKETING, channel="email", is_given=True, said_at=NOON, source="form"):
    return consent.say(
        person_id=person.pk,
        purpose=purpose,
        channel=channel,
        is_given=is_given,
        said_at=said_at,
        source=source,
    )


def allowed(*people, purpose=MARKETING, channel="email"):
    try:
        consent.check([person.pk for person in people], purpose=purpose, channel=channel)
    except consent.NotAllowed:
        return False
    return True


def test_service_words_are_allowed_until_they_are_refused():
    siti = make_person("Siti")
    assert allowed(siti, purpose=SERVICE)
    say(siti, purpose=SERVICE, is_given=False)
    assert not allowed(siti, purpose=SERVICE)


@pytest.mark.parametrize("purpose", [MARKETING, RESEARCH])
def test_the_others_need_consent_on_that_very_channel(purpose):
    siti = make_person("Siti")
    assert not allowed(siti, purpose=purpose)
    say(siti, purpose=purpose, channel="email")
    assert allowed(siti, purpose=purpose, channel="email")
    assert not allowed(siti, purpose=purpose, channel="whatsapp")


def test_the_newest_counts_whatever_order_it_came_in():
    siti = make_person("Siti")
    say(siti, is_given=False, said_at=NOON + HOUR)
    say(siti, is_given=True, said_at=NOON)
    assert not allowed(siti)


def test_all_trails_of_a_person_are_heard():
    siti = make_person("Siti")
    visitor = make_person(root=siti)
    say(visitor)
    assert allowed(siti, visitor)
    assert not allowed(siti)


def test_saying_it_again_at_the_same_moment_keeps_one_line():
    siti = make_person("Siti")
    say(siti)
    say(siti)
    assert Consent.objects.count() == 1


def test_a_reason_says_whether_it_was_refused_or_never_given():
    siti = make_person("Siti")
    with pytest.raises(consent.NotAllowed, match="has not given consent"):
        consent.check([siti.pk], purpose=MARKETING, channel="email")
    say(siti, is_given=False)
    with pytest.raises(consent.NotAllowed, match="refused"):
        consent.check([siti.pk], purpose=MARKETING, channel="email")


@pytest.mark.parametrize(("purpose", "channel"), [("spam", "email"), (SERVICE, "pigeon")])
def test_only_known_purposes_and_channels_are_kept(purpose, channel):
    with pytest.raises(consent.Unknown):
        say(make_person("Siti"), purpose=purpose, channel=channel)


def test_the_matrix_takes_one_query(django_assert_num_queries):
    siti = make_person("Siti")
    say(siti)
    with django_assert_num_queries(1):
        states = consent.states([siti.pk])
    assert {key for key, state in states.items() if state.said} == {(MARKETING, "email")}
    assert len(states) == len(consent.PURPOSES) * len(consent.CHANNELS)

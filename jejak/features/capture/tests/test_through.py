"""From the door to the log, in one process."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jejak.features.capture.tests.door import a_key, knock, waiting
from jejak.features.capture.tests.test_rubbish import GOOD, messages, often, written
from jejak.touchpoints import refusals, worker
from jejak.touchpoints.models import Refusal

pytestmark = pytest.mark.django_db(
    transaction=True,
    databases=["default", "inlet"],
    available_apps=["jejak.features.capture", "jejak.touchpoints", "jejak.people"],
)


@pytest.fixture
def sender():
    return {"key": a_key(), "sent": 0, "taken": 0}


@settings(often, max_examples=25)
@given(mixed=st.lists(messages, min_size=1, max_size=5))
def test_rubbish_never_stops_the_pipeline(eventlog, sender, mixed):
    sender["sent"] += 1
    good = {**GOOD, "messageId": f"good-{sender['sent']}"}
    reply = knock("POST", "/v1/batch", written({"batch": [*mixed, good]}), key=sender["key"])
    sender["taken"] += reply.status == 200
    worker.drain()

    assert waiting().count() == 0
    good_ones = eventlog.ask("SELECT count() FROM touchpoints WHERE name = 'Good'").rows
    assert good_ones == [(sender["taken"],)]


def test_what_is_refused_at_the_door_is_on_the_list_with_the_same_reason(eventlog):
    key = a_key()
    batch = [
        {"type": "dance", "userId": "u"},
        {"type": "track", "userId": "u"},
        {"type": "track", "event": "Tried"},
    ]
    told = knock("POST", "/v1/batch", {"batch": [*batch, GOOD]}, key=key).json()["refused"]
    single = knock("POST", "/v1/track", {"event": "Tried", "userId": {}}, key=key).json()
    worker.drain()

    listed = list(Refusal.objects.order_by("pk").values_list("reason", flat=True))
    assert sorted(listed) == sorted([*(one["reason"] for one in told), single["code"]])
    assert eventlog.ask("SELECT count() FROM touchpoints").rows == [(1,)]


def test_a_refused_message_is_taken_when_it_is_replayed(eventlog, settings):
    key = a_key()
    settings.MESSAGE_BYTES = 500
    large = {**GOOD, "properties": {"text": "x" * 1000}}
    assert knock("POST", "/v1/track", large, key=key).status == 400
    worker.drain()
    settings.MESSAGE_BYTES = 5000
    assert refusals.replay(refusals=Refusal.objects.all(), now=Refusal.objects.get().received_at) == 1
    worker.drain()

    assert eventlog.ask("SELECT name FROM touchpoints").rows == [("Good",)]


def test_what_no_database_can_hold_stops_nothing(eventlog):
    key = a_key()
    odd = "Si\0ti \ud800"
    batch = [
        {"type": "dance", "userId": "u", "event": odd},
        {
            "type": "track",
            "userId": "u",
            "event": odd,
            "properties": {odd: odd},
            "context": {"page": {"url": odd}},
        },
        {"type": "page", "userId": odd, "name": odd, "category": odd},
        {"type": "identify", "userId": "u", "traits": {"name": odd, "email": odd, odd: [odd, {odd: odd}]}},
        {"type": "group", "userId": "u", "groupId": odd, "traits": {"name": odd, odd: odd}},
        {"type": "alias", "userId": "u", "previousId": odd},
        {
            "type": "track",
            "event": "Tried",
            "handles": {"order_id": odd, odd: "1"},
            "channel": odd,
            "team": odd,
        },
    ]
    for message in batch:
        knock("POST", "/v1/batch", {"batch": [message]}, key=key)
    knock("POST", "/v1/batch", {"batch": [GOOD]}, key=key)
    worker.drain()

    assert waiting().count() == 0
    assert eventlog.ask("SELECT count() FROM touchpoints WHERE name = 'Good'").rows == [(1,)]

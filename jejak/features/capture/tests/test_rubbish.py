"""Whatever comes in: no 500, always JSON, and good messages are kept or the refusal says that none were."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jejak.features.capture.tests.door import a_key, kept, knock, waiting

pytestmark = pytest.mark.django_db(
    transaction=True,
    databases=["default", "inlet"],
    available_apps=["jejak.features.capture", "jejak.touchpoints"],
)
often = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

texts = st.text(max_size=20) | st.sampled_from(["", "\0", "\ud800", "🙂.$__proto__", "x" * 5000, "1e999"])
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**53 + 1, 10**30, -(10**400), 1e308, float("nan"), float("inf")])
    | st.floats()
    | texts
)
anything = st.recursive(
    scalars,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(texts, inside, max_size=4),
    max_leaves=12,
)
deep = st.integers(1, 3000).map(lambda levels: _nested(levels))
moments = st.sampled_from(
    [
        "9999-12-31T23:59:59Z",
        "1970-01-01",
        "garbage",
        "2026-11-22T07:00:00.123456789+07:00",
        253402300800000,
        -1,
        True,
    ]
)
fields = {
    "type": st.sampled_from(["track", "page", "identify", "group", "alias", "screen", "dance", "", 5, None]),
    "event": st.sampled_from(["Tried", "", None, 5, {}, "\0"]),
    "userId": scalars,
    "anonymousId": scalars,
    "messageId": scalars,
    "groupId": scalars,
    "previousId": scalars,
    "properties": anything | deep,
    "traits": anything,
    "context": anything,
    "timestamp": moments | scalars,
    "sentAt": moments | scalars,
    "handles": anything,
    "value": scalars,
}
messages = st.fixed_dictionaries({}, optional=fields) | anything
GOOD = {"type": "track", "event": "Good", "userId": "u-1", "messageId": "good"}


def _nested(levels):
    held = 1
    for _level in range(levels):
        held = {"a": held}
    return held


def written(held):
    """Return JSON text, as sloppy as Python writes it."""
    try:
        return json.dumps(held).encode("utf-8", "surrogatepass")
    except RecursionError:
        return b'{"a":' * 3000 + b"1" + b"}" * 3000


@pytest.fixture
def key():
    return a_key()


def check(reply):
    assert reply.status in (200, 400, 413), reply.body
    held = reply.json()
    if reply.status != 200:
        assert set(held) == {"code", "message", "detail"}
        assert held["message"]
    return held


@often
@given(mixed=st.lists(messages, max_size=4), at=st.integers(0, 4))
def test_a_good_message_among_rubbish_is_kept_or_the_refusal_says_none_was(key, mixed, at):
    waiting().delete()
    batch = [*mixed[:at], GOOD, *mixed[at:]]
    reply = knock("POST", "/v1/batch", written({"batch": batch}), key=key)
    held = check(reply)
    if reply.status == 200:
        assert GOOD in kept()
    else:
        assert kept() == []
        assert "was kept" in held["message"]


@often
@given(
    message=messages,
    path=st.sampled_from(["/v1/track", "/v1/identify", "/v1/a", "/api/s/event", "/v1/batch"]),
)
def test_a_message_of_rubbish_is_taken_or_refused(key, message, path):
    check(knock("POST", path, written(message), key=key))


@often
@given(
    body=st.binary(max_size=300),
    path=st.sampled_from(["/v1/t", "/v1/batch", "/e/", "/batch/?compression=base64"]),
)
def test_bytes_of_rubbish_are_refused(key, body, path):
    check(knock("POST", path, body, key=key))


@often
@given(
    events=st.lists(messages | st.fixed_dictionaries({"event": anything, "properties": anything}), max_size=4)
)
def test_posthogs_rubbish_is_taken_or_refused(key, events):
    check(knock("POST", "/batch/", written({"api_key": key, "batch": events})))


@often
@given(
    headers=st.dictionaries(
        st.sampled_from(
            [
                "authorization",
                "content-encoding",
                "content-type",
                "sentat",
                "dnt",
                "origin",
                "x-forwarded-for",
                "content-length",
                "user-agent",
                "x-write-key",
            ]
        ),
        st.text(st.characters(max_codepoint=255), max_size=40),
    )
)
def test_headers_of_rubbish_are_refused(headers):
    reply = knock("POST", "/v1/t", GOOD, headers=headers)
    assert reply.status in (200, 400, 401, 413)
    assert set(reply.json()) == {"code", "message", "detail"}

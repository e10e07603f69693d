import base64
import gzip
import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from jejak.features.capture import posthog
from jejak.features.capture.tests.door import NOON, a_key, kept, knock

pytestmark = pytest.mark.django_db(
    transaction=True,
    databases=["default", "inlet"],
    available_apps=["jejak.features.capture", "jejak.touchpoints"],
)

SERVER = {"$lib": "posthog-python", "$lib_version": "7.91.1", "$is_server": True}
BROWSER = {"$lib": "web", "$device_id": "d-1"}


def canonical(event, **properties):
    """Return what becomes of one event of PostHog's."""
    given = {"properties": properties, **event}
    return json.loads(posthog.read(json.dumps(given).encode(), now=NOON).body)[0]


@pytest.mark.parametrize(
    ("event", "who"),
    [
        ({"distinct_id": "u-1", "properties": SERVER}, {"userId": "u-1"}),
        (
            {"distinct_id": "x", "properties": {**SERVER, "$process_person_profile": False}},
            {"anonymousId": "x"},
        ),
        ({"properties": {**BROWSER, "distinct_id": "d-1", "$is_identified": False}}, {"anonymousId": "d-1"}),
        ({"properties": {**BROWSER, "distinct_id": "u-1", "$is_identified": True}}, {"userId": "u-1"}),
        (
            {"properties": {**BROWSER, "distinct_id": "d-1", "$user_id": "u-1", "$is_identified": True}},
            {"userId": "u-1", "anonymousId": "d-1"},
        ),
    ],
)
def test_who_a_distinct_id_is(event, who):
    message = canonical({"event": "Tried", **event})
    assert {field: message[field] for field in ("userId", "anonymousId") if field in message} == who


def test_identify_joins_the_visitor_and_the_user():
    message = canonical(
        {
            "event": "$identify",
            "$set": {"email": "siti@example.com"},
            "$set_once": {"email": "old", "plan": "a"},
        },
        distinct_id="u-1",
        **{"$anon_distinct_id": "d-1"},
    )
    assert message["type"] == "identify"
    assert (message["userId"], message["anonymousId"]) == ("u-1", "d-1")
    assert message["traits"] == {"email": "siti@example.com", "plan": "a"}


def test_alias_is_read_as_each_library_means_it():
    python = canonical(
        {"event": "$create_alias", "distinct_id": "d-1"}, alias="u-1", distinct_id="d-1", **SERVER
    )
    node = canonical({"event": "$create_alias", "distinct_id": "u-1"}, alias="d-1", distinct_id="u-1")
    for message in (python, node):
        assert (message["type"], message["userId"], message["previousId"]) == ("alias", "u-1", "d-1")


def test_a_group_is_one_company_and_not_a_person_each_time():
    properties = {"$group_type": "company", "$group_key": "acme", "$group_set": {"name": "Acme"}}
    message = canonical({"event": "$groupidentify", "distinct_id": "made up"}, **properties, **SERVER)
    assert (message["type"], message["groupId"], message["traits"]) == ("group", "acme", {"name": "Acme"})
    assert message["anonymousId"] == "company:acme"


def test_a_pageview_is_a_page():
    page = {"$current_url": "https://shop.example/a?b", "$pathname": "/a", "title": "A", "utm_source": "news"}
    message = canonical({"event": "$pageview", "uuid": "e-1"}, distinct_id="d-1", **BROWSER, **page)
    assert (message["type"], message["messageId"], message["name"]) == ("page", "e-1", "A")
    assert message["context"]["page"] == {"url": "https://shop.example/a?b", "path": "/a", "title": "A"}
    assert message["context"]["campaign"] == {"source": "news"}


def test_nothing_that_was_sent_is_lost_but_the_key():
    event = {"event": "Tried", "uuid": "e-1", "distinct_id": "u-1", "$set": {"plan": "a"}, "extra": [1]}
    message = canonical({**event, "api_key": "jk_x"}, a=2**53 + 1, token="jk_x")
    assert message["properties"] == {"a": 2**53 + 1}
    assert message["sent"] == event


def test_an_offset_counts_back_from_our_clock():
    message = canonical({"event": "Tried", "distinct_id": "u-1", "offset": 90_000})
    assert datetime.fromisoformat(message["timestamp"]) == datetime(2026, 11, 22, 11, 58, 30, tzinfo=UTC)


EVENT = {"event": "Tried", "properties": {"distinct_id": "u-1", "$is_identified": True}, "uuid": "e-1"}


def packed(form, key):
    whole = json.dumps({**EVENT, "api_key": key}).encode()
    if form == "base64":
        return "/e/?compression=base64", b"data=" + quote(base64.b64encode(whole)).encode(), {}
    if form == "gzip-js":
        return "/e/?compression=gzip-js", gzip.compress(whole), {"content-type": "text/plain"}
    if form == "gzip":
        return "/batch/", gzip.compress(whole), {"content-encoding": "gzip"}
    if form == "form":
        return "/e", b"ver=1&data=" + quote(whole).encode(), {}
    if form == "list":
        inside = {**EVENT, "properties": {**EVENT["properties"], "token": key}}
        return "/i/v0/e/", json.dumps([inside, {**inside, "uuid": "e-2"}]).encode(), {}
    return "/i/v0/e/", whole, {}


@pytest.mark.parametrize("form", ["plain", "base64", "gzip-js", "gzip", "form", "list"])
def test_every_way_of_packing_is_read(form):
    path, body, headers = packed(form, a_key())
    reply = knock("POST", path, body, headers=headers)
    assert (reply.status, reply.json()) == (200, {"success": True})
    assert kept()[0]["messageId"] == "e-1"
    assert kept()[0]["userId"] == "u-1"


@pytest.mark.parametrize(
    "body", [b"data=%%%", b"x=1&data=", b"5", b"[]", b'{"batch":[]}', b'{"batch":5}', b"null", b"[null]"]
)
def test_what_is_no_event_is_refused(body):
    reply = knock("POST", "/batch/", body, key=a_key())
    assert reply.status == 400
    assert set(reply.json()) == {"code", "message", "detail"}


def test_one_bad_event_does_not_cost_the_batch():
    batch = [{"event": 5, "distinct_id": "u"}, EVENT, {"event": "Nobody"}, "text"]
    reply = knock("POST", "/batch/", {"api_key": a_key(), "batch": batch})
    assert reply.status == 200
    assert [one["position"] for one in reply.json()["refused"]] == [0, 2, 3]

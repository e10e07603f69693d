import asyncio
import gzip
import json
import zlib

import pytest

from jejak.features.capture import actions, senders
from jejak.features.capture.answers import Problem
from jejak.features.capture.models import Source, Tally
from jejak.features.capture.senders import Senders
from jejak.features.capture.tests.door import NOON, a_key, arrivals, basic, kept, knock, nothing_more_kept

pytestmark = pytest.mark.django_db(
    transaction=True,
    databases=["default", "inlet"],
    available_apps=["jejak.features.capture", "jejak.touchpoints"],
)

ORDER = {
    "type": "track",
    "event": "Order Completed",
    "userId": "u-1",
    "messageId": "m-1",
    "properties": {"total": 5},
}


def test_a_message_is_kept_whole():
    key = a_key()
    reply = knock("POST", "/v1/track", ORDER, key=key)

    assert (reply.status, reply.json()) == (200, {"success": True})
    assert kept() == [ORDER]
    assert arrivals()[0].source == "shop"


@pytest.mark.parametrize("kind", ["identify", "track", "page", "screen", "group", "alias"])
@pytest.mark.parametrize("path", ["/v1/{}", "/v1/{}/", "//v1//{}", "/api/s/{}", "/api/s/s2s/{}"])
def test_the_address_says_the_type(kind, path):
    key = a_key()
    message = {"userId": "u-1", "event": "Tried", "previousId": "a-1", "groupId": "g-1"}
    assert knock("POST", path.format(kind), message, key=key).status == 200
    assert kept() == [{"type": kind, **message}]


@pytest.mark.parametrize("short", ["i", "t", "p", "s", "g", "a"])
def test_the_browsers_short_addresses_work(short):
    key = a_key()
    assert knock("POST", f"/v1/{short}", {"userId": "u-1", "event": "Tried"}, key=key).status == 200
    assert kept()[0]["type"][0] == short


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/v1/import", "/beacon/v1/batch"])
def test_a_batch_is_kept_message_by_message_as_sent(path):
    key = a_key()
    messages = [
        {**ORDER, "messageId": f"m-{n}", "properties": {"🙂.a": n, "__proto__": 2**53 + 1}} for n in range(3)
    ]
    body = {"batch": messages, "sentAt": "2026-11-22T07:00:00Z", "writeKey": "wk:***"}

    assert knock("POST", path, body, key=key).json() == {"success": True}
    assert kept() == messages
    assert arrivals()[0].messages == 3
    assert arrivals()[0].meta == {"sent_at": "2026-11-22T07:00:00Z"}


def test_one_bad_message_does_not_cost_the_batch():
    key = a_key()
    bad = {"type": "dance", "userId": "u-1"}
    reply = knock("POST", "/v1/batch", {"batch": [ORDER, bad, {**ORDER, "properties": 5}]}, key=key)

    assert reply.status == 200
    assert reply.json()["kept"] == 1
    assert [(one["position"], one["reason"]) for one in reply.json()["refused"]] == [
        (1, "unknown_type"),
        (2, "wrong_type"),
    ]
    assert kept() == [ORDER, bad, {**ORDER, "properties": 5}]  # The pipeline puts the bad ones on the list.


def test_a_batch_of_only_bad_messages_is_an_error_that_says_so():
    reply = knock("POST", "/v1/batch", {"batch": [{"type": "dance", "userId": "u-1"}] * 2}, key=a_key())

    assert (reply.status, reply.json()["code"]) == (400, "unknown_type")
    assert reply.json()["message"] == "All messages were refused; none was kept."
    assert "dance" in reply.json()["detail"]


@pytest.mark.parametrize(
    ("message", "code", "says"),
    [
        ({"type": "dance", "userId": "u-1"}, "unknown_type", "dance"),
        ({"type": "track", "userId": "u-1"}, "no_name", "event"),
        ({"event": "Tried"}, "nobody", "userId"),
        ({"event": 5, "userId": "u-1"}, "wrong_type", "$.event"),
        ({"event": "Tried", "userId": {"a": 1}}, "wrong_type", "$.userId"),
        ({"type": 5, "event": "Tried", "userId": "u-1"}, "wrong_type", "$.type"),
        ({"event": "Tried", "userId": "u-1", "context": "text"}, "wrong_type", "context"),
    ],
)
def test_a_bad_message_is_told_field_rule_and_value(message, code, says):
    reply = knock("POST", "/v1/track", message, key=a_key())
    assert (reply.status, reply.json()["code"]) == (400, code)
    assert says in reply.json()["detail"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_body"),
        (b"   ", "empty_body"),
        (b"{", "not_json"),
        (b'{"batch":', "not_json"),
        (b"null", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"[1]", "not_an_object"),
        (b'{"batch":[]}', "empty_batch"),
        (b'{"batch":{}}', "no_batch"),
        (b"{}", "no_batch"),
        (b'{"batch":[{"type":"track","event":"\xff","userId":"u"}]}', "not_utf8"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    ],
)
def test_a_body_that_is_no_batch_is_refused_whole(body, code):
    key = a_key()
    with nothing_more_kept():
        reply = knock("POST", "/v1/batch", body, key=key)
    assert (reply.status, reply.json()["code"]) == (400, code)
    assert set(reply.json()) == {"code", "message", "detail"}


def test_what_pythons_json_writes_is_mended():
    properties = rb'{"a":NaN,"b":"\ud800x","c":-Infinity}'
    body = b'{"batch":[{"type":"track","event":"Tried","userId":"u-1","properties":%s}]}' % properties
    assert knock("POST", "/v1/batch", body, key=a_key()).json() == {"success": True}
    assert kept()[0]["properties"] == {"a": None, "b": "\ufffdx", "c": None}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/octet-stream", ""]
)
def test_the_body_is_json_whatever_its_header_says(kind):
    assert knock("POST", "/v1/t", ORDER, key=a_key(), headers={"content-type": kind}).status == 200


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("", gzip.compress), ("gzip", lambda body: body)],
)
def test_compressed_bodies_are_unpacked(encoding, pack):
    body = pack(json.dumps({"batch": [ORDER]}).encode())
    reply = knock("POST", "/v1/batch", body, key=a_key(), headers={"content-encoding": encoding})
    expected = 400 if encoding and body[:1] == b"{" else 200
    assert reply.status == expected


def test_a_gzip_bomb_is_refused():
    bomb = gzip.compress(b" " * (60 * 2**20), 9)
    reply = knock("POST", "/v1/batch", bomb, key=a_key(), headers={"content-encoding": "gzip"})
    assert (reply.status, reply.json()["code"]) == (413, "too_large")


def test_a_large_announcement_is_refused_from_the_header():
    reply = knock("POST", "/v1/batch", b"{", key=a_key(), headers={"content-length": str(2 * 2**30)})
    assert (reply.status, reply.json()["code"]) == (413, "too_large")
    assert reply.headers["connection"] == "close"


def test_a_large_body_without_announcement_is_refused(settings):
    settings.REQUEST_BYTES = 1000
    key = a_key()
    body = json.dumps({"batch": [{**ORDER, "properties": {"a": "x" * 2000}}]}).encode()
    assert knock("POST", "/v1/batch", body, key=key, chunks=7).status == 413
    settings.REQUEST_BYTES = 10_000
    assert knock("POST", "/v1/batch", body, key=key, chunks=7).status == 200


def test_a_message_that_is_too_large_does_not_cost_the_batch(settings):
    settings.MESSAGE_BYTES = 1000
    reply = knock("POST", "/v1/batch", {"batch": [ORDER, {**ORDER, "x": "x" * 2000}]}, key=a_key())
    assert reply.status == 200
    assert [(one["position"], one["reason"]) for one in reply.json()["refused"]] == [(1, "too_large")]


# Keys


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": basic("jk_unknown")},
        {"authorization": "Basic %%%"},
        {"authorization": "Basic " + "\xff\xfe"},
        {"authorization": basic("\0")},
        {"authorization": "Basic w6k6"},
        {"authorization": "Digest x"},
        {"authorization": "Bearer nothing"},
        {"x-write-key": "jk_unknown:secret"},
        {"authorization": basic("k" * 100_000)},
    ],
)
def test_without_a_known_key_nothing_is_taken(headers):
    a_key()
    with nothing_more_kept():
        reply = knock("POST", "/v1/track", ORDER, headers=headers)
    assert (reply.status, reply.json()["code"]) == (401, "unauthorised")
    assert reply.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("place", ["bearer", "x-write-key", "query", "body", "api_key"])
def test_the_key_is_found_wherever_clients_put_it(place):
    key = a_key()
    headers, path, message = {}, "/v1/track", dict(ORDER)
    if place == "bearer":
        headers = {"authorization": f"Bearer {key}"}
    elif place == "x-write-key":
        headers = {"x-write-key": f"{key}:secret"}
        message["writeKey"] = "wk:***"  # Masked as Jitsu does: the header wins.
    elif place == "query":
        path += f"?writeKey={key}"
    elif place == "body":
        message["writeKey"] = key
    else:
        path, message = "/batch/", {"api_key": key, "batch": [{"event": "Tried", "distinct_id": "u-1"}]}
    assert knock("POST", path, message, headers=headers).status == 200
    assert len(kept()) == 1


def test_the_log_never_gets_the_write_key():
    key = a_key()
    knock("POST", "/v1/t", {**ORDER, "writeKey": key})
    assert kept() == [{**ORDER, "writeKey": f"{key[:6]}***"}]


def test_a_revoked_key_stops_working_within_two_seconds():
    now = [100.0]
    key = a_key()
    source = Source.objects.get()

    async def use() -> list[str]:
        senders, found = Senders(clock=lambda: now[0]), []
        found.append((await senders.find(key)).name)
        await asyncio.to_thread(actions.revoke_source, source=source, now=NOON)
        now[0] += 2.0
        with pytest.raises(Problem):
            await senders.find(key)
        return found

    assert asyncio.run(use()) == ["shop"]


def test_a_key_made_a_moment_ago_works_at_once():
    async def use() -> str:
        senders = Senders()
        with pytest.raises(Problem):
            await senders.find("jk_nobody")
        key = await asyncio.to_thread(a_key)
        return (await senders.find(key)).name

    assert asyncio.run(use()) == "shop"


def test_unknown_keys_cannot_make_us_ask_without_end(monkeypatch):
    asked = []
    monkeypatch.setattr(senders, "_read", lambda: asked.append(1) or {})

    async def use() -> None:
        door = Senders()
        tries = [door.find(f"jk_{number}") for number in range(500)]
        found = await asyncio.gather(*tries, return_exceptions=True)
        assert {type(one) for one in found} == {Problem}

    asyncio.run(use())
    assert len(asked) <= 3


# Browsers


@pytest.mark.parametrize("path", ["/v1/t", "/v1/batch", "/e/", "/v1/projects/x/settings", "/nothing"])
def test_browsers_may_send_from_any_page(path):
    asked = {"origin": "https://shop.example", "access-control-request-headers": "authorization,x-mine"}
    reply = knock("OPTIONS", path, headers=asked)
    allowed = reply.headers["access-control-allow-headers"].split(", ")
    assert reply.status == 200
    assert {
        "authorization",
        "content-type",
        "anonymousid",
        "sentat",
        "x-write-key",
        "x-retry-count",
        "x-mine",
    } <= set(allowed)
    assert reply.headers["access-control-expose-headers"] == "Retry-After"
    assert "access-control-allow-credentials" not in reply.headers


def test_wrong_addresses_and_methods_are_json_too():
    assert (knock("GET", "/v1/track").status, knock("POST", "/v1/dance").status) == (405, 404)
    assert knock("POST", "/v1/dance").json()["code"] == "no_such_address"


def test_settings_send_analytics_js_back_to_us():
    key = a_key()
    reply = knock("GET", f"/v1/projects/{key}/settings", headers={"host": "cx.example:8443"})
    held = reply.json()["integrations"]["Segment.io"]
    assert (held["apiKey"], held["apiHost"], held["protocol"]) == (key, "cx.example:8443/v1", "http")
    missing = knock("GET", "/v1/projects/nobody/settings")
    assert (missing.status, missing.headers["access-control-allow-origin"]) == (404, "*")


def test_rudderstack_gets_its_configuration():
    key = a_key()
    source = knock("GET", f"/sourceConfig/?p=cdn&v=3&writeKey={key}").json()["source"]
    assert (source["writeKey"], source["enabled"], source["destinations"]) == (key, True, [])
    assert knock("GET", "/sourceConfig/", key=key).status == 200
    assert knock("GET", "/sourceConfig/").status == 401


def test_posthog_gets_its_configuration():
    key = a_key()
    assert knock("GET", f"/array/{key}/config").json()["token"] == key
    assert knock("GET", f"/array/{key}/config.js").headers["content-type"].startswith("text/javascript")
    assert knock("POST", "/flags/?v=2", {"token": key, "distinct_id": "u"}).json()["flags"] == {}
    assert knock("POST", "/v1/m", {"series": []}).json() == {"success": True}


# Privacy


def test_whole_addresses_never_touch_the_disk(settings):
    key = a_key()
    message = {
        **ORDER,
        "context": {"ip": "203.0.113.7"},
        "properties": {"ip": "2001:db8:1:2:3:4:5:6", "zip": "40115"},
    }
    knock("POST", "/v1/t", message, key=key, headers={"origin": "https://shop.example"})
    assert kept()[0]["context"]["ip"] == "203.0.113.0"
    assert kept()[0]["properties"] == {"ip": "2001:db8:1::", "zip": "40115"}
    assert arrivals()[0].meta["ip"] == "203.0.113.0"

    settings.KEEP_IP = True
    knock("POST", "/v1/t", message, key=key, headers={"origin": "https://shop.example"})
    assert kept()[1] == message


def test_only_a_browsers_own_address_is_the_persons():
    knock("POST", "/v1/t", ORDER, key=a_key(), headers={"user-agent": "analytics-python/2.4.0"})
    assert arrivals()[0].meta == {}


@pytest.mark.parametrize("header", ["sec-gpc", "dnt"])
def test_a_browser_that_asks_not_to_be_followed_is_not(header, settings):
    key = a_key()
    asking = {header: "1", "origin": "https://shop.example"}
    with nothing_more_kept():
        reply = knock("POST", "/v1/t", ORDER, key=key, headers=asking)
    assert (reply.status, reply.json()) == (200, {"success": True, "kept": 0, "opted_out": 1})
    assert [tally.opted_out for tally in Tally.objects.all()] == [1]

    from_server = {header: "1"}
    assert knock("POST", "/v1/t", ORDER, key=key, headers=from_server).json() == {"success": True}
    settings.HONOUR_OPT_OUT = False
    assert knock("POST", "/v1/t", ORDER, key=key, headers=asking).json() == {"success": True}


# Load


def test_overload_is_a_429_that_says_when_to_come_back(settings, monkeypatch):
    from jejak.touchpoints import inlet

    key = a_key()
    settings.WAITING_BYTES = -1
    reply = knock("POST", "/v1/t", ORDER, key=key)
    assert (reply.status, reply.json()["code"], reply.headers["retry-after"]) == (429, "overloaded", "5")

    async def unwritable(accepted):
        raise inlet.Unwritable(5, "The database cannot be written to.")

    monkeypatch.setattr(inlet, "accept", unwritable)
    reply = knock("POST", "/v1/t", ORDER, key=key)
    assert (reply.status, reply.json()["code"], reply.headers["retry-after"]) == (503, "unwritable", "5")


def test_what_a_source_sent_is_counted():
    key = a_key()
    knock("POST", "/v1/batch", {"batch": [ORDER, ORDER, {"type": "dance", "userId": "u-1"}]}, key=key)
    knock("POST", "/v1/batch", b"{", key=key)
    tally, source = Tally.objects.get(), Source.objects.get()
    assert (tally.kept, tally.refused) == (2, 2)
    assert source.last_seen_at is not None
    assert source.trouble.startswith("The body is not JSON")

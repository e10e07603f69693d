"""The door as it stands on the wire: what HTTP clients do that no library of theirs would show."""

import gzip
import json
import socket
import time
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from tests.counting import counted


@pytest.fixture
def wire(shop):
    """Return a function that sends bytes and gives what comes back, until so many answers or the end."""
    parts = urlsplit(shop.url)

    def say(*chunks: bytes, answers: int = 1) -> bytes:
        with closing(socket.create_connection((parts.hostname, parts.port), timeout=20)) as line:
            for chunk in chunks:
                line.sendall(chunk)
            heard = b""
            while heard.count(b"HTTP/1.1 ") < answers or not heard.rstrip().endswith(b"}"):
                more = line.recv(65536)
                if not more:
                    break
                heard += more
            return heard

    return say


def head(key, *lines, path="/v1/batch"):
    return "\r\n".join([f"POST {path}?writeKey={key} HTTP/1.1", "Host: shop", *lines, "", ""]).encode()


def batch(name):
    return json.dumps(
        {"batch": [{"type": "track", "event": "Tried", "userId": "u-1", "messageId": name}]}
    ).encode()


def test_twenty_requests_in_one_go(shop, wire):
    key = shop.add_source("pipelined")
    bodies = [batch(f"pipelined-{number}") for number in range(20)]
    heard = wire(b"".join(head(key, f"Content-Length: {len(body)}") + body for body in bodies), answers=20)
    assert heard.count(b"HTTP/1.1 200 OK") == 20
    assert counted(shop, "pipelined", 20) == {"Tried": 20}


def test_a_body_in_chunks(shop, wire):
    key = shop.add_source("chunked")
    body = batch("chunked")
    halves = [body[:20], body[20:], b""]
    chunks = [b"%x\r\n%s\r\n" % (len(half), half) for half in halves]
    assert b"200 OK" in wire(head(key, "Transfer-Encoding: chunked"), *chunks)
    assert counted(shop, "chunked", 1) == {"Tried": 1}


def test_a_client_that_asks_before_it_sends(shop, wire):
    key = shop.add_source("asking")
    body = batch("asking")
    heard = wire(head(key, f"Content-Length: {len(body)}", "Expect: 100-continue"), body, answers=2)
    assert heard.startswith(b"HTTP/1.1 100 Continue")
    assert b"HTTP/1.1 200 OK" in heard


def test_two_gibibytes_are_refused_before_they_are_sent(shop, wire):
    heard = wire(head("x", f"Content-Length: {2 * 2**30}", "Expect: 100-continue", path="/v1/batch"))
    assert b"HTTP/1.1 401" in heard  # Nor is anything read for a key that nobody has.
    key = shop.add_source("announcing")
    heard = wire(head(key, f"Content-Length: {2 * 2**30}", "Expect: 100-continue"))
    assert heard.startswith(b"HTTP/1.1 413")
    assert b"100 Continue" not in heard


def test_a_bomb_is_refused_quickly(shop, wire):
    key = shop.add_source("bomb")
    bomb = gzip.compress(b"0" * 300 * 2**20, 9)
    began = time.monotonic()
    heard = wire(head(key, f"Content-Length: {len(bomb)}", "Content-Encoding: gzip"), bomb)
    assert heard.startswith(b"HTTP/1.1 413")
    assert time.monotonic() - began < 5


def test_a_body_that_is_too_large_gets_its_answer(shop):
    # Sent by a client that reads the answer only after sending.
    key = shop.add_source("large")
    reply = shop.post("/v1/batch", content=b"x" * (25 * 2**20), key=key)
    assert (reply.status, reply.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/batch/", "//v1/batch", "/v1//batch//"])
def test_no_address_redirects(shop, path):
    key = shop.add_source()
    assert shop.post(path, json.loads(batch(path)), key=key).status == 200

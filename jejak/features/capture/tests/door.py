"""Knock at the door without a server: one request through the ASGI application, and what it kept."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from jejak.features.capture import actions, asgi
from jejak.touchpoints.models import Arrival

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def knock(
    method: str,
    path: str,
    held: Any = b"",
    *,
    key: str | None = None,
    headers: dict[str, str] | None = None,
    chunks: int = 1,
    client: str = "203.0.113.77",
) -> Reply:
    """Send one request; what is not bytes is sent as JSON."""
    body = held if isinstance(held, bytes) else json.dumps(held).encode()
    sent = {"host": "127.0.0.1:8000", **(headers or {})}
    if key is not None:
        sent["authorization"] = basic(key)
    if chunks == 1 and method == "POST":
        sent.setdefault("content-length", str(len(body)))
    plain, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": plain,
        "query_string": query.encode(),
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": (client, 50_000),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.items()],
    }
    return asyncio.run(_run(scope, body, chunks))


async def _run(scope: dict[str, Any], body: bytes, chunks: int) -> Reply:
    size = max(1, -(-len(body) // chunks))
    parts = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    messages = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, 1)
    ]
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    await asgi.application(scope, receive, send)
    await asgi.close()
    start = told[0]
    return Reply(
        status=start["status"],
        headers={name.decode(): value.decode() for name, value in start["headers"]},
        body=b"".join(message.get("body", b"") for message in told[1:]),
    )


def basic(key: str) -> str:
    import base64

    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def a_key(name: str = "shop", channel: str = "") -> str:
    """Return the write key of a new source."""
    return actions.add_source(name=name, channel=channel, now=NOON)[1]


def kept() -> list[Any]:
    """Return every message that waits, in the order it came."""
    return [message for arrival in arrivals() for message in json.loads(bytes(arrival.body))]


def waiting() -> QuerySet[Arrival]:
    """Return the arrivals of the database that the door writes to."""
    return Arrival.objects.using(settings.INLET_DATABASE)


def arrivals() -> list[Arrival]:
    """Return every arrival that waits, in the order it came."""
    return list(waiting().order_by("pk"))


@contextmanager
def nothing_more_kept() -> Iterator[None]:
    """Check that what happens inside keeps nothing."""
    before = len(kept())
    yield
    assert len(kept()) == before

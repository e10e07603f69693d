"""For machines: does this process live, and can it do its work?"""

import asyncio
from typing import Any

import msgspec
from django.db import DatabaseError, connection

from jejak.features.operations import state

PATHS = {"/health/live", "/health/ready"}


def handles(path: str) -> bool:
    """Tell whether a path is ours."""
    return path.rstrip("/") in PATHS


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer 200 where all is well, else 503 with what is not."""
    if scope["path"].rstrip("/") == "/health/live":
        await _answer(send, 200, {"status": "live"})
        return
    held = await asyncio.to_thread(_ready)
    await _answer(send, 200 if held["status"] == "ready" else 503, held)


def _ready() -> dict[str, Any]:
    try:
        report = state.report()
    except DatabaseError as error:
        return {"status": "not ready", "trouble": f"The database does not answer: {type(error).__name__}."}
    finally:
        connection.close()
    # While the log is away, accepting goes on: a balancer must keep sending.
    return {
        "status": "ready",
        "log": {"reachable": report.log.reachable, "rows": report.log.rows, "trouble": report.trouble},
        "waiting": {"arrivals": report.waiting.arrivals, "touchpoints": report.waiting.messages},
    }


async def _answer(send: Any, status: int, held: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(held)})

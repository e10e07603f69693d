"""One process for everything: capture and live paths as raw ASGI on the loop, pages through WSGI in lasting threads.

Why not Django's ASGI handler: it makes a thread for each request, so that connections to the database cannot last.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from jejak.features.capture import asgi as capture
from jejak.project import answering, health

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PAGE_THREADS = 8
_pages = WSGIMiddleware(cast(Any, get_wsgi_application()), workers=PAGE_THREADS, send_queue_size=16)
_RAW = (capture, health, answering)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request, or take part in the server's start and stop."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        for door in _RAW:
            if door.handles(scope["path"]):
                await door.application(scope, receive, send)
                return
        await _pages(scope, receive, send)  # type: ignore[arg-type]
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1000})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await capture.close()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

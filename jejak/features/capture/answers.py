"""What the door says.

Every answer is JSON, has the CORS headers that browsers' clients need, and is a plain 200, or a permanent
(400, 401, 413) or transient (429, 503) error: other people's software knows no more than that.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

_HEADER_NAME = re.compile(r"[a-z0-9_-]+")
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# Without x-retry-count a browser may not send a retry, without the exposed Retry-After it cannot read it.
ALLOWED_HEADERS = (
    "authorization, content-type, content-encoding, anonymousid, sentat, x-write-key, x-retry-count"
)
_CORS: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Retry-After"),
]
_JSON: Headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), *_CORS]


class Problem(Exception):
    """A request that is not taken.

    code: a word for machines. message: for people. detail: the field, the rule and the offending value.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        detail: str = "",
        *,
        retry_after_seconds: int = 0,
        hang_up: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds
        self.hang_up = hang_up
        """Close the connection: what the sender still means to send is too much to wait for."""


class Answer:
    """A whole answer, made once where it is always the same."""

    def __init__(self, status: int, body: bytes, headers: Headers) -> None:
        self._start = {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, (b"content-length", str(len(body)).encode())],
        }
        self._body = {"type": "http.response.body", "body": body}

    async def send(self, send: Send) -> None:
        """Send it."""
        await send(self._start)
        await send(self._body)


def success(**more: Any) -> Answer:
    """Return a 200 that says success, and more."""
    return Answer(200, msgspec.json.encode({"success": True, **more}), _JSON)


def told(held: Any) -> Answer:
    """Return a 200 with this JSON."""
    return Answer(200, msgspec.json.encode(held), _JSON)


def json_for_script(held: Any) -> bytes:
    """Return JSON that may stand inside a script, whatever text it holds."""
    return msgspec.json.encode(held).replace(b"<", b"\\u003c").replace(b"\xe2\x80\xa8", b"\\u2028")


def script(body: bytes) -> Answer:
    """Return a script that any page may load, and keep for an hour."""
    return Answer(
        200,
        body,
        [
            (b"content-type", b"text/javascript; charset=utf-8"),
            (b"cache-control", b"public, max-age=3600"),
            (b"cross-origin-resource-policy", b"cross-origin"),
            *_CORS,
        ],
    )


def preflight(asked: bytes) -> Answer:
    """Return what lets a browser send the request that it asks about. asked: the headers it names."""
    more = [
        word
        for word in asked.decode("latin-1").lower().replace(" ", "").split(",")
        if _HEADER_NAME.fullmatch(word) and word not in ALLOWED_HEADERS
    ]
    return Answer(
        200,
        b'{"success":true}',
        [
            *_JSON,
            (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
            (b"access-control-allow-headers", ", ".join([ALLOWED_HEADERS, *more[:20]]).encode()),
            (b"access-control-max-age", b"86400"),
        ],
    )


def problem(trouble: Problem) -> Answer:
    """Return the error in the one shape that all clients can read."""
    headers = list(_JSON)
    if trouble.retry_after_seconds:
        headers.append((b"retry-after", str(trouble.retry_after_seconds).encode()))
    if trouble.hang_up:
        headers.append((b"connection", b"close"))
    held = {"code": trouble.code, "message": trouble.message, "detail": trouble.detail or trouble.message}
    return Answer(trouble.status, msgspec.json.encode(held), headers)


SUCCESS = success()

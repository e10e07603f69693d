"""Calls to addresses that staff typed: never into the network that the server stands in.

The name is looked up once, every address of it is checked, and the call goes to the one that was checked: a name that
points elsewhere a moment later leads nowhere. Redirects are not followed.
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

_LONGEST_SECONDS = 15.0
_READ_BYTES = 2000

Resolve = Callable[[str, int], list[str]]


class NotOutside(ValueError):
    """This address is none that may be called: no web address, or one inside."""


class Refused(OSError):
    """The other side answered, but not with a 2xx. status: with what."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"HTTP {status}")


def check(url: str, *, resolve: Resolve | None = None) -> str:
    """Return an address of the server that a URL names and that may be called. Raises NotOutside, OSError."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise NotOutside(url) from None
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
        raise NotOutside(url)
    found = (resolve or _resolve)(parts.hostname, port or (443 if parts.scheme == "https" else 80))
    if not found:
        raise NotOutside(url)
    if not settings.HOOKS_INSIDE and any(not _is_outside(one) for one in found):
        raise NotOutside(url)
    return found[0]


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send a body and return the status, a 2xx. Raises NotOutside, Refused, OSError."""
    address = check(url)
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = _Pinned(host, parts.port or 443, address)
    else:
        connection = http.client.HTTPConnection(address, parts.port or 80, timeout=_LONGEST_SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    named = f"[{host}]" if ":" in host else host
    try:
        connection.request(
            "POST", path, body, {**headers, "Host": f"{named}:{parts.port}" if parts.port else named}
        )
        answer = connection.getresponse()
        answer.read(_READ_BYTES)
    except http.client.HTTPException as error:
        raise OSError(type(error).__name__) from error
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise Refused(answer.status)
    return answer.status


class _Pinned(http.client.HTTPSConnection):
    """A connection to one address, whose certificate must be that of the name."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=_LONGEST_SECONDS, context=ssl.create_default_context())
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), _LONGEST_SECONDS)
        context: Any = ssl.create_default_context()
        self.sock = context.wrap_socket(plain, server_hostname=self.host)


def _resolve(host: str, port: int) -> list[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _is_outside(address: str) -> bool:
    held = ip_address(address.partition("%")[0])
    mapped = getattr(held, "ipv4_mapped", None) or getattr(held, "sixtofour", None) or held
    return held.is_global and mapped.is_global and not held.is_multicast

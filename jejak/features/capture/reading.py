"""Getting a request's body whole and unpacked, and never more of it than is taken."""

import asyncio
import base64
import binascii
import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from jejak.features.capture.answers import Problem

Receive = Callable[[], Awaitable[dict[str, Any]]]

_PATIENCE_SECONDS = 60
_WORTH_A_THREAD_BYTES = 256 * 1024
_DISCARDED_BYTES = 64 * 2**20
"""So much of a body that is too large is read and thrown away: most clients read the answer after sending."""


class Gone(Exception):
    """The sender hung up before the request was whole."""


async def read(receive: Receive, headers: Mapping[bytes, bytes], *, most_bytes: int) -> bytes:
    """Return the body as sent. Raises Problem where it is too large, before reading if its header says so."""
    announced = headers.get(b"content-length")
    if announced is not None:
        _refuse_announced(announced, most_bytes)
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Gone
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        if len(body) > most_bytes:
            raise too_large(len(body), most_bytes)
        return body
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await _rest(receive, body, most_bytes)
    except TimeoutError:
        raise Problem(
            503,
            "too_slow",
            "The body did not arrive in time.",
            f"{_PATIENCE_SECONDS} s are given.",
            retry_after_seconds=5,
            hang_up=True,
        ) from None


async def unpack(body: bytes, encoding: bytes, *, most_bytes: int) -> bytes:
    """Return the body decompressed: as its header says, or gzip where it looks like gzip. Raises Problem."""
    encoding = encoding.strip().lower()
    packed = encoding in (b"gzip", b"x-gzip", b"deflate") or body[:2] == b"\x1f\x8b"
    if not packed:
        if encoding not in (b"", b"identity"):
            raise Problem(
                400,
                "unknown_encoding",
                "The body is compressed in a way we do not know.",
                f"Content-Encoding is {encoding.decode('latin-1')[:40]!r}, not gzip, deflate or identity.",
            )
        return body
    if len(body) > _WORTH_A_THREAD_BYTES:
        return await asyncio.to_thread(_inflate, body, most_bytes)
    return _inflate(body, most_bytes)


def from_form(body: bytes) -> bytes:
    """Return what a PostHog form holds: `data=` in base64 or as plain text. Raises Problem."""
    for pair in body.split(b"&"):
        name, _, value = pair.partition(b"=")
        if name == b"data":
            plain = unquote_to_bytes(value.replace(b"+", b" "))
            return from_base64(plain) if plain.lstrip()[:1] not in (b"{", b"[") else plain
    raise Problem(400, "not_json", "The form has no field called data.")


def from_base64(text: bytes) -> bytes:
    """Return what base64 holds, also the kind for addresses and without padding. Raises Problem."""
    compact = b"".join(text.replace(b" ", b"+").split()).translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(compact + b"=" * (-len(compact) % 4), validate=True)
    except binascii.Error as error:
        raise Problem(400, "not_base64", "The data is not base64.", str(error)) from error


def too_large(size: int, most_bytes: int) -> Problem:
    """Return the refusal of a body of so many bytes."""
    return Problem(
        413,
        "too_large",
        "The request is too large.",
        f"It has {size} bytes or more; {most_bytes} are taken (JEJAK_REQUEST_BYTES).",
        hang_up=size > _DISCARDED_BYTES,
    )


def _refuse_announced(announced: bytes, most_bytes: int) -> None:
    try:
        size = int(announced)
    except ValueError:
        raise Problem(400, "bad_length", "Content-Length is not a number.", hang_up=True) from None
    if size > most_bytes:
        raise too_large(size, most_bytes)


async def _rest(receive: Receive, first: bytes, most_bytes: int) -> bytes:
    parts, size, more = [first], len(first), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(part)
        if size <= most_bytes:
            parts.append(part)
        else:
            parts.clear()
            if size > _DISCARDED_BYTES:
                break
    if size > most_bytes:
        raise too_large(size, most_bytes)
    return b"".join(parts)


def _inflate(body: bytes, most_bytes: int) -> bytes:
    # 47: zlib finds out whether it is gzip or zlib; raw deflate, which some call deflate too, is tried after.
    try:
        return _inflated(body, 47, most_bytes)
    except zlib.error as error:
        if body[:2] != b"\x1f\x8b":
            try:
                return _inflated(body, -15, most_bytes)
            except zlib.error:
                pass
        raise Problem(400, "not_gzip", "The body could not be decompressed.", str(error)) from error


def _inflated(body: bytes, window: int, most_bytes: int) -> bytes:
    whole, rest = b"", body
    while rest:  # gzip files may follow one another.
        machine = zlib.decompressobj(window)
        whole += machine.decompress(rest, most_bytes + 1 - len(whole))
        if len(whole) > most_bytes:
            raise too_large(len(whole), most_bytes)
        if not machine.eof:
            raise zlib.error("it ends too early")
        rest = machine.unused_data.lstrip(b"\0")
    return whole

"""Questions of `jejak ask` to the process that holds the log, over loopback.

Who may ask proves it by the token in JEJAK_HOME/server.json, which only the install's own account can read.
"""

import asyncio
import hmac
import json
import os
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

from jejak import eventlog

PATH = "/internal/ask"
_LONGEST_QUESTION = 1_000_000
_LONGEST_SECONDS = 300
_MOST_ROWS = 1_000_000
_MOST_MEMORY_BYTES = 2 * 10**9
_token = secrets.token_urlsafe(32)


class NoServer(Exception):
    """No running server of this install answers."""


class NotAnswered(Exception):
    """The server refused the question; the message says why."""


@dataclass(frozen=True)
class Told:
    """An answer as it came over the wire: every value is plain JSON."""

    columns: list[str]
    rows: list[list[Any]]


def announce(*, host: str, port: int) -> None:
    """Write down where this process answers."""
    path = _file()
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({"host": host, "port": port, "token": _token, "pid": os.getpid()}))


def withdraw() -> None:
    """Take the note back, if it is ours."""
    try:
        if json.loads(_file().read_text())["pid"] == os.getpid():
            _file().unlink()
    except (OSError, ValueError, KeyError):
        return


def ask_server(sql: str) -> Told:
    """Ask the running server of this install. Raises NoServer, NotAnswered."""
    try:
        note = json.loads(_file().read_text())
        host = "127.0.0.1" if note["host"] in ("0.0.0.0", "", "::") else note["host"]
        request = urllib.request.Request(
            f"http://{f'[{host}]' if ':' in host else host}:{note['port']}{PATH}",
            data=sql.encode(),
            headers={"Authorization": f"Bearer {note['token']}", "Content-Type": "text/plain"},
        )
    except (OSError, ValueError, KeyError) as error:
        raise NoServer from error
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            request, timeout=300
        ) as answer:
            told = json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404 or error.code == 403:
            raise NoServer from error  # Somebody else's server, or an older one of ours.
        try:
            raise NotAnswered(json.load(error)["message"]) from None
        except (ValueError, KeyError):
            raise NotAnswered(f"The server answered {error.code}.") from error
    except OSError as error:
        raise NoServer from error
    return Told(columns=told["columns"], rows=told["rows"])


def ask_here(sql: str) -> Told:
    """Ask the log in this process. Raises NotAnswered where the answer is too long, and what the log raises."""
    answer = eventlog.ask_read_only(
        sql, max_rows=_MOST_ROWS + 1, seconds=_LONGEST_SECONDS, memory_bytes=_MOST_MEMORY_BYTES
    )
    if len(answer.rows) > _MOST_ROWS:
        raise NotAnswered(f"The answer has more than {_MOST_ROWS:,} rows. Ask for sums, or add a LIMIT.")
    return plain(answer)


def plain(answer: eventlog.Answer) -> Told:
    """Return an answer with plain values only: what goes over the wire, and what the console prints."""
    return Told(columns=answer.columns, rows=msgspec.to_builtins(answer.rows, enc_hook=str, str_keys=True))


def handles(path: str) -> bool:
    """Tell whether a path is ours."""
    return path == PATH


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer a question that carries the token."""
    given = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    if not hmac.compare_digest(given.encode(), f"Bearer {_token}".encode()):
        await _send(send, 403, {"message": "This path is for this install's own console."})
        return
    sql = b""
    while True:
        message = await receive()
        sql += message.get("body", b"")
        if len(sql) > _LONGEST_QUESTION or not message.get("more_body"):
            break
    status, held = await asyncio.to_thread(_answer, sql.decode(errors="replace"))
    await _send(send, status, held)


def _answer(sql: str) -> tuple[int, dict[str, Any]]:
    try:
        told = ask_here(sql)
    except eventlog.Away as error:
        return 503, {"message": str(error)}
    except (eventlog.BadQuestion, eventlog.NotAllowed, eventlog.TooExpensive, NotAnswered) as error:
        return 400, {"message": str(error)}
    return 200, {"columns": told.columns, "rows": told.rows}


async def _send(send: Any, status: int, held: dict[str, Any]) -> None:
    await send(
        {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
    )
    await send({"type": "http.response.body", "body": msgspec.json.encode(held)})


def _file() -> Path:
    return Path(settings.HOME) / "server.json"

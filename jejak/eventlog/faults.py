"""What can go wrong with the log, in our own words."""

import re

from clickhouse_connect.driver import exceptions as driver


class Away(Exception):
    """The log cannot be reached or has no room now. Nothing is lost by asking again later."""


class HeldElsewhere(Away):
    """Another process holds the embedded log; only one may."""


class BadQuestion(Exception):
    """ClickHouse does not understand the question. The text says what is wrong, for whoever wrote it.

    code: ClickHouse's own, where it gave one.
    """

    def __init__(self, text: str, *, code: int | None = None) -> None:
        super().__init__(text)
        self.code = code


class TooExpensive(Exception):
    """The question went over its limit of time, memory or rows."""


# Codes of ClickHouse, src/Common/ErrorCodes.cpp.
_EXPENSIVE = {158, 159, 160, 191, 241, 307, 394, 396, 473}
_AWAY = {74, 75, 76, 88, 173, 198, 202, 203, 209, 210, 225, 236, 242, 243, 252, 279, 285, 319, 425, 516, 999}
_NO_ROOM = re.compile(r"No space left|errno: 28|NOT_ENOUGH_SPACE|Cannot reserve|not enough space", re.I)
_NOISE = re.compile(
    r"^Received ClickHouse exception, code: \d+, server response: "
    r"|^HTTP driver received HTTP status \d+, server response: "
    r"|Code: \d+\. |DB::Exception: |\s*\(version [^)]*\)"
    r"| SETTINGS readonly = '1', max_execution_time = [^:]*?(?=:|$)"
)


def translate(error: Exception) -> Exception:
    """Return our own exception for the driver's or the system's; any other comes back as it is."""
    if isinstance(error, OSError):
        return Away(f"The log cannot be written: {error.strerror}.")
    if not isinstance(error, driver.Error):
        return error
    text = plain(error)
    if _NO_ROOM.search(text):
        return Away(f"The log has no room: {text}")
    if error.code in _EXPENSIVE:
        return TooExpensive(text)
    if error.code in _AWAY or (error.code is None and _spoken_by_nobody(error)):
        return Away(text)
    return BadQuestion(text, code=error.code)


def _spoken_by_nobody(error: driver.Error) -> bool:
    """Tell whether no ClickHouse said this: the line is dead, or a proxy answers in its place."""
    return isinstance(error, driver.OperationalError) or "received HTTP status" in str(error)


def plain(error: Exception) -> str:
    """Return what the driver's error says, without its codes and versions."""
    return _NOISE.sub("", str(error)).strip()

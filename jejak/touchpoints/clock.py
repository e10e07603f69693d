"""When it happened, by our clock."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

_LONGEST = 100  # No time is written longer, and what was read is remembered.
SKEW = timedelta(seconds=5)
"""A sender's clock that differs by less is right: a message takes that long."""


def skew(*, sent: Any, received_at: datetime) -> timedelta:
    """Return by how much the sender's clock is behind ours, from what it showed on sending."""
    sent_at = moment(sent)
    behind = received_at - sent_at if sent_at is not None else timedelta()
    return behind if abs(behind) >= SKEW else timedelta()


def moment(written: Any) -> datetime | None:
    """Return a time as senders write it (ISO 8601 in many forms, Unix seconds or milliseconds), aware; else None."""
    if written is None or isinstance(written, bool):
        return None
    if isinstance(written, str):
        text = written.strip()
        return _moment_of_text(text) if len(text) <= _LONGEST else None
    try:
        seconds = float(written)
        return datetime.fromtimestamp(seconds / 1000 if abs(seconds) > 1e11 else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


@lru_cache(maxsize=4096)
def _moment_of_text(text: str) -> datetime | None:
    try:
        at = msgspec.convert(text, datetime, strict=True)
    except msgspec.ValidationError:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return moment(float(text)) if text.replace(".", "", 1).isdigit() and len(text) < 20 else None
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError:
        return None

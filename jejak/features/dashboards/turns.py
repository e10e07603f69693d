"""Turns at the log: dashboards ask so many questions at once and no more, so that ten of them spare everybody else's."""

import os
import threading
from collections.abc import Callable
from typing import TypeVar

Told = TypeVar("Told")
_turns = threading.BoundedSemaphore(max(2, (os.cpu_count() or 2)))


def in_turn(ask: Callable[[], Told]) -> Told:
    """Return what ask() gives, once there is a turn."""
    with _turns:
        return ask()

"""Work that is done later, beside requests: kept in tables, and done by threads of the serving process.

Who has such work says so in its `later.py`, which is found by its name:

    @later.does("letters")
    def send_letters(now: datetime, stopping: threading.Event) -> timedelta | None:
        ...  # Do what is due. Return after which time to look again; None: when woken, or a minute later.

and calls `later.wake("letters")` once the transaction that adds some is committed.
"""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module

from django.apps import apps
from django.db import connections, transaction
from django.utils.module_loading import module_has_submodule

log = logging.getLogger(__name__)

Work = Callable[[datetime, threading.Event], "timedelta | None"]
_LOOK = timedelta(minutes=1)  # Another process may have added some.
_AFTER_TROUBLE = timedelta(seconds=30)

_works: dict[str, Work] = {}
_threads: dict[str, "_Thread"] = {}


def does(name: str) -> Callable[[Work], Work]:
    """Have a function called when there may be something to do."""

    def register(work: Work) -> Work:
        _works[name] = work
        return work

    return register


def begin() -> None:
    """Begin to work, with what was left by the process before. To be called once, by the process that serves."""
    for config in apps.get_app_configs():
        if config.name.startswith("jejak.") and module_has_submodule(config.module, "later"):
            import_module(f"{config.name}.later")
    for name, work in _works.items():
        _threads[name] = _Thread(name, work)
        _threads[name].start()


def wake(name: str) -> None:
    """Say that there is something to do, once the transaction around is committed. Nothing happens where none works."""
    transaction.on_commit(lambda: _wake(name))


def stop(timeout_seconds: float = 15.0) -> None:
    """Let what is at hand finish, and end; what is left is done by the next process."""
    for thread in _threads.values():
        thread.stopping.set()
        thread.woken.set()
    for thread in _threads.values():
        thread.join(timeout_seconds)
    _threads.clear()


def _wake(name: str) -> None:
    if thread := _threads.get(name):
        thread.woken.set()


class _Thread(threading.Thread):
    def __init__(self, name: str, work: Work) -> None:
        super().__init__(name=f"jejak-{name}", daemon=True)
        self.woken, self.stopping = threading.Event(), threading.Event()
        self._work = work

    def run(self) -> None:
        while not self.stopping.is_set():
            self.woken.clear()
            try:
                pause = self._work(datetime.now(UTC), self.stopping) or _LOOK
            except Exception:
                log.exception("The work %s broke off; it is tried again.", self.name)
                pause = _AFTER_TROUBLE
            finally:
                connections.close_all()
            self.woken.wait(pause.total_seconds())

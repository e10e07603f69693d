"""Answering: which module tells what, once however many ask at the same time."""

import hashlib
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, TypeVar

from django.core.cache import cache
from django.utils.translation import get_language

from jejak.questions import attribution, distribution, funnels, life_cycle, paths, retention, trends, vitals
from jejak.questions.answers import Answer
from jejak.questions.asked import Asked, write

Told = TypeVar("Told")
_TELLERS: dict[str, Callable[..., Answer]] = {
    "trends": trends.tell,
    "retention": retention.tell,
    "life_cycle": life_cycle.tell,
    "stickiness": life_cycle.tell_stickiness,
    "distribution": distribution.tell,
    "funnel": funnels.tell,
    "paths": paths.tell,
    "attribution": attribution.tell,
    "vitals": vitals.tell,
}
_TIMES_AS_LONG, _LEAST_SECONDS, _MOST_SECONDS = 20, 3, 60
_running: dict[str, "Future[Any]"] = {}
_lock = threading.Lock()


def answer(asked: Asked, *, now: datetime) -> Answer:
    """Return the answer, at most a minute old. Raises BadQuestion, and what eventlog.ask() raises."""
    said = json.dumps([write(asked), get_language()], sort_keys=True)
    key = f"questions:{hashlib.sha256(said.encode()).hexdigest()}"
    return once(key, lambda: _TELLERS[asked.kind](asked, now=now))


def once(key: str, ask: Callable[[], Told]) -> Told:
    """Return what ask() gives. Who asks the same meanwhile waits for it, and shortly after gets it, too."""
    known: Told | None = cache.get(key)
    if known is not None:
        return known
    with _lock:
        running = _running.get(key)
        mine: Future[Told] = Future()
        if running is None:
            _running[key] = mine
    if running is not None:
        return running.result()  # type: ignore[no-any-return]  # It holds what this key's ask() gave.
    started = time.perf_counter()
    try:
        told = ask()
        seconds = int(_TIMES_AS_LONG * (time.perf_counter() - started))
        cache.set(key, told, max(_LEAST_SECONDS, min(_MOST_SECONDS, seconds)))
    except BaseException as error:
        mine.set_exception(error)
        raise
    else:
        mine.set_result(told)
        return told
    finally:
        with _lock:
            del _running[key]

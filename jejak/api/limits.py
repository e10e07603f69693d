"""How often one caller may call: a bucket for each, in this process."""

import threading
import time
from collections.abc import Callable

_MOST_BUCKETS = 10_000


class Limit:
    """So many calls a minute for each caller, all at once if they like."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait_seconds(self, caller: str, *, per_minute: int) -> float:
        """Count one call, and return 0, or how long the caller must wait for it."""
        if per_minute <= 0:
            return 0
        now, per_second = self._clock(), per_minute / 60
        with self._lock:
            held, at = self._buckets.pop(caller, (float(per_minute), now))
            held = min(per_minute, held + (now - at) * per_second)
            waits = 0.0 if held >= 1 else (1 - held) / per_second
            self._buckets[caller] = (held if waits else held - 1, now)
            if len(self._buckets) > _MOST_BUCKETS:
                del self._buckets[next(iter(self._buckets))]  # Whoever called longest ago.
        return waits

    def forget(self) -> None:
        """Begin anew."""
        self._buckets.clear()


calls = Limit()

"""Ten people open dashboards at once, while touchpoints arrive. What is timed is from the click to the last tile.

python -m jejak.project.bench.dashboards make
"""

import http.client
import json
import math
import re
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from statistics import median
from typing import Any

from jejak.project.bench.filled import UNTIL
from jejak.project.bench.install import Install, install

Send = Callable[..., dict[str, Any]]
"""measuring.send()."""
PEOPLE, ROUNDS, RATE = 10, 5, 5_000
_DAYS = 28
_SETTLE_SECONDS = 5
_TROUBLES = ("takes too long to ask", "does not answer at the moment")


def main() -> None:
    """Make the ready-made dashboards in an install, and print their ids."""
    import django

    django.setup()
    from datetime import UTC, datetime

    from jejak.features.dashboards import ready
    from jejak.features.dashboards.models import Tile

    made = [ready.make(one, by=None, is_shared=True, now=datetime.now(UTC)).pk for one in ready.ALL]
    for tile in Tile.objects.all():
        # The log was filled up to a day in the past: every tile follows the days that the dashboard is asked for.
        tile.what.pop("days", None)
        tile.save(update_fields=["what"])
    json.dump(made, sys.stdout)


def dashboards(*, rows: int, people: int, send: Send, rate: int = RATE) -> list[dict[str, Any]]:
    """Return how long people waited for all tiles: none of them told before, and told shortly before."""
    with install() as made:
        made.python("-m", "jejak.project.bench.filled", "fill", "--rows", str(rows), "--people", str(people))
        ids: list[int] = json.loads(made.python("-m", "jejak.project.bench.dashboards", "make"))
        made.start()
        key, cookie = made.add_source(), made.sign_in()
        for pk in ids:  # So that the server's own code is loaded; these days are not asked for again.
            _open(made, cookie, pk, _days(-1))
        sender = _Sender(made, key, rate, send)
        cold: list[float] = []
        warm: list[float] = []
        refused, began = 0, time.perf_counter()
        for number in range(ROUNDS):
            for waits in (cold, warm):
                told, troubles = _at_once(made, cookie, ids, _days(number))
                waits += told
                refused += troubles
            time.sleep(_SETTLE_SECONDS)
        seconds = time.perf_counter() - began
        sent = sender.end()
    return [
        _figure("dashboards opened by ten at once, nothing told before", cold, most_seconds=3),
        _figure("the same again, shortly after", warm),
        {
            "what": "tiles refused", "value": refused, "unit": "", "aim": "0", "met": not refused,
            "note": f"{len(cold) + len(warm)} dashboards opened in {seconds:.0f} s",
        },
        {
            "what": "touchpoints accepted beside it", "value": sent["per_second"], "unit": "touchpoints/s",
            "aim": f"≥ {rate:,}", "met": sent["per_second"] >= 0.97 * rate, "note": f"p99 {sent['p99_ms']:.0f} ms",
        },
    ]  # fmt: skip


class _Sender(threading.Thread):
    """Sends touchpoints all the while."""

    def __init__(self, made: Install, key: str, rate: int, send: Send) -> None:
        super().__init__(daemon=True)
        self._send = send
        self._made, self._key, self._rate = made, key, rate
        self._ending = threading.Event()
        self._told: list[dict[str, Any]] = []
        self.start()

    def run(self) -> None:
        while not self._ending.is_set():
            self._told.append(self._send(self._made, self._key, rate=self._rate, seconds=10))

    def end(self) -> dict[str, Any]:
        """Stop, and return the slowest of what was seen."""
        self._ending.set()
        self.join()
        return {
            "per_second": min(one["per_second"] for one in self._told),
            "p99_ms": max(one["p99_ms"] for one in self._told),
        }


def _at_once(made: Install, cookie: str, ids: list[int], query: str) -> tuple[list[float], int]:
    """Let everybody open a dashboard at the same moment, each template by two of them."""
    with ThreadPoolExecutor(PEOPLE) as pool:
        told = list(pool.map(lambda i: _open(made, cookie, ids[i % len(ids)], query), range(PEOPLE)))
    return [seconds for seconds, _troubles in told], sum(troubles for _seconds, troubles in told)


def _open(made: Install, cookie: str, pk: int, query: str) -> tuple[float, int]:
    """Return the seconds from the click to the last tile, and how many tiles could not be told."""
    began = time.perf_counter()
    page = _get(made, cookie, f"/app/dashboards/{pk}/?{query}")
    lanes = re.findall(r'hx-get="([^"]*/tiles/of/[^"]*)"', page)
    with ThreadPoolExecutor(max(1, len(lanes))) as pool:
        bodies = list(pool.map(lambda path: _get(made, cookie, path.replace("&amp;", "&")), lanes))
    return time.perf_counter() - began, sum(body.count(trouble) for body in bodies for trouble in _TROUBLES)


def _get(made: Install, cookie: str, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", made.port, timeout=120)
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{path} was answered with {answer.status}.")
    return body


def _days(number: int) -> str:
    """Return four weeks before the end of the log, others for each round."""
    last_on: date = UNTIL.date() - timedelta(days=2 + number)
    return f"from={last_on - timedelta(days=_DAYS - 1)}&to={last_on}&days=custom"


def _figure(what: str, waits: list[float], *, most_seconds: float | None = None) -> dict[str, Any]:
    at_95 = sorted(waits)[min(len(waits) - 1, math.ceil(0.95 * len(waits)) - 1)]
    return {
        "what": f"{what}, 95th percentile",
        "value": at_95,
        "unit": "s",
        "aim": f"< {most_seconds:g} s" if most_seconds else "",
        "met": at_95 < most_seconds if most_seconds else None,
        "note": f"median {median(waits):.2f} s, longest {max(waits):.2f} s",
    }


if __name__ == "__main__":
    main()

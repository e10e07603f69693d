"""Run inside a large install, without its server: fill it, or time the questions. Prints JSON.

python -m jejak.project.bench.filled fill --rows 50000000 --people 1000000
python -m jejak.project.bench.filled records --people 1000000
python -m jejak.project.bench.filled questions
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
_TIMES, _DAYS = 3, 600
_SHOP = ["Product Viewed", "Product Added", "Checkout Started", "Order Completed"]


def main() -> None:
    """Do what the words say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["fill", "records", "questions", "searches"])
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--people", type=int, default=0)
    given = parser.parse_args()

    import django

    django.setup()
    if given.what == "fill":
        _fill(given.rows, given.people)
    elif given.what == "records":
        _fill_records(given.people)
    elif given.what == "questions":
        json.dump(_questions(), sys.stdout)
    else:
        from jejak.people import filling

        json.dump(filling.searches(people=given.people), sys.stdout)


def _fill(rows: int, people: int) -> None:
    from jejak import eventlog
    from jejak.eventlog import filling as log_filling
    from jejak.people import filling as people_filling
    from jejak.project import preparing, serving

    preparing.prepare(say=serving.Say())
    for done in people_filling.fill(people=people, until=UNTIL):
        print(f"{done:,} people", file=sys.stderr)
    for done in log_filling.fill(rows=rows, people=people, until=UNTIL):
        print(f"{done:,} touchpoints", file=sys.stderr)
    log_filling.settle(seconds=900)
    eventlog.close()


def _fill_records(people: int) -> None:
    from jejak.people import filling as people_filling
    from jejak.project import preparing, serving
    from jejak.project.bench import records

    preparing.prepare(say=serving.Say())
    for done in people_filling.fill(people=people, until=UNTIL):
        print(f"{done:,} people", file=sys.stderr)
    records.fill(people=people, until=UNTIL)


def _questions() -> dict[str, list[tuple[float, float]]]:
    """Return for each question the seconds that it took, by the clock and of processors, several times."""
    from jejak import eventlog
    from jejak.measures import filters, funnels

    eventlog.open()
    names = [
        row[0]
        for row in eventlog.ask("SELECT name FROM touchpoints GROUP BY name ORDER BY count() DESC").rows
    ]
    everything = filters.Filters(window=filters.Window.last(_DAYS, now=UNTIL, zone="Asia/Jakarta"))
    asked: dict[str, Callable[[], object]] = {
        "funnel of a shop among the measures, everything": lambda: funnels.funnel(
            _SHOP, everything, within=timedelta(days=7), now=UNTIL
        ),
        "touchpoints and people by day and channel": lambda: eventlog.ask(_BY_DAY),
        "audience of three conditions on behaviour": lambda: eventlog.ask(
            _AUDIENCE, a=names[0], b=names[1], c=names[2]
        ),
        **{what: _asking(question) for what, question in explorer(names).items()},
    }
    took: dict[str, list[tuple[float, float]]] = {}
    for name, question in asked.items():
        for _ in range(_TIMES):
            began, worked = time.perf_counter(), time.process_time()
            question()
            seconds = (time.perf_counter() - began, time.process_time() - worked)
            took.setdefault(name, []).append(seconds)
    return took


def explorer(names: list[str]) -> dict[str, dict[str, Any]]:
    """Return questions of the explorer, as its form asks them. names: the commonest first."""
    shop, common = _steps(_SHOP), _steps(names[:4])
    order = {"names": ["Order Completed"]}
    kinds: dict[str, dict[str, Any]] = {
        "funnel of a shop, four steps": {"kind": "funnel", "steps": shop},
        "funnel of a shop by channel": {"kind": "funnel", "steps": shop, "breakdown": "channel"},
        "funnel of the four commonest touchpoints": {"kind": "funnel", "steps": common},
        "funnel of the commonest, nothing between": {"kind": "funnel", "steps": common, "order": "strict"},
        "funnel of the commonest in any order": {"kind": "funnel", "steps": common, "order": "any"},
        "retention by week, first time": {"kind": "retention"},
        "retention by week, every time": {"kind": "retention", "starts": "every"},
        "retention by week, rolling": {"kind": "retention", "counting": "rolling"},
        "retention by week and channel": {"kind": "retention", "breakdown": "channel"},
        "paths of four steps from a touchpoint": {"kind": "paths", "what": {"names": names[1:2]}},
        "paths of four steps to an order": {"kind": "paths", "what": order, "direction": "to"},
        "life cycle by week": {"kind": "life_cycle"},
        "stickiness by week": {"kind": "stickiness", "bucket": "week"},
        "people by week and channel": {
            "kind": "trends", "bucket": "week", "breakdown": "channel", "series": [{"how": "people"}],
        },
    }  # fmt: skip
    return {
        f"{what}, {said}": question | {"when": {"days": days}, "zone": "Asia/Jakarta"}
        for said, days in (("everything", _DAYS), ("90 days", 90))
        for what, question in kinds.items()
    }


def _steps(names: list[str]) -> list[dict[str, Any]]:
    return [{"what": {"names": [name]}} for name in names]


def _asking(question: dict[str, Any]) -> Callable[[], object]:
    """Ask as the explorer does, but never what was kept of the last answer."""
    from django.core.cache import cache

    from jejak.questions import answering
    from jejak.questions.asked import read

    def ask() -> object:
        cache.clear()
        return answering.answer(read(question), now=UNTIL)

    return ask


_BY_DAY = "SELECT toDate(happened_at) AS day, channel, count(), uniq(person_id) FROM touchpoints GROUP BY day, channel"
_AUDIENCE = """
    SELECT count() FROM (
        SELECT person_id FROM touchpoints WHERE name IN ({a:String}, {b:String}, {c:String}) GROUP BY person_id
        HAVING countIf(name = {a:String}) >= 3 AND countIf(name = {b:String}) = 0
            AND maxIf(happened_at, name = {c:String}) > now() - INTERVAL 400 DAY
    )
"""


if __name__ == "__main__":
    main()

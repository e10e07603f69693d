"""Run inside a large install, without its server: fill it, or time the questions. Prints JSON.

python -m jejak.project.bench.filled fill --rows 50000000 --people 1000000
python -m jejak.project.bench.filled questions
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
_TIMES = 5


def main() -> None:
    """Do what the words say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["fill", "questions", "searches"])
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--people", type=int, default=0)
    given = parser.parse_args()

    import django

    django.setup()
    if given.what == "fill":
        _fill(given.rows, given.people)
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
    eventlog.close()


def _questions() -> dict[str, list[float]]:
    """Return the seconds that each question of the design took, several times."""
    from jejak import eventlog
    from jejak.measures import filters, funnels

    eventlog.open()
    names = [
        row[0]
        for row in eventlog.ask("SELECT name FROM touchpoints GROUP BY name ORDER BY count() DESC").rows
    ]
    everything = filters.Filters(window=filters.Window.last(600, now=UNTIL, zone="Asia/Jakarta"))
    asked: dict[str, Callable[[], object]] = {
        "funnel of four steps, everything": lambda: funnels.funnel(
            names[:4], everything, within=timedelta(days=7), now=UNTIL
        ),
        "retention by week, everything": lambda: eventlog.ask(_RETENTION),
        "paths of two steps, everything": lambda: eventlog.ask(_PATHS),
        "touchpoints and people by day and channel": lambda: eventlog.ask(_BY_DAY),
        "audience of three conditions on behaviour": lambda: eventlog.ask(
            _AUDIENCE, a=names[0], b=names[1], c=names[2]
        ),
    }
    took: dict[str, list[float]] = {}
    for name, question in asked.items():
        for _ in range(_TIMES):
            began = time.perf_counter()
            question()
            took.setdefault(name, []).append(time.perf_counter() - began)
    return took


_RETENTION = """
    WITH weeks AS (
        SELECT person_id, groupUniqArray(toUInt32(toRelativeWeekNum(happened_at))) AS seen FROM touchpoints GROUP BY person_id
    )
    SELECT arrayMin(seen) AS began, arrayJoin(seen) - began AS later, count() FROM weeks GROUP BY began, later
"""
_PATHS = """
    SELECT name, next, count() AS times FROM (
        SELECT trail_id, name, leadInFrame(name) OVER (
            PARTITION BY trail_id ORDER BY happened_at ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING
        ) AS next FROM touchpoints
    ) GROUP BY name, next ORDER BY times DESC LIMIT 50
"""
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

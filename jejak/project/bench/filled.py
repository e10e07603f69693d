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

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
_TIMES = 5
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
        "funnel of a shop, four steps, everything": lambda: funnels.funnel(
            _SHOP, everything, within=timedelta(days=7), now=UNTIL
        ),
        "funnel of the four commonest touchpoints, everything": lambda: funnels.funnel(
            names[:4], everything, within=timedelta(days=7), now=UNTIL
        ),
        "retention by week, everything": lambda: eventlog.ask(_RETENTION, until=UNTIL),
        "paths of two steps, everything": lambda: eventlog.ask(
            _PATHS, names=names, codes=list(range(1, len(names) + 1))
        ),
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
        SELECT person_id, groupUniqArray(
            toUInt8(toRelativeWeekNum(happened_at) - toRelativeWeekNum({until:DateTime64(3, 'UTC')}) + 200)
        ) AS seen
        FROM touchpoints GROUP BY person_id
    )
    SELECT arrayMin(seen) AS began, arrayJoin(seen) - began AS later, count() FROM weeks GROUP BY began, later
    SETTINGS optimize_use_projections = 0
"""
# Time and name in one number each, so that a trail is an array of numbers that is sorted at once.
_PATHS = """
    WITH trails AS (
        SELECT arraySort(groupArray(bitOr(
            bitShiftLeft(toUInt64(toUnixTimestamp64Milli(happened_at)), 16),
            toUInt64(transform(name, {names:Array(String)}, {codes:Array(UInt16)}, 0))
        ))) AS seen
        FROM touchpoints GROUP BY person_id
    )
    SELECT pair, count() AS times FROM (
        SELECT arrayJoin(arrayMap(
            (one, next) -> toUInt32(bitOr(bitShiftLeft(bitAnd(one, 65535), 16), bitAnd(next, 65535))),
            arrayPopBack(seen), arrayPopFront(seen)
        )) AS pair FROM trails
    ) GROUP BY pair ORDER BY times DESC LIMIT 50
    SETTINGS optimize_use_projections = 0
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

"""The people behind a number of a trend."""

from datetime import date, datetime, timedelta

from jejak.measures import Behind, People, Window, next_bucket
from jejak.questions.asked import Trends
from jejak.questions.ground import MOST_GROUPS, Ground


def behind(
    asked: Trends,
    *,
    series: int | None,
    group: str | None,
    bucket: date | None,
    now: datetime,
    others: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> People:
    """Return who had the touchpoints of a series, those seen last first.

    series: None for those of any, as a formula counts. group, bucket: None for all of them. others: of no group that
    is shown.
    """
    ground = Ground(asked, now=now)
    window = ground.window if bucket is None else _cut(ground.window, bucket, asked)
    every = f"({' OR '.join(ground.happened(one.what) for one in asked.series)}) AND {ground.whose}"
    clauses = [every, ground.within(window)]
    if series is not None:
        one = asked.series[series]
        clauses.append(ground.happened(one.what))
        if one.of:
            clauses.append(f"isFinite({ground.number(one.of)})")
    if others:
        text = ground.text(asked.breakdown)
        clauses.append(f"""{text} NOT IN (
            SELECT {text} AS g FROM touchpoints WHERE {ground.within(ground.window)} AND {every}
            GROUP BY g ORDER BY count() DESC, g LIMIT {MOST_GROUPS}
        )""")
    elif group is not None:
        clauses.append(f"{ground.text(asked.breakdown)} = {ground.value(group, 'String')}")
    skipped, most = ground.value(offset, "UInt32"), ground.value(limit, "UInt32")
    rows = ground.ask(f"""
        SELECT person_id, count(), max(happened_at) AS last_at, count() OVER ()
        FROM touchpoints WHERE {" AND ".join(clauses)}
        GROUP BY person_id ORDER BY last_at DESC, person_id LIMIT {most} OFFSET {skipped}
    """).rows
    page = [Behind(person_id=person, touchpoints=n, last_at=at, score=None) for person, n, at, _all in rows]
    return People(total=rows[0][3] if rows else 0, page=page)


def _cut(window: Window, bucket: date, asked: Trends) -> Window:
    """Return the part of the window that lies in one bucket. Raises ValueError where none does."""
    return Window(
        from_on=max(window.from_on, bucket),
        until_on=min(window.until_on, next_bucket(bucket, asked.bucket), bucket + timedelta(days=31)),
        zone=window.zone,
    )

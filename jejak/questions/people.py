"""The people behind a number of a trend."""

from datetime import date, datetime, timedelta

from jejak.measures import Behind, People, Window, next_bucket
from jejak.questions.asked import Trends
from jejak.questions.ground import Ground


def behind(
    asked: Trends,
    *,
    series: int,
    group: str | None,
    bucket: date | None,
    now: datetime,
    limit: int = 50,
    offset: int = 0,
) -> People:
    """Return who had the touchpoints of a series, those seen last first. group, bucket: None for all of them."""
    ground = Ground(asked, now=now)
    one = asked.series[series]
    window = ground.window if bucket is None else _cut(ground.window, bucket, asked)
    clauses = [ground.happened(one.what), ground.whose, ground.within(window)]
    if group is not None:
        clauses.append(f"{ground.text(asked.breakdown)} = {ground.value(group, 'String')}")
    if one.of:
        clauses.append(f"isFinite({ground.number(one.of)})")
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

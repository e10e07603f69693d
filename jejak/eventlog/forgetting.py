"""A person who asks to be forgotten is taken out of the log."""

from collections.abc import Iterable

from jejak.eventlog import connection


def forget(person_ids: Iterable[int]) -> None:
    """Take out every touchpoint of these people and of those merged into them.

    No question sees them when this returns; the disk lets go of them soon after, in the background.
    """
    people = sorted(set(person_ids))
    if not people:
        return
    with connection.borrowed() as client:
        merged = client.query(_MERGED, parameters={"people": people}).result_rows
        trails = people + [trail for (trail,) in merged]
        for table in ("touchpoints", "merges"):
            client.command(_DELETE.format(table=table), parameters={"trails": trails}, settings=_PATIENT)
        client.command("SYSTEM RELOAD DICTIONARY person_of_trail")
        client.command("ALTER TABLE touchpoints APPLY DELETED MASK")


def forget_sample() -> None:
    """Take out every touchpoint that was made up for the sample. No question sees them when this returns."""
    with connection.borrowed() as client:
        client.command("DELETE FROM touchpoints WHERE sample", settings=_PATIENT)
        client.command("ALTER TABLE touchpoints APPLY DELETED MASK")


_PATIENT = {"max_execution_time": 0}
_DELETE = "DELETE FROM {table} WHERE trail_id IN {{trails:Array(UInt64)}}"
_MERGED = "SELECT trail_id FROM merges FINAL WHERE person_id IN {people:Array(UInt64)}"

"""A person who asks to be forgotten is taken out of the log."""

from collections.abc import Iterable

from jejak.eventlog import connection


def forget(person_ids: Iterable[int]) -> None:
    """Take out every touchpoint of these people and of those merged into them, and what is known of them.

    No question sees them when this returns; the disk lets go of them soon after, in the background.
    """
    people = sorted(set(person_ids))
    if not people:
        return
    with connection.borrowed() as client:
        merged = client.query(_MERGED, parameters={"people": people}).result_rows
        trails = people + [trail for (trail,) in merged]
        for table, column in _HOLDERS.items():
            command = f"DELETE FROM {table} WHERE {column} IN {{trails:Array(UInt64)}}"
            client.command(command, parameters={"trails": trails}, settings=_PATIENT)
        client.command("SYSTEM RELOAD DICTIONARY person_of_trail")
        for table in ("touchpoints", "people"):
            client.command(f"ALTER TABLE {table} APPLY DELETED MASK")


def forget_sample() -> None:
    """Take out every touchpoint that was made up for the sample. No question sees them when this returns."""
    with connection.borrowed() as client:
        for table in ("touchpoints", "people"):
            client.command(f"DELETE FROM {table} WHERE sample", settings=_PATIENT)
        client.command("ALTER TABLE touchpoints APPLY DELETED MASK")


_PATIENT = {"max_execution_time": 0}
_HOLDERS = {"touchpoints": "trail_id", "merges": "trail_id", "people": "person_id", "memberships": "trail_id"}
_MERGED = "SELECT trail_id FROM merges FINAL WHERE person_id IN {people:Array(UInt64)}"

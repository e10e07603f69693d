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
        for start in range(0, len(people), _AT_ONCE):
            some = people[start : start + _AT_ONCE]
            merged = client.query(_MERGED, parameters={"people": some}).result_rows
            trails = some + [trail for (trail,) in merged]
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


_AT_ONCE = 20_000  # The ids travel in the address of a request, and a server reads so much of one.
_PATIENT = {"max_execution_time": 0}
_HOLDERS = {"touchpoints": "trail_id", "merges": "trail_id", "people": "person_id", "memberships": "trail_id"}
_MERGED = "SELECT trail_id FROM merges FINAL WHERE person_id IN {people:Array(UInt64)}"

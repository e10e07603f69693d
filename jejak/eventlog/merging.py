"""Which person a trail belongs to: a mapping beside the rows, so that joining and splitting touch no row."""

from collections.abc import Iterable, Mapping

from jejak.eventlog import connection


def join_people(into: Mapping[int, int]) -> None:
    """From now on, questions see each person's touchpoints as those of the person it is joined into.

    Who was joined into one of them before goes along. Doing it twice changes nothing.
    """
    _write({person: _end(into, person) for person in into}, follow=True)


def _end(into: Mapping[int, int], person: int) -> int:
    end = person
    for _ in into:
        end = into.get(end, end)
    if into.get(end, end) != end:
        raise ValueError(f"Person {person} is joined in a circle.")
    return end


def split_people(person_ids: Iterable[int]) -> None:
    """Make each of these its own person again. Who came along with one of them stays: join those anew."""
    _write({person: person for person in person_ids}, follow=False)


def _write(person_of: dict[int, int], *, follow: bool) -> None:
    if not person_of:
        return
    with connection.borrowed() as client:
        client.insert("merges", list(person_of.items()), column_names=["trail_id", "person_id"])
        if follow:
            client.command(_FOLLOW, parameters={"old": list(person_of), "new": list(person_of.values())})
        client.command("SYSTEM RELOAD DICTIONARY person_of_trail")


_FOLLOW = """
    INSERT INTO merges (trail_id, person_id)
    SELECT trail_id, transform(person_id, {old:Array(UInt64)}, {new:Array(UInt64)}, person_id)
    FROM merges FINAL
    WHERE person_id IN {old:Array(UInt64)} AND trail_id NOT IN {old:Array(UInt64)}
"""

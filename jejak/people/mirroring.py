"""What is known of people, kept beside their touchpoints, so that an audience is one question to the log.

Triggers of the database note whoever changes, in the transaction that changes them, whichever code did it; a thread of
the serving process writes them anew, many at once. When somebody was seen last is not followed: the log itself knows.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from jejak import eventlog
from jejak.eventlog import KnownPerson
from jejak.people.models import Changed, Consent, Handle, Membership, Mirroring, Person
from jejak.people.trails import of_roots

AT_ONCE = 2_000
_LONGEST_TEXT, _MOST_TRAITS, _MOST_LISTED, _DEEPEST = 400, 200, 100, 3
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})([T ].*)?", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Typed:
    """One value by what it can be compared with."""

    text: str | None = None
    number: float | None = None
    day: date | None = None
    listed: tuple[str, ...] | None = None


def typed(value: Any) -> Typed:
    """Return a value as text, and as a number, a day or a list where it is one.

    "42" is a number too, "0812" is none. A day is as it was written, whatever the time zone.
    """
    if isinstance(value, bool):
        return Typed(text="true" if value else "false")
    if isinstance(value, int | float):
        return Typed(text=_plain(value), number=float(value)) if abs(value) < 1e300 else Typed()
    if isinstance(value, str):
        text = value.strip()[:_LONGEST_TEXT]
        number = float(text) if _NUMBER.fullmatch(text) else None
        return Typed(text=text, number=number, day=_day(text)) if text else Typed()
    if isinstance(value, list):
        held = tuple(one.text for one in map(typed, value[:_MOST_LISTED]) if one.text)
        return Typed(listed=held) if held else Typed()
    return Typed()


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else str(number)


def _day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    with suppress(ValueError):
        day = date.fromisoformat(match[1])
        return day if 1900 <= day.year <= 2299 else None  # As far as a Date32 goes.
    return None


def follow(*, now: datetime) -> int:
    """Write anew whoever has changed, and return how many notes were worked off. Raises eventlog.Away."""
    notes = list(Changed.objects.order_by("pk").values_list("pk", "person_id")[: AT_ONCE * 2])
    if not notes:
        return 0
    write({person for _pk, person in notes}, now=now)
    # Those that came meanwhile stay: they may say more than was read.
    Changed.objects.filter(
        pk__gte=notes[0][0], pk__lte=notes[-1][0], pk__in=[pk for pk, _person in notes]
    ).delete()
    return len(notes)


def go_on_rebuilding(*, now: datetime) -> bool:
    """Write the next people of a rebuilding, and tell whether there are more. Raises eventlog.Away."""
    state = Mirroring.objects.first()
    if state is None:
        state = Mirroring.objects.create(begun_at=now)
    if state.ended_at is not None:
        return False
    some = list(
        Person.objects.filter(pk__gt=state.reached).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    )
    if not some:
        Mirroring.objects.filter(pk=state.pk).update(ended_at=now)
        return False
    write(some, now=now)
    Mirroring.objects.filter(pk=state.pk).update(reached=some[-1])
    return True


def rebuild(*, now: datetime) -> None:
    """Have everybody written anew, from the beginning: the mirror was lost, or is doubted."""
    with transaction.atomic():
        Mirroring.objects.all().delete()
        Mirroring.objects.create(begun_at=now)


def write(trail_ids: Iterable[int], *, now: datetime) -> None:
    """Write these people to the log's mirror as they stand; who is nobody, or somebody else's trail, is taken out."""
    version = int(now.timestamp() * 1_000_000)
    asked = set(trail_ids)
    roots = dict(Person.objects.filter(pk__in=asked).values_list("pk", "root_id"))
    standing = {root or pk for pk, root in roots.items()}
    followers = set(Person.objects.filter(root__in=standing).values_list("pk", flat=True))
    eventlog.write_people(list(_known(standing)), version=version)
    gone = (asked - standing) | (followers - standing)
    eventlog.take_out_people(gone, version=version)


def _known(roots: set[int]) -> Iterator[KnownPerson]:
    """Yield people as they stand, in a few queries, however many."""
    trails_of: dict[int, list[Person]] = {}
    root_of: dict[int, int] = {}
    columns = (
        "traits",
        "combined",
        "root_id",
        "owner_id",
        "team_key",
        "tags",
        "first_seen_at",
        "last_seen_at",
    )
    for trail in Person.objects.filter(pk__in=of_roots(roots)).only(*columns, "is_sample").order_by("pk"):
        root_of[trail.pk] = trail.root_id or trail.pk
        trails_of.setdefault(root_of[trail.pk], []).append(trail)
    handles = _by_root(root_of, Handle.objects.filter(person__in=root_of).values_list("person_id", "kind"))
    today = timezone.localdate()
    held = Membership.objects.filter(person__in=root_of).exclude(until__lte=today)
    companies = _by_root(root_of, held.values_list("person_id", "company__key"))
    said: dict[int, dict[str, bool]] = {}
    lines = Consent.objects.filter(person__in=root_of).order_by("said_at", "pk")
    for trail_id, purpose, channel, is_given in lines.values_list(
        "person_id", "purpose", "channel", "is_given"
    ):
        said.setdefault(root_of[trail_id], {})[f"{purpose}:{channel}"] = is_given
    for root, trails in trails_of.items():
        stands = next((trail for trail in trails if trail.pk == root), None)
        if stands is None:
            continue
        texts: dict[str, str] = {}
        numbers: dict[str, float] = {}
        days: dict[str, date] = {}
        lists: dict[str, list[str]] = {}
        for key, one in _flat({k: v.get("value") for k, v in (stands.combined or stands.traits).items()}):
            if one.text is not None:
                texts[key] = one.text
            if one.number is not None:
                numbers[key] = one.number
            if one.day is not None:
                days[key] = one.day
            if one.listed is not None:
                lists[key] = list(one.listed)
        consents = said.get(root, {})
        first = [stands, *trails]
        yield KnownPerson(
            person_id=root,
            handles=sorted(handles.get(root, ())),
            texts=texts,
            numbers=numbers,
            days=days,
            lists=lists,
            consents=sorted(key for key, is_given in consents.items() if is_given),
            refusals=sorted(key for key, is_given in consents.items() if not is_given),
            companies=sorted(companies.get(root, ())),
            owner_id=next((trail.owner_id for trail in first if trail.owner_id), 0),
            team=next((trail.team_key for trail in first if trail.team_key), ""),
            tags=sorted({str(tag) for trail in trails for tag in trail.tags}),
            first_seen_at=_in_reach(min(trail.first_seen_at for trail in trails)),
            last_seen_at=_in_reach(max(trail.last_seen_at for trail in trails)),
            sample=all(trail.is_sample for trail in trails),
        )


def _by_root(root_of: Mapping[int, int], pairs: Iterable[tuple[int, str]]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for trail, word in pairs:
        found.setdefault(root_of[trail], set()).add(word)
    return found


def _flat(held: Mapping[str, Any], before: str = "", depth: int = 1) -> Iterator[tuple[str, Typed]]:
    """Yield traits with what is nested in them, as "address.city"."""
    for key, value in list(held.items())[:_MOST_TRAITS]:
        path = f"{before}{key}"
        if isinstance(value, dict):
            if depth < _DEEPEST:
                yield from _flat(value, f"{path}.", depth + 1)
        else:
            yield path, typed(value)


def _in_reach(at: datetime) -> datetime:
    """The log holds the years 1900 to 2299."""
    return max(datetime(1900, 1, 1, tzinfo=UTC), min(at, datetime(2299, 12, 31, tzinfo=UTC)))


# What is noted, by whom

_NOTED = (
    ("person_added", "INSERT ON people_person", "id", ""),
    (
        "person_changed",
        "UPDATE OF traits, combined, root_id, owner_id, team_key, tags, is_sample ON people_person",
        "id",
        "",
    ),
    (
        "person_seen_before",
        "UPDATE OF first_seen_at ON people_person",
        "id",
        "NEW.first_seen_at < OLD.first_seen_at",
    ),
    ("handle_added", "INSERT ON people_handle", "person_id", ""),
    ("handle_moved", "UPDATE OF person_id ON people_handle", "person_id", ""),
    ("consent_said", "INSERT ON people_consent", "person_id", ""),
    ("membership_begun", "INSERT ON people_membership", "person_id", ""),
    ("membership_changed", "UPDATE ON people_membership", "person_id", ""),
)
_GONE = (
    ("person_gone", "DELETE ON people_person", "id", ""),
    ("handle_left", "UPDATE OF person_id ON people_handle", "person_id", ""),
    ("consent_gone", "DELETE ON people_consent", "person_id", ""),
    ("membership_gone", "DELETE ON people_membership", "person_id", ""),
)


def watch(*, using: str = "default", **_signal: Any) -> None:
    """Make the triggers that note who has changed, after each migration: SQLite drops them with a table made anew."""
    table = Changed._meta.db_table
    if using != "default" or table not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            for row in ("NEW", "OLD"):
                for column in ("id", "person_id"):
                    cursor.execute(
                        _FUNCTION.format(row=row, column=column, table=table, name=f"{row}_{column}".lower())
                    )
        for row, events in (("NEW", _NOTED), ("OLD", _GONE)):
            for name, event, column, when in events:
                clause = f"WHEN ({when})" if when else ""
                if connection.vendor == "sqlite":
                    cursor.execute(
                        f"CREATE TRIGGER IF NOT EXISTS mirror_{name} AFTER {event} FOR EACH ROW {clause}"
                        f" BEGIN INSERT INTO {table} (person_id) VALUES ({row}.{column}); END"
                    )
                else:
                    function = f"mirror_note_{row}_{column}".lower()
                    cursor.execute(
                        f"CREATE OR REPLACE TRIGGER mirror_{name} AFTER {event} FOR EACH ROW {clause}"
                        f" EXECUTE FUNCTION {function}()"
                    )


_FUNCTION = """
    CREATE OR REPLACE FUNCTION mirror_note_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO {table} (person_id) VALUES ({row}.{column});
        RETURN NULL;
    END $$
"""

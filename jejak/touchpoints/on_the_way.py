"""What was accepted and is not in the log yet: whose it is."""

from collections.abc import Iterator, Set

import msgspec
from django.conf import settings

from jejak.people.evidence import HandleKey
from jejak.touchpoints import columns, inlet
from jejak.touchpoints.batch import Item
from jejak.touchpoints.message import Bad, decode, repair, split
from jejak.touchpoints.models import Arrival

_AT_ONCE = 200
_MOST_READ = 500_000


class TooMuch(Exception):
    """So much waits for the log that looking through it would take long."""


class OnTheWay:
    """Which handles the arrivals name that are not in the log yet. However often one looks, each is read once."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, int], tuple[str, frozenset[HandleKey]]] = {}

    def look(self) -> None:
        """Read what came since, and drop what is in the log by now. Raises TooMuch."""
        here: set[tuple[str, int]] = set()
        for alias in inlet.databases():
            # By their ids, because on PostgreSQL a smaller one may be committed after a larger.
            ids = Arrival.objects.using(alias).values_list("pk", flat=True)
            here |= {(alias, pk) for pk in ids}
        for gone in self._read.keys() - here:
            del self._read[gone]
        new = here - self._read.keys()
        if new and inlet.waiting().messages > _MOST_READ:
            raise TooMuch
        for alias in inlet.databases():
            ours = sorted(pk for one, pk in new if one == alias)
            for start in range(0, len(ours), _AT_ONCE):
                for arrival in Arrival.objects.using(alias).filter(pk__in=ours[start : start + _AT_ONCE]):
                    self._read[alias, arrival.pk] = (arrival.source, frozenset(_named(arrival)))

    def sources_of(self, handles: Set[HandleKey]) -> dict[HandleKey, set[str]]:
        """Return which sources name which of these handles, as of the last look."""
        found: dict[HandleKey, set[str]] = {}
        for source, named in self._read.values():
            for key in handles & named:
                found.setdefault(key, set()).add(source)
        return found


def messages(body: bytes) -> list[bytes]:
    """Return the messages of an arrival, each still raw, also of one that is only nearly JSON."""
    try:
        return [bytes(raw) for raw in split(body)]
    except (msgspec.DecodeError, RecursionError):
        try:
            return [msgspec.json.encode(one) for one in repair(body.decode(errors="replace"))]
        except (ValueError, TypeError):
            return [body]  # Of no use to anybody; the pipeline refuses it as a whole.


def handles_of(item: Item) -> set[HandleKey] | None:
    """Return every handle that a message names, proven or not, or None where it cannot be read."""
    try:
        item.message = decode(item.raw)
        item.context = columns.context(item.message)
        alias = columns.alias_of(item, settings.PHONE_COUNTRIES)
        held = columns.handles(item, settings.PHONE_COUNTRIES)
    except (Bad, ValueError):
        return None
    return {*held, *({("user_id", alias), ("anonymous_id", alias)} if alias else ())}


def _named(arrival: Arrival) -> Iterator[HandleKey]:
    for position, raw in enumerate(messages(bytes(arrival.body))):
        yield from handles_of(Item(arrival, position, raw)) or ()

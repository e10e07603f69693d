"""People whom staff made go again whole: from every table and from the log, while touchpoints arrive.

Nobody is taken away of whom a touchpoint is in the log or on its way to it. What arrives afterwards finds nobody, and
begins a new person. A touchpoint is among the arrivals until it is in the log, so looking there first and then into
the log misses none; and meanwhile nobody finds out whose an arrival is (`resolving.alone`).
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext

from jejak import eventlog
from jejak.people import bulk, resolving
from jejak.people.evidence import HandleKey
from jejak.people.models import Company, Handle, HandleMove, Link, Merge, NameWord, Person, Suggestion
from jejak.people.normalising import normalise
from jejak.records import kinds, unmaking
from jejak.records.changing import NotNow
from jejak.records.kinds import Field, Kind
from jejak.records.models import ChangedRecord
from jejak.records.people import COLUMNS, RECOGNISED_BY, SOURCE
from jejak.records.types import Value
from jejak.records.unmaking import COMING, DECIDED, HANDLES, MERGED, SAID, Made, Unmaking
from jejak.touchpoints.on_the_way import OnTheWay, TooMuch

_LONGEST_WAIT_SECONDS = 15.0
_LOOK_SECONDS = 0.2
_MERGES = frozenset(model._meta.label for model in (Merge, Person, HandleMove))

Reasons = dict[int, set[str]]
Journal = Mapping[int, Sequence[ChangedRecord]]


class People(Unmaking):
    """How people are taken away."""

    goes = frozenset(model._meta.label for model in (Handle, NameWord, Suggestion))

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind)
        self._way = OnTheWay()

    def wait(self, ids: Sequence[int]) -> None:
        """Wait until what staff said of them is in the log: else it would bring them back. Raises NotNow."""
        until = time.monotonic() + _LONGEST_WAIT_SECONDS
        handles = set(Handle.objects.filter(person__in=ids).values_list("kind", "value"))
        self._look()
        while any(SOURCE in sources for sources in self._way.sources_of(handles).values()):
            if time.monotonic() > until:
                raise NotNow(gettext("What was said of them waits for the log. Undo it a little later."))
            time.sleep(_LOOK_SECONDS)
            self._look()

    def hold(self) -> None:
        resolving.alone()

    def current(self, record: Person, held: Field) -> Value:
        """Return what was said: the columns hold what was made of it."""
        if held.key in COLUMNS:
            return super().current(record, held)
        said: Value = record.traits.get(held.key, {}).get("value")
        return said

    def touched(self, record: Person, made: Made, journal: Sequence[ChangedRecord]) -> set[str]:
        found = super().touched(record, made, journal)
        if any(
            one["source"] != SOURCE or (key not in made.values and one["value"] is not None)
            for key, one in record.traits.items()
        ):
            found.add(SAID)
        if record.root_id is not None or record.combined is not None:
            found.add(MERGED)
        return found

    def look_around(self, reasons: Reasons, journal: Journal) -> None:
        """Add what elsewhere tells that they were touched. Raises NotNow."""
        try:
            super().look_around(reasons, journal)
            _name_merges(reasons)
            _ask_decisions(reasons)
            handles = _ask_handles(reasons, journal)
            self._look()
            coming = self._way.sources_of(handles.keys())
            unmaking.add(reasons, (handles[key] for key in coming), COMING)
            _ask_log(reasons, journal)
        except eventlog.Away:
            raise _log_is_away() from None

    def erase(self, ids: Sequence[int], now: datetime) -> None:
        # What else there may be touches them; Django would ask every table once more. The database watches over it.
        for sql in _ERASING:
            bulk.execute_where_in(sql, ids)
        resolving.note_forgetting(now)

    def finish(self, ids: Sequence[int]) -> None:
        """Take what was said of them out of the log. Raises NotNow."""
        try:
            eventlog.forget(ids)
        except eventlog.Away:
            raise _log_is_away() from None

    def _look(self) -> None:
        try:
            self._way.look()
        except TooMuch:
            raise NotNow(gettext("Much waits for the log. Undo it a little later.")) from None


_HANDLES = "SELECT id FROM people_handle WHERE person_id IN ({values})"
_ERASING = (
    f"DELETE FROM people_link WHERE one_id IN ({_HANDLES})",
    f"DELETE FROM people_link WHERE other_id IN ({_HANDLES})",
    "DELETE FROM people_handle WHERE person_id IN ({values})",
    "DELETE FROM people_nameword WHERE person_id IN ({values})",
    "DELETE FROM people_suggestion WHERE person_id IN ({values})",
    "DELETE FROM people_suggestion WHERE other_id IN ({values})",
    "DELETE FROM people_person WHERE id IN ({values})",
)


class Companies(Unmaking):
    """How companies are taken away."""

    def touched(self, record: Company, made: Made, journal: Sequence[ChangedRecord]) -> set[str]:
        found = super().touched(record, made, journal)
        return found | {SAID for one in record.traits.values() if one["source"] != SOURCE}


kinds.extend("person", unmaking=People)
kinds.extend("company", unmaking=Companies)


def _name_merges(reasons: Reasons) -> None:
    for found in reasons.values():
        if not found.isdisjoint(_MERGES):
            found -= _MERGES
            found.add(MERGED)


def _ask_decisions(reasons: Reasons) -> None:
    decided = Suggestion.objects.exclude(decided_at=None)
    for side in ("person", "other"):
        held = decided.filter(**{f"{side}__in": unmaking.free(reasons)})
        unmaking.add(reasons, held.values_list(side, flat=True), DECIDED)


def _ask_handles(reasons: Reasons, journal: Journal) -> dict[HandleKey, int]:
    """Add who is recognised by more than was said; return whose the handles are."""
    people = unmaking.free(reasons)
    held = Handle.objects.in_bulk(Handle.objects.filter(person__in=people).values_list("pk", flat=True))
    for handle in held.values():
        said = {key for row in journal.get(handle.person_id, ()) for key in _said(row)}
        if handle.source != SOURCE or not (handle.kind == "jejak_id" or (handle.kind, handle.value) in said):
            reasons[handle.person_id].add(HANDLES)
    for link in Link.objects.filter(Q(one__in=held) | Q(other__in=held)):
        ends = {held[pk].person_id if pk in held else None for pk in (link.one_id, link.other_id)}
        if len(ends) > 1 or link.rule != Link.SEEN:
            unmaking.add(reasons, filter(None, ends), HANDLES)
    for label, handles in unmaking.hangs_on(Handle, held).items():
        if label != Link._meta.label:
            unmaking.add(reasons, (held[pk].person_id for pk in handles), HANDLES)
    return {(one.kind, one.value): one.person_id for one in held.values()}


def _said(row: ChangedRecord) -> Iterable[HandleKey]:
    for kind in RECOGNISED_BY:
        said = row.after.get(kind)
        if said and (held := normalise(kind, str(said), settings.PHONE_COUNTRIES)):
            yield kind, held


def _ask_log(reasons: Reasons, journal: Journal) -> None:
    """Add of whom the log has more than what staff said of them, once for each step of the journal."""
    people = unmaking.free(reasons)
    if not people:
        return
    for trail, said, all_of_them in eventlog.ask(_LOGGED, trails=people, source=SOURCE).rows:
        steps = sum(2 if row.undone == ChangedRecord.BACK else 1 for row in journal.get(trail, ()))
        if said > steps or all_of_them > said:
            reasons[trail].add(SAID)


_LOGGED = """
    SELECT trail_id, countIf(kind = 'identify' AND source = {source:String}), count()
    FROM touchpoints WHERE trail_id IN {trails:Array(UInt64)} GROUP BY trail_id
"""


def _log_is_away() -> NotNow:
    return NotNow(gettext("The log does not answer just now; try again later."))

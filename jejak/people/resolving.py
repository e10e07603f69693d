"""Who is it? A batch of messages' handles becomes people, in a handful of queries.

The rules, in the order of the messages:
  1. Handles of one message belong to one person. The strongest one that is known decides whose trail it joins:
     user id, then ids of other systems, e-mail, phone and messengers, and last the anonymous id.
  2. A handle nobody has is given to that trail; where none is known, a new person begins.
  3. Known handles of different people join those people by an edge with its evidence,
     unless both have a user id (two people may share a browser) or staff have parted them. That is kept as a suggestion.
  4. An alias message joins its two ids whatever they are: the sender says so.
A handle stays with its trail for ever and merging moves nothing, so that a merge can be undone.
"""

import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, models

from jejak import eventlog
from jejak.people import bulk
from jejak.people.models import Forgetting, Handle, Merge, Person, Suggestion

HandleKey = tuple[str, str]

_STRENGTH = {"user_id": 0, "email": 2, "phone": 3, "whatsapp": 3, "telegram": 3, "anonymous_id": 9}
_OTHER_ID = 1
_MOST_CACHED = 400_000


@dataclass(slots=True)
class Asked:
    """The handles of one message, normalised. alias_of: the id that this message says is the same person."""

    handles: tuple[HandleKey, ...]
    at: datetime
    source: str
    is_sample: bool = False
    alias_of: str | None = None


@dataclass(slots=True)
class _Edge:
    person: int
    other: int
    rule: str
    evidence: dict[str, Any]
    at: datetime


@dataclass(slots=True)
class _Working:
    """What one batch knows and adds. New people have negative ids until they are inserted."""

    trail_of: dict[HandleKey, int]
    root_of: dict[int, int]
    users_of: dict[int, set[str]]
    parted: set[frozenset[int]]
    known_roots: dict[int, int]
    people: dict[int, Asked] = field(default_factory=dict)
    handles: dict[HandleKey, tuple[int, Asked]] = field(default_factory=dict)
    merges: list[_Edge] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    suggestions: dict[tuple[int, int], _Edge] = field(default_factory=dict)

    def root(self, trail: int) -> int:
        while (root := self.root_of.get(trail, trail)) != trail:
            trail = root
        return trail


def strength(handle: HandleKey) -> int:
    """Return how strongly a handle recognises a person; less is stronger."""
    return _STRENGTH.get(handle[0], _OTHER_ID)


class Resolver:
    """Resolves batches, and remembers whose the handles of late were. Handles never move, so memory stays right."""

    def __init__(self) -> None:
        self._trail_of: dict[HandleKey, int] = {}
        self._placed: dict[tuple[HandleKey, ...], int] = {}
        self._fresh: dict[HandleKey, int] = {}
        self._fresh_placed: dict[tuple[HandleKey, ...], int] = {}
        self._guard = threading.Lock()
        self._forgetting: int | None = None

    def begin(self) -> None:
        """Drop what is remembered where people were forgotten since. To be called first inside a transaction."""
        newest = Forgetting.objects.order_by("-pk").values_list("pk", flat=True).first()
        if newest != self._forgetting:
            self.forget_all()
            self._forgetting = newest

    def forget_all(self) -> None:
        """Drop what is remembered."""
        with self._guard:
            self._trail_of, self._placed = {}, {}

    def resolve(self, asked: Sequence[Asked]) -> list[int]:
        """Return the trail of each message, making people, handles and edges on the way.

        To be called inside a transaction. On PostgreSQL another worker may have made the same handle meanwhile:
        IntegrityError then, and the caller starts again with a new transaction.
        """
        trails = {}
        working = self._look_up(asked)
        for one in asked:
            if one.handles not in trails or one.alias_of is not None:
                trails[one.handles] = _place(one, working)
        real = _insert_people(working)
        _insert_handles(working, real)
        _insert_edges(working, real)
        self._fresh = {key: real.get(trail, trail) for key, trail in working.trail_of.items()}
        self._fresh_placed = {handles: real.get(trail, trail) for handles, trail in trails.items()}
        return [self._fresh_placed[one.handles] for one in asked]

    def placed(self, handles: tuple[HandleKey, ...]) -> int | None:
        """Return the trail of handles that came together before: a second time they say nothing new."""
        return self._placed.get(handles)

    def remember(self) -> None:
        """Keep what the last batch resolved; to be called once its transaction is committed."""
        if len(self._trail_of) > _MOST_CACHED:
            self.forget_all()
        with self._guard:
            self._trail_of.update(self._fresh)
            self._placed.update(self._fresh_placed)
        self._fresh, self._fresh_placed = {}, {}

    def _look_up(self, asked: Sequence[Asked]) -> _Working:
        trail_of: dict[HandleKey, int] = {}
        unknown: dict[str, set[str]] = {}
        remembered = self._trail_of
        for one in asked:
            for key in one.handles:
                if key in trail_of or (key[0] in unknown and key[1] in unknown[key[0]]):
                    continue
                trail = remembered.get(key)
                if trail is None:
                    unknown.setdefault(key[0], set()).add(key[1])
                else:
                    trail_of[key] = trail
            if one.alias_of is not None:
                for kind in ("user_id", "anonymous_id"):
                    unknown.setdefault(kind, set()).add(one.alias_of)
        for kind, values in unknown.items():
            for value, trail in bulk.pairs_where_in(_TRAILS, sorted(values), kind):
                trail_of[kind, value] = trail
        # Roots matter only where a message could join or conflict: where it has two handles or more.
        joining = {
            trail_of[key]
            for one in asked
            if len(one.handles) > 1 or one.alias_of
            for key in one.handles
            if key in trail_of
        }
        joining |= {
            trail_of[kind, one.alias_of]
            for one in asked
            if one.alias_of is not None
            for kind in ("user_id", "anonymous_id")
            if (kind, one.alias_of) in trail_of
        }
        root_of = {trail: root for trail, root in bulk.pairs_where_in(_ROOTS, joining) if root is not None}
        roots = {root_of.get(trail, trail) for trail in joining}
        users_of: dict[int, set[str]] = {}
        for root, user in bulk.pairs_where_in(_USERS_OF_ROOTS, roots):
            users_of.setdefault(root, set()).add(user)
        for root, user in bulk.pairs_where_in(_USERS_OF_TRAILS, roots):
            users_of.setdefault(root, set()).add(user)
        parted = {frozenset(pair) for pair in bulk.pairs_where_in(_PARTED, joining)}
        return _Working(
            trail_of=trail_of, root_of=root_of, users_of=users_of, parted=parted, known_roots=dict(root_of)
        )


_TRAILS = "SELECT value, person_id FROM people_handle WHERE value IN ({values}) AND kind = %s"
_ROOTS = "SELECT id, root_id FROM people_person WHERE id IN ({values})"
_PARTED = (
    "SELECT person_id, other_id FROM people_merge WHERE undone_at IS NOT NULL AND person_id IN ({values})"
)
_USERS_OF_ROOTS = (
    "SELECT person_id, value FROM people_handle WHERE person_id IN ({values}) AND kind = 'user_id'"
)
_USERS_OF_TRAILS = (
    "SELECT p.root_id, h.value FROM people_person p JOIN people_handle h ON h.person_id = p.id"
    " WHERE p.root_id IN ({values}) AND h.kind = 'user_id'"
)


def _place(asked: Asked, working: _Working) -> int:
    """Return the trail that a message joins; people who are new have a negative id."""
    trail_of = working.trail_of
    handles = asked.handles
    if len(handles) == 1 and asked.alias_of is None:
        trail = trail_of.get(handles[0])
        return trail if trail is not None else _begin(asked, working, handles)
    known = [key for key in handles if key in trail_of]
    user = next((value for kind, value in handles if kind == "user_id"), None)
    if known:
        decisive = known[0]  # Handles come strongest first.
        trail = trail_of[decisive]
        root = working.root(trail)
        if user is not None and decisive[0] != "user_id" and _is_another(user, root, working):
            # A user nobody knew, with something that belongs to another user: a shared browser, not a merge.
            newcomer = _begin(asked, working, [("user_id", user)])
            for key in known:
                _suggest(newcomer, trail_of[key], key, asked, working)
            _give(asked, working, newcomer, [key for key in handles if key not in trail_of])
            trail = newcomer
        else:
            for key in known[1:]:
                _join(trail, trail_of[key], key, asked, working)
            _give(asked, working, trail, [key for key in handles if key not in trail_of])
    else:
        trail = _begin(asked, working, handles)
    if asked.alias_of is not None:
        _alias(trail, asked.alias_of, asked, working)
    return trail


def _is_another(user: str, root: int, working: _Working) -> bool:
    users = working.users_of.get(root)
    return bool(users) and user not in users  # type: ignore[operator]


def _begin(asked: Asked, working: _Working, handles: Sequence[HandleKey]) -> int:
    trail = -len(working.people) - 1
    working.people[trail] = asked
    _give(asked, working, trail, handles)
    return trail


def _give(asked: Asked, working: _Working, trail: int, handles: Sequence[HandleKey]) -> None:
    for key in handles:
        if key in working.trail_of:
            continue
        working.trail_of[key] = trail
        working.handles[key] = (trail, asked)
        if key[0] == "user_id":
            working.users_of.setdefault(working.root(trail), set()).add(key[1])


def _join(trail: int, other: int, key: HandleKey, asked: Asked, working: _Working) -> None:
    root, other_root = working.root(trail), working.root(other)
    if root == other_root:
        return
    users, others = working.users_of.get(root, set()), working.users_of.get(other_root, set())
    # Neither two users, nor two whom staff have parted.
    if (users and others and not users & others) or frozenset((trail, other)) in working.parted:
        _suggest(trail, other, key, asked, working)
        return
    rule = "same_" + key[0] if key[0] in _STRENGTH else "same_id"
    _merge(trail, other, rule, {"handles": [list(handle) for handle in asked.handles]}, asked, working)


def _alias(trail: int, alias_of: str, asked: Asked, working: _Working) -> None:
    for kind in ("user_id", "anonymous_id"):
        if (other := working.trail_of.get((kind, alias_of))) is not None:
            if working.root(other) != working.root(trail):
                evidence = {"previous": alias_of, "handles": [list(handle) for handle in asked.handles]}
                _merge(trail, other, "alias", evidence, asked, working)
            return
    _give(asked, working, trail, [("anonymous_id", alias_of)])


def _merge(
    trail: int, other: int, rule: str, evidence: dict[str, Any], asked: Asked, working: _Working
) -> None:
    root, other_root = working.root(trail), working.root(other)
    kept, gone = _stands(root, other_root, working)
    working.root_of[gone] = kept
    working.gone.append(gone)
    working.users_of.setdefault(kept, set()).update(working.users_of.get(gone, ()))
    working.merges.append(_Edge(trail, other, rule, {**evidence, "source": asked.source}, asked.at))


def _stands(one: int, two: int, working: _Working) -> tuple[int, int]:
    """Return who stands for both, and the other: who has a user id, else who came first."""

    def rank(root: int) -> tuple[bool, bool, int]:
        return not working.users_of.get(root), root < 0, abs(root)

    return (one, two) if rank(one) <= rank(two) else (two, one)


def _suggest(trail: int, other: int, key: HandleKey, asked: Asked, working: _Working) -> None:
    if working.root(trail) == working.root(other):
        return
    evidence = {
        "shared": list(key),
        "handles": [list(handle) for handle in asked.handles],
        "source": asked.source,
    }
    pair = (trail, other) if trail < other else (other, trail)
    working.suggestions.setdefault(pair, _Edge(*pair, "shared_" + key[0], evidence, asked.at))


def _insert_people(working: _Working) -> dict[int, int]:
    """Insert the new people and return their real ids by their temporary ones."""
    ids = bulk.next_ids("people_person", len(working.people)) if working.people else []
    real = dict(zip(working.people, ids, strict=True))
    bulk.insert_many(
        "people_person",
        "id, name, email, phone, traits, root_id, first_seen_at, last_seen_at, is_sample",
        [
            (real[trail], "", "", "", "{}", None, _moment(one.at), _moment(one.at), one.is_sample)
            for trail, one in working.people.items()
        ],
    )
    return real


def _insert_handles(working: _Working, real: dict[int, int]) -> None:
    bulk.insert_many(
        Handle._meta.db_table,
        "person_id, kind, value, source, first_seen_at",
        [
            (real.get(trail, trail), kind, value, asked.source[:100], _moment(asked.at))
            for (kind, value), (trail, asked) in working.handles.items()
        ],
    )


def _insert_edges(working: _Working, real: dict[int, int]) -> None:
    if working.merges:
        _hold_roots(working)
        bulk.insert_many(
            Merge._meta.db_table,
            "person_id, other_id, rule, evidence, merged_at, is_told",
            [
                (
                    real.get(e.person, e.person),
                    real.get(e.other, e.other),
                    e.rule,
                    json.dumps(e.evidence),
                    _moment(e.at),
                    False,
                )
                for e in working.merges
            ],
        )
        for trail in working.gone:
            root = working.root(trail)
            old, new = real.get(trail, trail), real.get(root, root)
            Person.objects.filter(models.Q(pk=old) | models.Q(root_id=old)).update(root_id=new)
    Suggestion.objects.bulk_create(
        [
            Suggestion(
                person_id=min(real.get(e.person, e.person), real.get(e.other, e.other)),
                other_id=max(real.get(e.person, e.person), real.get(e.other, e.other)),
                rule=e.rule,
                evidence=e.evidence,
                suggested_at=e.at,
            )
            for e in working.suggestions.values()
        ],
        ignore_conflicts=True,
    )


def _hold_roots(working: _Working) -> None:
    """Make sure that nobody else merges the same people now. Raises IntegrityError where somebody just did."""
    if connection.vendor == "sqlite":
        return  # Every transaction of ours holds the one write lock.
    roots = {*working.known_roots.values(), *working.gone, *(working.root(trail) for trail in working.gone)}
    involved = sorted(trail for trail in {*working.known_roots, *roots} if trail > 0)
    held = (
        Person.objects.select_for_update().filter(pk__in=involved).order_by("pk").values_list("pk", "root_id")
    )
    for pk, root in held:
        if (root or pk) != working.known_roots.get(pk, pk):
            raise IntegrityError(f"Person {pk} was merged by somebody else meanwhile.")


def _moment(at: datetime) -> Any:
    return at.replace(tzinfo=None).isoformat(" ") if connection.vendor == "sqlite" else at


def roots_of(trails: Iterable[int]) -> dict[int, int]:
    """Return the person who stands for each of these trails."""
    return {trail: root or trail for trail, root in bulk.pairs_where_in(_ROOTS, set(trails))}


def note_forgetting(now: datetime) -> None:
    """Have every process drop what it remembers of people. To be called in the transaction that deletes some."""
    Forgetting.objects.create(forgotten_at=now)


def tell_log() -> None:
    """Tell the log of edges, made or undone, that it does not know yet. Raises eventlog.Away; nothing is lost then."""
    edges = list(Merge.objects.filter(is_told=False).order_by("pk")[:5000])
    if not edges:
        return
    touched = {trail for edge in edges for trail in (edge.person_id, edge.other_id)}
    undone = {trail for edge in edges if edge.undone_at for trail in (edge.person_id, edge.other_id)}
    roots = roots_of(touched)
    stands = set(roots.values())
    into = dict(
        bulk.pairs_where_in("SELECT id, root_id FROM people_person WHERE root_id IN ({values})", stands)
    )
    # A mapping that was taken back must be said to be none; one that never was needs no word.
    eventlog.split_people(sorted(stands & (undone | {roots[trail] for trail in undone})))
    eventlog.join_people(into)
    Merge.objects.filter(pk__in=[edge.pk for edge in edges]).update(is_told=True)

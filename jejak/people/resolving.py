"""Who is it? A batch of messages' handles becomes people, in a handful of queries.

What the rules are stands in `evidence`. Nearly every message agrees with what is known and is placed here, in memory:
  1. Handles of one message belong to one person. The strongest one that is known decides whose trail it joins:
     user id, then ids of other systems, e-mail, phone and messengers, and last the anonymous id.
  2. A handle nobody has is given to that trail; where none is known, a new person begins.
  3. Known handles of different people join those people by an edge with its evidence.
  4. That two handles came together is kept as a link.
A message that contradicts what is known (two user ids, something shared, people whom staff have parted) has
`settling` work out anew who is who, before the next message is looked at: so batches change nothing.
"""

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db import IntegrityError, connection

from jejak import eventlog
from jejak.people import bulk, settling, traits
from jejak.people.evidence import NAMING, HandleKey, Limits
from jejak.people.models import Forgetting, Handle, HandleMove, Link, Merge, Person, Suggestion
from jejak.people.settling import OTHER_ID, STRENGTH, rule_of

_MOST_CACHED = 400_000
_MOST_PAIRED = 6
"""Of so many handles in one message all pairs are links; of more, those with the two strongest."""
_IDS_AT_ONCE = 200
_LOCK = 7_042_114


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
    """What one batch knows and adds."""

    trail_of: dict[HandleKey, int]
    id_of: dict[HandleKey, int]
    root_of: dict[int, int]
    users_of: dict[int, set[str]]
    loose: set[HandleKey]
    knotty: set[int]
    apart: set[frozenset[int]]
    size_of: dict[int, int]
    links_of: dict[int, int]
    limits: Limits
    known_roots: dict[int, int]
    people_ids: Iterator[int]
    handle_ids: Iterator[int]
    people: dict[int, Asked] = field(default_factory=dict)
    handles: dict[HandleKey, tuple[int, Asked]] = field(default_factory=dict)
    links: dict[tuple[int, int, str], Asked] = field(default_factory=dict)
    merges: list[_Edge] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    suggestions: dict[tuple[int, int], _Edge] = field(default_factory=dict)
    new_users: dict[int, set[str]] = field(default_factory=dict)
    contradicted: set[HandleKey] = field(default_factory=set)

    def root(self, trail: int) -> int:
        while (root := self.root_of.get(trail, trail)) != trail:
            trail = root
        return trail


def strength(handle: HandleKey) -> int:
    """Return how strongly a handle recognises a person; less is stronger."""
    return STRENGTH.get(handle[0], OTHER_ID)


class Resolver:
    """Resolves batches, and remembers whose the handles of late were; what moved since is read at each beginning."""

    def __init__(self) -> None:
        self._trail_of: dict[HandleKey, int] = {}
        self._placed: dict[tuple[HandleKey, ...], int] = {}
        self._fresh: dict[HandleKey, int] = {}
        self._fresh_placed: dict[tuple[HandleKey, ...], int] = {}
        self._guard = threading.Lock()
        self._forgetting: int | None = None
        self._move: int | None = None
        self.moved: list[tuple[int, set[HandleKey]]] = []
        """Of the last batch: after which message handles went to another trail, and which."""

    def begin(self) -> None:
        """Drop what is no longer right of what is remembered. To be called first inside a transaction."""
        _lock("pg_advisory_xact_lock_shared")
        newest = Forgetting.objects.order_by("-pk").values_list("pk", flat=True).first()
        if newest != self._forgetting:
            self.forget_all()
            self._forgetting = newest
        moves = HandleMove.objects.order_by("pk").select_related("handle")
        if self._move is None or not (self._trail_of or self._placed):
            self._move = moves.values_list("pk", flat=True).last() or 0
            self.forget_all()
            return
        since = list(moves.filter(pk__gt=self._move))
        if since:
            self._move = since[-1].pk
            self._forget({(move.handle.kind, move.handle.value) for move in since})

    def forget_all(self) -> None:
        """Drop what is remembered."""
        with self._guard:
            self._trail_of, self._placed = {}, {}

    def _forget(self, keys: set[HandleKey]) -> None:
        with self._guard:
            for key in keys:
                self._trail_of.pop(key, None)
            self._placed = {held: trail for held, trail in self._placed.items() if keys.isdisjoint(held)}

    def resolve(self, asked: Sequence[Asked]) -> list[int]:
        """Return the trail of each message, making people, handles and edges on the way.

        To be called inside a transaction. On PostgreSQL another worker may have made the same handle meanwhile:
        IntegrityError then, and the caller starts again with a new transaction.
        """
        trails: dict[tuple[HandleKey, ...], int] = {}
        answers: list[int] = []
        named: dict[HandleKey, list[tuple[HandleKey, ...]]] = {}
        self.moved = []
        working = self._look_up(asked)
        for number, one in enumerate(asked):
            if one.handles not in trails or one.alias_of is not None:
                trails[one.handles] = _place(one, working)
                if working.contradicted:
                    moved = _settle(one, working)
                    self.moved.append((number, moved))
                    for key in moved:
                        for held in named.pop(key, ()):
                            trails.pop(held, None)
                    trails[one.handles] = _whose(one.handles, working)
                for key in one.handles:
                    named.setdefault(key, []).append(one.handles)
            answers.append(trails[one.handles])
        _write(working)
        if self.moved:
            self._forget({key for _number, moved in self.moved for key in moved})
        self._fresh, self._fresh_placed = dict(working.trail_of), trails
        return answers

    def placed(self, handles: tuple[HandleKey, ...]) -> int | None:
        """Return the trail of handles that came together before: a second time they say nothing new."""
        return self._placed.get(handles)

    def now_of(self, handles: tuple[HandleKey, ...]) -> int | None:
        """Return the trail of one of the handles as the last batch left it."""
        return self._fresh_placed.get(handles) or next(
            (trail for key in handles if (trail := self._fresh.get(key)) is not None), None
        )

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
        id_of: dict[HandleKey, int] = {}
        unknown: dict[str, set[str]] = {}
        together: dict[str, set[str]] = {}  # Of these the ids are needed too, for links.
        remembered = self._trail_of
        for one in asked:
            several = len(one.handles) > 1 or one.alias_of is not None
            for key in one.handles:
                if several:
                    together.setdefault(key[0], set()).add(key[1])
                elif (trail := remembered.get(key)) is not None:
                    trail_of[key] = trail
                elif key not in trail_of:
                    unknown.setdefault(key[0], set()).add(key[1])
            if one.alias_of is not None:
                for kind in ("user_id", "anonymous_id"):
                    together.setdefault(kind, set()).add(one.alias_of)
        for kind, values in unknown.items():
            for value, trail in bulk.pairs_where_in(_TRAILS, sorted(values), kind):
                trail_of[kind, value] = trail
        for kind, values in together.items():
            ids = dict(bulk.pairs_where_in(_IDS, sorted(values), kind))
            at = dict(bulk.pairs_where_in(_TRAILS_OF_IDS, ids.values()))
            for value, pk in ids.items():
                id_of[kind, value], trail_of[kind, value] = pk, at[pk]
        return _known(trail_of, id_of)


def _known(trail_of: dict[HandleKey, int], id_of: dict[HandleKey, int]) -> _Working:
    """Read what bears on handles that came with others: only those could join or contradict."""
    ids = set(id_of.values())
    joining = {trail_of[key] for key in id_of}
    root_of = {trail: root for trail, root in bulk.pairs_where_in(_ROOTS, joining) if root is not None}
    roots = {root_of.get(trail, trail) for trail in joining}
    users_of: dict[int, set[str]] = {}
    for sql in (_USERS_OF_ROOTS, _USERS_OF_TRAILS):
        for root, user in bulk.pairs_where_in(sql, roots):
            users_of.setdefault(root, set()).add(user)
    loose_ids = {pk for pk, _people in bulk.pairs_where_in(_LOOSE, ids)}
    weak = {pk for key, pk in id_of.items() if key[0] != "user_id"}
    links_of: dict[int, int] = {}
    for sql in (_LINKS_OF_ONE, _LINKS_OF_OTHER):
        for pk, count in bulk.pairs_where_in(sql, weak):
            links_of[pk] = links_of.get(pk, 0) + count
    knotty = {root for sql in _KNOTTY for _trail, root in bulk.pairs_where_in(sql, roots)}
    return _Working(
        trail_of=trail_of,
        id_of=id_of,
        root_of=root_of,
        users_of=users_of,
        loose={key for key, pk in id_of.items() if pk in loose_ids},
        knotty=knotty,
        apart={frozenset(pair) for pair in bulk.pairs_where_in(_APART, ids)},
        size_of={root: count + 1 for root, count in bulk.pairs_where_in(_SIZES, roots)},
        links_of=links_of,
        limits=settling.limits(),
        known_roots=dict(root_of),
        people_ids=_ids("people_person"),
        handle_ids=_ids("people_handle"),
    )


def _ids(table: str) -> Iterator[int]:
    """Yield fresh primary keys. On SQLite we hold the write lock, so that counting on from the last is enough."""
    start = 0
    while True:
        fresh = bulk.next_ids(table, _IDS_AT_ONCE)
        if isinstance(fresh, range):
            start = max(start, fresh.start)
            fresh = range(start, start + _IDS_AT_ONCE)
            start += _IDS_AT_ONCE
        yield from fresh


_TRAILS = "SELECT value, person_id FROM people_handle WHERE value IN ({values}) AND kind = %s"
_IDS = "SELECT value, id FROM people_handle WHERE value IN ({values}) AND kind = %s"
_TRAILS_OF_IDS = "SELECT id, person_id FROM people_handle WHERE id IN ({values})"
_ROOTS = "SELECT id, root_id FROM people_person WHERE id IN ({values})"
_LOOSE = "SELECT handle_id, people FROM people_sharedhandle WHERE is_loose AND handle_id IN ({values})"
_APART = "SELECT one_id, other_id FROM people_link WHERE rule = 'apart' AND one_id IN ({values})"
_SIZES = "SELECT root_id, count(*) FROM people_person WHERE root_id IN ({values}) GROUP BY root_id"
_LINKS_OF_ONE = "SELECT one_id, count(*) FROM people_link WHERE one_id IN ({values}) GROUP BY one_id"
_LINKS_OF_OTHER = "SELECT other_id, count(*) FROM people_link WHERE other_id IN ({values}) GROUP BY other_id"
_KNOTTY = tuple(
    f"SELECT s.{side}_id, coalesce(p.root_id, p.id) FROM people_person p JOIN people_suggestion s"
    f" ON s.{side}_id = p.id WHERE s.rule LIKE 'shared%%' AND p.{column} IN ({{values}})"
    for side in ("person", "other")
    for column in ("id", "root_id")
)
_USERS_OF_ROOTS = (
    "SELECT person_id, value FROM people_handle WHERE person_id IN ({values}) AND kind = 'user_id'"
)
_USERS_OF_TRAILS = (
    "SELECT p.root_id, h.value FROM people_person p JOIN people_handle h ON h.person_id = p.id"
    " WHERE p.root_id IN ({values}) AND h.kind = 'user_id'"
)


# Placing a message


def _place(asked: Asked, working: _Working) -> int:
    """Return the trail that a message joins."""
    trail_of = working.trail_of
    handles = asked.handles
    if len(handles) == 1 and asked.alias_of is None:
        trail = trail_of.get(handles[0])
        return trail if trail is not None else _begin(asked, working, handles)
    standing = [key for key in handles if key not in working.loose]
    known = [key for key in standing if key in trail_of]
    if not standing:
        trail = trail_of[handles[0]]
    elif not known:
        trail = _begin(asked, working, standing)
    elif _contradicts(standing, known, working):
        trail = _place_for_now(asked, standing, working)
    else:
        trail = trail_of[known[0]]  # Handles come strongest first.
        for key in known[1:]:
            _join(trail, trail_of[key], key, asked, working)
        _give(asked, working, trail, [key for key in standing if key not in trail_of])
    _link(asked, working)
    if asked.alias_of is not None:
        _alias(trail, asked.alias_of, asked, working)
    return trail


def _contradicts(
    standing: Sequence[HandleKey], known: Sequence[HandleKey], working: _Working, *, firm: bool = False
) -> bool:
    """Tell whether a message says something that does not go with what is known of its people.

    firm: it is an alias of two user ids, which makes one of them.
    """
    roots = {working.root(working.trail_of[key]) for key in known}
    named = sum(bool(working.users_of.get(root)) for root in roots)
    if (named > 1 and not firm) or not working.knotty.isdisjoint(roots):
        return True
    if named and not firm and any(key[0] == "user_id" and key not in working.trail_of for key in standing):
        return True
    if len(roots) > 1 and sum(working.size_of.get(root, 1) for root in roots) > working.limits.handles:
        return False  # It is not joined, but suggested.
    if not working.apart:
        return False
    ids = [_id(key, working) for key in known]
    return any(frozenset(pair) in working.apart for pair in combinations(ids, 2))


def _place_for_now(asked: Asked, standing: Sequence[HandleKey], working: _Working) -> int:
    """Put a message where it would belong if all were well, a new user by itself, and have it settled."""
    working.contradicted.update(asked.handles)
    if standing[0][0] == "user_id" and standing[0] not in working.trail_of:
        trail = _begin(asked, working, standing[:1])
    else:
        trail = next(working.trail_of[key] for key in standing if key in working.trail_of)
    _give(asked, working, trail, standing)
    return trail


def _begin(asked: Asked, working: _Working, handles: Sequence[HandleKey]) -> int:
    trail = next(working.people_ids)
    working.people[trail] = asked
    _give(asked, working, trail, handles)
    return trail


def _give(asked: Asked, working: _Working, trail: int, handles: Sequence[HandleKey]) -> None:
    for key in handles:
        if key in working.trail_of:
            continue
        at = trail
        if key[0] == "user_id":
            # Who stands for several is who has a user id: it goes to them, and nobody's place changes.
            at = working.root(trail)
            if at not in working.people:
                working.new_users.setdefault(at, set(working.users_of.get(at, ())))
            working.users_of.setdefault(at, set()).add(key[1])
        working.trail_of[key] = at
        working.handles[key] = (at, asked)


def _join(trail: int, other: int, key: HandleKey, asked: Asked, working: _Working) -> None:
    root, other_root = working.root(trail), working.root(other)
    if root == other_root:
        return
    if working.size_of.get(root, 1) + working.size_of.get(other_root, 1) > working.limits.handles:
        _suggest(trail, other, key, asked, working)
        return
    _merge(
        trail, other, rule_of(key), {"handles": [list(handle) for handle in asked.handles]}, asked, working
    )


def _link(asked: Asked, working: _Working) -> None:
    """Keep that handles came together. One that was seen with many is looked at more closely."""
    for one, other in _pairs(asked.handles):
        ids = sorted((_id(one, working), _id(other, working)))
        if (held := (ids[0], ids[1], Link.SEEN)) in working.links:
            continue
        working.links[held] = asked
        for key, seen_with in ((one, other), (other, one)):
            if key[0] == "user_id" or key in working.loose:
                continue
            pk = working.id_of[key]
            count = working.links_of[pk] = working.links_of.get(pk, 0) + 1
            if count > working.limits.handles or (
                count > working.limits.people and seen_with[0] in NAMING and seen_with[0] != key[0]
            ):
                working.contradicted.update(asked.handles)


def _pairs(handles: tuple[HandleKey, ...]) -> Iterable[tuple[HandleKey, HandleKey]]:
    if len(handles) <= _MOST_PAIRED:
        return combinations(handles, 2)
    first, second, *rest = handles
    return [(first, second), *((strong, weak) for weak in rest for strong in (first, second))]


def _id(key: HandleKey, working: _Working) -> int:
    pk = working.id_of.get(key)
    if pk is None:
        pk = working.id_of[key] = next(working.handle_ids)
    return pk


def _alias(trail: int, alias_of: str, asked: Asked, working: _Working) -> None:
    """Join the id that an alias names. It does not say of which kind it is, and may come before either: it is both."""
    strongest = asked.handles[0]
    for kind in ("user_id", "anonymous_id"):
        previous = (kind, alias_of)
        if previous == strongest:
            continue
        pair = (strongest, previous)
        firm = strongest[0] == kind == "user_id"
        known = [key for key in pair if key in working.trail_of]
        if (
            working.contradicted
            or not working.loose.isdisjoint(pair)
            or _contradicts(pair, known, working, firm=firm)
        ):
            if previous not in working.trail_of:
                _begin(asked, working, [previous])
            working.contradicted.update((*asked.handles, previous))
        elif previous not in working.trail_of:
            _give(asked, working, trail, [previous])
        elif working.root(trail) != working.root(working.trail_of[previous]):
            handles = [list(handle) for handle in asked.handles]
            evidence = {"previous": alias_of, "handles": handles, "between": [list(one) for one in pair]}
            _merge(trail, working.trail_of[previous], "alias", evidence, asked, working)
        ids = sorted((_id(strongest, working), _id(previous, working)))
        working.links.setdefault((ids[0], ids[1], Link.ALIAS), asked)


def _merge(
    trail: int, other: int, rule: str, evidence: dict[str, Any], asked: Asked, working: _Working
) -> None:
    root, other_root = working.root(trail), working.root(other)
    kept, gone = _stands(root, other_root, working)
    working.root_of[gone] = kept
    working.gone.append(gone)
    working.users_of.setdefault(kept, set()).update(working.users_of.get(gone, ()))
    working.size_of[kept] = working.size_of.get(root, 1) + working.size_of.get(other_root, 1)
    working.merges.append(_Edge(trail, other, rule, {**evidence, "source": asked.source}, asked.at))


def _stands(one: int, two: int, working: _Working) -> tuple[int, int]:
    """Return who stands for both, and the other: who has a user id, else who came first."""

    def rank(root: int) -> tuple[bool, int]:
        return not working.users_of.get(root), root

    return (one, two) if rank(one) <= rank(two) else (two, one)


def _suggest(trail: int, other: int, key: HandleKey, asked: Asked, working: _Working) -> None:
    evidence = {
        "shared": list(key),
        "handles": [list(handle) for handle in asked.handles],
        "source": asked.source,
    }
    pair = (trail, other) if trail < other else (other, trail)
    working.suggestions.setdefault(pair, _Edge(*pair, "too_many", evidence, asked.at))


def _settle(asked: Asked, working: _Working) -> set[HandleKey]:
    """Have it worked out who is who around a message that contradicts; return the handles that moved."""
    _write(working)
    ids = [working.id_of[key] for key in working.contradicted]
    working.contradicted.clear()
    settled = settling.settle(ids, now=asked.at)
    working.people_ids = _ids("people_person")  # It has made people too.
    for key, trail in settled.trail_of.items():
        if key in working.trail_of:
            working.trail_of[key] = trail
    for trail, root in settled.root_of.items():
        working.root_of[trail] = root
        working.users_of.pop(trail, None)
    working.users_of |= settled.users_of
    sizes: dict[int, int] = {}
    for root in settled.root_of.values():
        sizes[root] = sizes.get(root, 0) + 1
    working.size_of |= sizes
    working.knotty = (working.knotty - settled.root_of.keys()) | settled.knotty
    working.loose = (working.loose - settled.trail_of.keys()) | settled.loose
    _note_roots(working)
    return settled.moved


def _whose(handles: tuple[HandleKey, ...], working: _Working) -> int:
    decisive = next((key for key in handles if key not in working.loose), handles[0])
    return working.trail_of[decisive]


# Writing


def _write(working: _Working) -> None:
    """Insert what a batch has added so far."""
    _hold(working)
    _insert_people(working)
    _insert_handles(working)
    _insert_links(working)
    _insert_edges(working)
    _note_roots(working)


def _note_roots(working: _Working) -> None:
    if connection.vendor != "sqlite":
        working.known_roots = {trail: working.root(trail) for trail in working.root_of}


def _insert_people(working: _Working) -> None:
    bulk.insert_many(
        "people_person",
        "id, name, email, phone, traits, root_id, first_seen_at, last_seen_at, is_sample",
        [
            (trail, "", "", "", "{}", None, _moment(one.at), _moment(one.at), one.is_sample)
            for trail, one in working.people.items()
        ],
    )
    working.people.clear()


def _insert_handles(working: _Working) -> None:
    bulk.insert_many(
        Handle._meta.db_table,
        "id, person_id, kind, value, source, first_seen_at",
        [
            (_id(key, working), trail, *key, asked.source[:100], _moment(asked.at))
            for key, (trail, asked) in working.handles.items()
        ],
    )
    working.handles.clear()


def _insert_links(working: _Working) -> None:
    bulk.insert_many(
        Link._meta.db_table,
        "one_id, other_id, rule, source, at",
        [(*link, asked.source[:100], _moment(asked.at)) for link, asked in working.links.items()],
        ignore_conflicts=True,
    )
    working.links.clear()


def _insert_edges(working: _Working) -> None:
    if working.merges:
        bulk.insert_many(
            Merge._meta.db_table,
            "person_id, other_id, rule, evidence, merged_at, is_told",
            [
                (e.person, e.other, e.rule, json.dumps(e.evidence), _moment(e.at), False)
                for e in working.merges
            ],
        )
        _insert_roots(working)
        working.merges.clear()
        working.gone.clear()
    if working.suggestions:
        Suggestion.objects.bulk_create(
            [
                Suggestion(
                    person_id=e.person,
                    other_id=e.other,
                    rule=e.rule,
                    evidence=e.evidence,
                    suggested_at=e.at,
                )
                for e in working.suggestions.values()
            ],
            ignore_conflicts=True,
        )
        working.suggestions.clear()


def _insert_roots(working: _Working) -> None:
    """Have those who stand for nobody any more, and whom they stood for, follow who stands for them now."""
    roots = {trail: working.root(trail) for trail in working.gone}
    followers = dict(bulk.pairs_where_in(_FOLLOWERS, roots))
    roots |= {trail: working.root(root) for trail, root in followers.items()}
    bulk.update_many("people_person", ["root_id = {}"], [(root, trail) for trail, root in roots.items()])
    traits.combine({*roots, *roots.values()})


_FOLLOWERS = "SELECT id, root_id FROM people_person WHERE root_id IN ({values})"


def _hold(working: _Working) -> None:
    """Make sure that nobody else changes the same people now. Raises IntegrityError where somebody just did."""
    if connection.vendor == "sqlite":
        return  # Every transaction of ours holds the one write lock.
    roots: set[int] = set(working.new_users)
    if working.merges:
        roots |= {*working.known_roots.values(), *working.gone, *map(working.root, working.gone)}
        roots |= working.known_roots.keys()
    involved = sorted(roots - working.people.keys())
    if not involved:
        return
    held = (
        Person.objects.select_for_update().filter(pk__in=involved).order_by("pk").values_list("pk", "root_id")
    )
    for pk, root in held:
        if (root or pk) != working.known_roots.get(pk, pk):
            raise IntegrityError(f"Person {pk} was merged by somebody else meanwhile.")
    users: dict[int, set[str]] = {}
    for pk, user in bulk.pairs_where_in(_USERS_OF_ROOTS, working.new_users):
        users.setdefault(pk, set()).add(user)
    for pk, known in working.new_users.items():
        if not users.get(pk, set()) <= known:
            raise IntegrityError(f"Person {pk} got another user id meanwhile.")
    working.new_users.clear()


def _moment(at: datetime) -> Any:
    return at.replace(tzinfo=None).isoformat(" ") if connection.vendor == "sqlite" else at


def roots_of(trails: Iterable[int]) -> dict[int, int]:
    """Return the person who stands for each of these trails."""
    return {trail: root or trail for trail, root in bulk.pairs_where_in(_ROOTS, set(trails))}


def alone() -> None:
    """Have nobody find or make people until this transaction ends: to be called first by who takes some away."""
    _lock("pg_advisory_xact_lock")


def _lock(how: str) -> None:
    if connection.vendor == "postgresql":  # On SQLite every transaction of ours is alone anyway.
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {how}(%s)", [_LOCK])


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

"""Make the people in the database those that the evidence says, around some handles.

Almost every message only adds to one person, and resolving keeps that up by itself. Where handles contradict each
other, or staff decide, everything that bears on them is read, `evidence.answer` says who is one person, and the
difference is written: edges that no longer hold are undone, handles that are shared get a trail of their own.
What is in the log stays on its trail.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q

from jejak.people import evidence, traits
from jejak.people.evidence import Answer, Evidence, HandleKey, Known, Limits
from jejak.people.models import Handle, HandleMove, Link, Merge, Person, SharedHandle, Suggestion
from jejak.people.trails import of_roots
from jejak.staff.models import User

log = logging.getLogger(__name__)

STAFF = "staff"
JOINS_USERS = frozenset({STAFF, "alias"})
_MOST_HANDLES = 3000
_MOST_LINKS_OF_LOOSE = 500
_LOCK = 7_042_113


@dataclass(slots=True)
class Settled:
    """What settling came to. trail_of: of every handle looked at. root_of: of every trail. loose: who joins nobody.

    users_of: the user ids of each person, by who stands for them. knotty: people something speaks against.
    """

    trail_of: dict[HandleKey, int] = field(default_factory=dict)
    root_of: dict[int, int] = field(default_factory=dict)
    loose: set[HandleKey] = field(default_factory=set)
    moved: set[HandleKey] = field(default_factory=set)
    users_of: dict[int, set[str]] = field(default_factory=dict)
    knotty: set[int] = field(default_factory=set)


def limits() -> Limits:
    """Return how much may come together before it is too much to be one person."""
    return Limits(people=settings.HANDLE_PEOPLE, handles=settings.JOINED_TRAILS)


def settle(
    handle_ids: Iterable[int], *, trails: Iterable[int] = (), now: datetime, by: User | None = None
) -> Settled:
    """Work out anew who is one person around these handles and trails. To be called inside a transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # One at a time: two could undo each other's work.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    seeds = set(handle_ids)
    through: set[int] = set()
    while True:
        region = _read(seeds, set(trails), through)
        result = evidence.answer(region.evidence, limits())
        freed = {
            region.id_of[key]
            for key in region.shared
            if key not in result.loose and region.shared[key].is_loose
        } - through
        if not freed:
            break
        through |= freed  # Whoever it kept apart bears on it too.
    return _write(region, result, now, by)


# Reading


@dataclass(slots=True)
class _Region:
    trails: dict[int, Person] = field(default_factory=dict)
    handles: dict[int, Handle] = field(default_factory=dict)
    inside: set[HandleKey] = field(default_factory=set)
    id_of: dict[HandleKey, int] = field(default_factory=dict)
    trail_of: dict[HandleKey, int] = field(default_factory=dict)
    edges: list[Merge] = field(default_factory=list)
    shared: dict[HandleKey, SharedHandle] = field(default_factory=dict)
    sources: dict[frozenset[HandleKey], tuple[datetime, str]] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=lambda: Evidence(set(), []))


def _read(seeds: set[int], trails: set[int], through: set[int]) -> _Region:
    region = _Region()
    links: dict[int, Link] = {}
    outside: dict[int, Handle] = {}
    shared: dict[int, SharedHandle] = {}
    asked, new_trails = set(seeds), set(trails)
    while asked or new_trails:
        if asked:
            found = Handle.objects.filter(pk__in=asked)
            new_trails |= {handle.person_id for handle in found}
        new_trails -= region.trails.keys()
        roots = Person.objects.filter(pk__in=new_trails).values_list("root_id", "pk")
        standing = {root or pk for root, pk in roots}
        people = Person.objects.select_for_update().filter(pk__in=of_roots(standing))
        fresh = {one.pk: one for one in people.order_by("pk") if one.pk not in region.trails}
        region.trails |= fresh
        handles = {one.pk: one for one in Handle.objects.filter(person__in=fresh)}
        region.handles |= handles
        shared |= {one.handle_id: one for one in SharedHandle.objects.filter(handle__in=handles)}
        held = list(Link.objects.filter(Q(one__in=handles) | Q(other__in=handles)))
        if len(region.handles) > _MOST_HANDLES:
            log.warning("%d handles hang together; what lies beyond is not looked at.", len(region.handles))
            asked, new_trails = set(), set()
        else:
            asked, new_trails = set(), set()
            for link in held:
                for near, far in ((link.one_id, link.other_id), (link.other_id, link.one_id)):
                    loose = near in shared and shared[near].is_loose and near not in through
                    if near in handles and far not in region.handles and not loose:
                        asked.add(far)
        links |= {link.pk: link for link in held}
    known = set(region.handles)
    beyond = {end for link in links.values() for end in (link.one_id, link.other_id)} - known
    outside = {one.pk: one for one in Handle.objects.filter(pk__in=beyond).select_related("person")}
    _take(region, links.values(), outside, shared)
    return region


def _take(
    region: _Region, links: Iterable[Link], outside: dict[int, Handle], shared: dict[int, SharedHandle]
) -> None:
    key_of = {pk: (handle.kind, handle.value) for pk, handle in (region.handles | outside).items()}
    region.inside = {key_of[pk] for pk in region.handles}
    region.id_of = {key_of[pk]: pk for pk in region.handles}
    region.trail_of = {key_of[pk]: handle.person_id for pk, handle in region.handles.items()}
    region.shared = {key_of[pk]: one for pk, one in shared.items()}
    known = []
    for link in links:
        if link.one_id in key_of and link.other_id in key_of:
            one, other = key_of[link.one_id], key_of[link.other_id]
            known.append(Known(one, other, link.rule, link.at))
            pair = frozenset((one, other))
            if pair not in region.sources or link.at < region.sources[pair][0]:
                region.sources[pair] = (link.at, link.source)
    users: dict[int, HandleKey] = {}
    for pk, handle in outside.items():  # Users who are one person already are one somebody here too.
        if handle.kind == "user_id":
            root = handle.person.root_id or handle.person_id
            first = users.setdefault(root, key_of[pk])
            if first != key_of[pk]:
                known.append(Known(first, key_of[pk], Link.ALIAS, handle.first_seen_at))
    handles = {*key_of.values()}
    for trail in region.trails.keys() - set(region.trail_of.values()):
        nobody = ("", str(trail))  # A trail without any handle stands for itself.
        handles.add(nobody)
        region.inside.add(nobody)
        region.trail_of[nobody] = trail
    region.edges = list(Merge.objects.filter(person__in=region.trails, undone_at=None).order_by("pk"))
    known += _of_before(region, known)
    region.evidence = Evidence(
        handles=handles,
        known=known,
        allowed={key for key, one in region.shared.items() if one.verdict == SharedHandle.Verdict.ALLOWED},
        forbidden={
            key for key, one in region.shared.items() if one.verdict == SharedHandle.Verdict.FORBIDDEN
        },
    )


def _of_before(region: _Region, known: Sequence[Known]) -> list[Known]:
    """Return what trails and edges say that have no links: imports, and whatever came before links were kept."""
    pairs = {frozenset((one.one, one.other)) for one in known}
    linked = {key for pair in pairs for key in pair if len({region.trail_of.get(one) for one in pair}) == 1}
    strongest: dict[int, HandleKey] = {}
    said = []
    for key in sorted(region.trail_of, key=_rank):
        trail = region.trail_of[key]
        first = strongest.setdefault(trail, key)
        if first != key and (key not in linked) and frozenset((first, key)) not in pairs:
            at = region.handles[region.id_of[key]].first_seen_at
            said.append(Known(first, key, Link.SEEN, at))
    for edge in region.edges:
        if edge.other_id not in strongest or edge.person_id not in strongest or "between" in edge.evidence:
            continue
        one, other = strongest[edge.person_id], strongest[edge.other_id]
        if edge.rule in JOINS_USERS:
            said.append(Known(one, other, Link.STAFF, edge.merged_at))
        elif not any(
            {region.trail_of.get(key) for key in pair} == {edge.person_id, edge.other_id} for pair in pairs
        ):
            said.append(Known(one, other, Link.SEEN, edge.merged_at))
    return said


def _rank(key: HandleKey) -> tuple[int, HandleKey]:
    return STRENGTH.get(key[0], OTHER_ID), key


STRENGTH = {
    "user_id": 0,
    "email": 2,
    "phone": 3,
    "whatsapp": 3,
    "telegram": 3,
    "anonymous_id": 9,
    "claimed_id": 9,
}
OTHER_ID = 1


# Writing


def _write(region: _Region, result: Answer, now: datetime, by: User | None) -> Settled:
    settled = Settled(trail_of={key: trail for key, trail in region.trail_of.items() if key[0]})
    parts = [kept for part in result.parts if (kept := part & region.inside)]
    _keep_shared(region, result, now, settled)
    owned = _own(region, parts, now, settled)
    _keep_edges(region, owned, settled, now, by)
    users = {trail: key[1] for key, trail in settled.trail_of.items() if key[0] == "user_id"}
    changed: set[int] = set()
    for trails in owned:
        root = _stand(region, trails, users)
        for trail in trails:
            settled.root_of[trail] = root
            held = region.trails[trail]  # As it was read.
            if held.root_id != (None if trail == root else root):
                changed |= {root, held.root_id or trail, trail}
                Person.objects.filter(pk=trail).update(root=None if trail == root else root)
    for key, trail in settled.trail_of.items():
        if key[0] == "user_id":
            settled.users_of.setdefault(settled.root_of[trail], set()).add(key[1])
    _suggest(region, result, settled, now)
    settled.loose = {key for key in result.loose if key in region.inside}
    traits.combine(changed)
    return settled


def _keep_shared(region: _Region, result: Answer, now: datetime, settled: Settled) -> None:
    turned = set()
    for key, people in result.loose.items():
        if key not in region.id_of:
            continue
        held = region.shared.get(key)
        if held is None:
            SharedHandle.objects.create(
                handle_id=region.id_of[key], people=people, since=now, evidence=_seen_with(region, key)
            )
            turned.add(key)
        elif not held.is_loose or held.people != people:
            if not held.is_loose:
                turned.add(key)
            SharedHandle.objects.filter(pk=held.pk).update(
                is_loose=True, people=people, evidence=_seen_with(region, key)
            )
    for key, held in region.shared.items():
        if key not in result.loose and held.is_loose:
            SharedHandle.objects.filter(pk=held.pk).update(is_loose=False)
            turned.add(key)
    # Also where it stays on its trail: what comes with it may go elsewhere from now on.
    HandleMove.objects.bulk_create(
        HandleMove(
            handle_id=region.id_of[key],
            before_id=region.trail_of[key],
            after_id=region.trail_of[key],
            moved_at=now,
        )
        for key in sorted(turned)
    )
    settled.moved |= turned


def _seen_with(region: _Region, key: HandleKey) -> dict[str, Any]:
    others = sorted(
        (other for pair in region.sources if key in pair for other in pair if other != key), key=_rank
    )
    return {"with": [list(other) for other in others[:10]]}


def _own(
    region: _Region, parts: list[frozenset[HandleKey]], now: datetime, settled: Settled
) -> list[list[int]]:
    """Give every trail to the people it belongs to, move the handles that no longer do; return each one's trails."""
    part_of = {key: number for number, part in enumerate(parts) for key in part}
    owner: dict[int, int] = {}
    for key in sorted(region.trail_of, key=_rank):
        owner.setdefault(region.trail_of[key], part_of[key])
    trails_of: list[list[int]] = [[] for _ in parts]
    for trail in sorted(owner):
        trails_of[owner[trail]].append(trail)
    moves = []
    for key in sorted(region.trail_of, key=_rank):
        before, part = region.trail_of[key], part_of[key]
        if owner[before] == part:
            continue
        if not trails_of[part]:
            handle = region.handles[region.id_of[key]]
            fresh = Person.objects.create(
                first_seen_at=handle.first_seen_at,
                last_seen_at=region.trails[before].last_seen_at,
                is_sample=region.trails[before].is_sample,
            )
            region.trails[fresh.pk] = fresh
            owner[fresh.pk] = part
            trails_of[part].append(fresh.pk)
        after = trails_of[part][0]
        settled.trail_of[key] = after
        settled.moved.add(key)
        Handle.objects.filter(pk=region.id_of[key]).update(person=after)
        moves.append(HandleMove(handle_id=region.id_of[key], before_id=before, after_id=after, moved_at=now))
    HandleMove.objects.bulk_create(moves)
    return trails_of


def _keep_edges(
    region: _Region, owned: list[list[int]], settled: Settled, now: datetime, by: User | None
) -> None:
    """Undo the edges between different people, and make those that are missing within one."""
    person = {trail: number for number, trails in enumerate(owned) for trail in trails}
    standing = []
    for edge in region.edges:
        if person.get(edge.person_id) == person.get(edge.other_id):
            standing.append((edge.person_id, edge.other_id))
        else:
            Merge.objects.filter(pk=edge.pk).update(undone_at=now, undone_by=by, is_told=False)
    if all(len(trails) == 1 for trails in owned):
        return
    trail_of = region.trail_of | settled.trail_of
    for trails in owned:
        if len(trails) > 1:
            _connect(region, trails, standing, trail_of)


def _connect(
    region: _Region,
    trails: list[int],
    standing: list[tuple[int, int]],
    trail_of: dict[HandleKey, int],
) -> None:
    group = {trail: trail for trail in trails}

    def of(trail: int) -> int:
        while group[trail] != trail:
            trail = group[trail]
        return trail

    for one, other in standing:
        if one in group:
            group[of(one)] = of(other)
    known = sorted(region.evidence.known, key=lambda one: (one.at, one.one, one.other))
    for link in known:
        left, right = trail_of.get(link.one, 0), trail_of.get(link.other, 0)
        if link.rule == Link.APART or left not in group or right not in group or of(left) == of(right):
            continue
        group[of(left)] = of(right)
        strong, weak = sorted((link.one, link.other), key=_rank)
        at, source = region.sources.get(frozenset((strong, weak)), (link.at, ""))
        rule = link.rule if link.rule in JOINS_USERS else rule_of(weak)
        held = {"handles": [list(strong), list(weak)], "source": source}
        if rule in JOINS_USERS:
            held["between"] = [list(strong), list(weak)]
        Merge.objects.create(
            person_id=trail_of[strong], other_id=trail_of[weak], rule=rule, evidence=held, merged_at=at
        )


def rule_of(handle: HandleKey) -> str:
    """Return the rule by which a handle that two trails have joins them."""
    return "same_" + handle[0] if handle[0] in STRENGTH else "same_id"


def _stand(region: _Region, trails: list[int], users: dict[int, str]) -> int:
    """Return who stands for these trails: of those who do so far, who has a user id, else the oldest."""
    standing = [trail for trail in trails if region.trails[trail].root_id is None] or trails
    with_user = {trail for trail in trails if trail in users}

    def has_user(root: int) -> bool:
        if root in with_user:
            return True
        return any((region.trails[trail].root_id or trail) == root for trail in with_user)

    return min(standing, key=lambda trail: (not has_user(trail), trail))


def _suggest(region: _Region, result: Answer, settled: Settled, now: datetime) -> None:
    made = []
    for one, other, speaks in sorted(result.conflicts):
        left, right = settled.trail_of.get(one), settled.trail_of.get(other)
        if left is None or right is None or left == right:
            continue
        _at, source = region.sources.get(frozenset((one, speaks)), (now, ""))
        made.append(
            Suggestion(
                person_id=min(left, right),
                other_id=max(left, right),
                rule="shared_" + speaks[0][:33],
                evidence={"shared": list(speaks), "handles": [list(one), list(other)], "source": source},
                suggested_at=now,
            )
        )
    Suggestion.objects.bulk_create(made, ignore_conflicts=True)
    held = Suggestion.objects.filter(
        Q(person__in=settled.root_of) | Q(other__in=settled.root_of), rule__startswith="shared"
    )
    for pair in held.values_list("person_id", "other_id"):
        settled.knotty |= {settled.root_of[trail] for trail in pair if trail in settled.root_of}

"""Who is one person: worked out from all that is known of handles, so that the order it came in cannot matter.

What is known only ever grows: that two handles were seen in one message, that a trusted sender gave an alias,
that staff said "one person" or "two people" of a pair, of which the latest word counts. From this:

  1. Aliases and staff's "one person" join whatever they name: a core. A core with a user id is somebody; what was
     only seen never joins two who are somebody.
  2. A handle that was seen with exactly one somebody is theirs.
  3. One that was seen with two or more (a family's browser), or with more people than is likely (info@), or that
     staff forbid, is loose: it stands for itself and joins nobody.
  4. Handles that were never seen with a user id go with each other, and with the one somebody that they are seen
     near; near several, they stay by themselves.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from jejak.people.models import Link

HandleKey = tuple[str, str]
NAMING = frozenset({"user_id", "email", "phone", "whatsapp", "telegram"})
"""The kinds that a person has few of. Browsers and ids of other systems (orders) one may have by the hundred."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of two handles: by which rule of Link, and since when; of staff's word, when it was last given."""

    one: HandleKey
    other: HandleKey
    rule: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """people: of one kind, a handle may be seen with so many. handles: of all kinds together."""

    people: int
    handles: int


@dataclass(slots=True)
class Evidence:
    """All that bears on some handles. allowed, forbidden: what staff decided of shared ones."""

    handles: set[HandleKey]
    known: list[Known]
    allowed: Set[HandleKey] = frozenset()
    forbidden: Set[HandleKey] = frozenset()


@dataclass(slots=True)
class Answer:
    """parts: the handles of each person. loose: those that join nobody, with how many people they were seen with.

    conflicts: what was seen between two who are somebody: (a handle of each, the handle that speaks for it).
    """

    parts: list[frozenset[HandleKey]]
    loose: dict[HandleKey, int] = field(default_factory=dict)
    conflicts: set[tuple[HandleKey, HandleKey, HandleKey]] = field(default_factory=set)


def answer(evidence: Evidence, limits: Limits) -> Answer:
    """Return who is one person."""
    firm, seen = _weighed(evidence.known)
    core = _Sets(evidence.handles)
    for one, other in firm:
        core.join(one, other)
    members: dict[HandleKey, list[HandleKey]] = {}
    for handle in sorted(evidence.handles):
        members.setdefault(core.of(handle), []).append(handle)
    named = {of: min(handle for handle in held if handle[0] == "user_id") for of, held in members.items()
             if any(handle[0] == "user_id" for handle in held)}  # fmt: skip

    beside: dict[HandleKey, set[HandleKey]] = {
        of: set() for of in members
    }  # Core → the handles seen with it.
    for one, other in seen:
        if core.of(one) != core.of(other):
            beside[core.of(one)].add(other)
            beside[core.of(other)].add(one)

    result = Answer(parts=[])
    whose: dict[HandleKey, HandleKey] = {}  # Core without a user id → the only somebody it was seen with.
    loose_cores: set[HandleKey] = set()
    for of, held in members.items():
        if of in named:
            continue
        somebodies = {core.of(handle) for handle in beside[of]} & named.keys()
        alone = held[0] if len(held) == 1 else None
        people = max(len(somebodies), _people(held[0][0], beside[of]) if alone else 0)
        too_many = alone is not None and alone not in evidence.allowed and (
            people > limits.people or _most(beside[of]) > limits.handles
        )  # fmt: skip
        if len(somebodies) > 1 or too_many or alone in evidence.forbidden:
            loose_cores.add(of)
            for handle in held:
                result.loose[handle] = people
            if 1 < len(somebodies) <= limits.people:
                ordered = sorted(named[one] for one in somebodies)
                result.conflicts |= {
                    (one, other, min(held)) for i, one in enumerate(ordered) for other in ordered[i + 1 :]
                }
        elif somebodies:
            whose[of] = next(iter(somebodies))

    people_of = _Sets(evidence.handles)
    for handle in evidence.handles:
        people_of.join(handle, core.of(handle))
    for of, somebody in whose.items():
        people_of.join(of, somebody)
    _join_untied(members, named, whose, loose_cores, beside, core, people_of, result, limits)
    _note_conflicts(seen, core, named, whose, loose_cores, result)

    parts: dict[HandleKey, set[HandleKey]] = {}
    for handle in evidence.handles:
        parts.setdefault(people_of.of(handle), set()).add(handle)
    result.parts = sorted((frozenset(part) for part in parts.values()), key=min)
    return result


def _weighed(
    known: Iterable[Known],
) -> tuple[set[tuple[HandleKey, HandleKey]], set[tuple[HandleKey, HandleKey]]]:
    """Return the pairs that are joined firmly, and those that were only seen. Staff's latest word on a pair counts."""
    rules: dict[tuple[HandleKey, HandleKey], dict[str, datetime]] = {}
    for one in known:
        pair = (one.one, one.other) if one.one < one.other else (one.other, one.one)
        held = rules.setdefault(pair, {})
        held[one.rule] = max(one.at, held.get(one.rule, one.at))
    firm, seen = set(), set()
    for pair, said in rules.items():
        together, apart = said.get(Link.STAFF), said.get(Link.APART)
        if apart is not None and (together is None or together <= apart):
            continue
        if together is not None or Link.ALIAS in said:
            firm.add(pair)
        elif Link.SEEN in said:
            seen.add(pair)
    return firm, seen


def _people(kind: str, beside: Set[HandleKey]) -> int:
    """How many people a handle was seen with: the most of any one kind that people have few of."""
    counts: dict[str, int] = {}
    for other, _value in beside:
        if other in NAMING and other != kind:
            counts[other] = counts.get(other, 0) + 1
    return max(counts.values(), default=0)


def _most(beside: Set[HandleKey]) -> int:
    return sum(kind in NAMING or kind == "anonymous_id" for kind, _value in beside)


def _join_untied(
    members: dict[HandleKey, list[HandleKey]],
    named: dict[HandleKey, HandleKey],
    whose: dict[HandleKey, HandleKey],
    loose: set[HandleKey],
    beside: dict[HandleKey, set[HandleKey]],
    core: "_Sets[HandleKey]",
    people_of: "_Sets[HandleKey]",
    result: Answer,
    limits: Limits,
) -> None:
    untied = {of for of in members if of not in named and of not in whose and of not in loose}
    together = _Sets(untied)
    near: dict[HandleKey, set[HandleKey]] = {}
    for of in untied:
        for handle in beside[of]:
            other = core.of(handle)
            if other in untied:
                together.join(of, other)
            elif other in whose:
                near.setdefault(of, set()).add(whose[other])
    reach: dict[HandleKey, set[HandleKey]] = {}
    for of in untied:
        people_of.join(of, together.of(of))
        reach.setdefault(together.of(of), set()).update(near.get(of, ()))
    for of, somebodies in reach.items():
        if len(somebodies) == 1:
            people_of.join(of, next(iter(somebodies)))
        elif 1 < len(somebodies) <= limits.people:
            result.conflicts |= {
                (min(members[of]), named[somebody], min(members[of])) for somebody in somebodies
            }


def _note_conflicts(
    seen: set[tuple[HandleKey, HandleKey]],
    core: "_Sets[HandleKey]",
    named: dict[HandleKey, HandleKey],
    whose: dict[HandleKey, HandleKey],
    loose: set[HandleKey],
    result: Answer,
) -> None:
    def somebody(handle: HandleKey) -> HandleKey | None:
        of = core.of(handle)
        return of if of in named else whose.get(of)

    for one, other in seen:
        mine, theirs = somebody(one), somebody(other)
        if mine is not None and theirs is not None and mine != theirs:
            left, right = sorted((named[mine], named[theirs]))
            speaks = max((one, other), key=lambda handle: (handle[0] != "user_id", handle))
            result.conflicts.add((left, right, speaks))


_Node = TypeVar("_Node")


class _Sets(Generic[_Node]):
    """Sets that are joined, each known by its least member."""

    def __init__(self, nodes: Iterable[_Node]) -> None:
        self._up: dict[_Node, _Node] = {node: node for node in nodes}

    def of(self, node: _Node) -> _Node:
        top = node
        while self._up[top] != top:
            top = self._up[top]
        while self._up[node] != top:
            self._up[node], node = top, self._up[node]
        return top

    def join(self, one: _Node, other: _Node) -> None:
        one, other = self.of(one), self.of(other)
        if one != other:
            low, high = (one, other) if one < other else (other, one)  # type: ignore[operator]
            self._up[high] = low

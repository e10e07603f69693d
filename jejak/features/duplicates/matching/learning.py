"""How telling each agreement is, learned from the records themselves: nobody says which are duplicates.

The model is Fellegi and Sunter's (1969), as Splink computes it: of each way to agree, how often it is seen among
true pairs (m) and among any two others (u). To these two kinds of pairs come two more. Neighbours: a family, or the
companies of one building, who share an address, a phone and perhaps a family name, and are not one. And those who
moved: one, but nothing of their place is the same, all at once. All are found together by expectation maximisation
over two samples: pairs that share something, where the first three are, and pairs taken at random. Why not by
Splink's own training: docs/decisions/0012-fuzzy-duplicates.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDS = 200
_ENOUGH = 1e-5
_AS_IF_SEEN_TRUE = 20.0
_SHARE_THOUGHT = 0.1
_AS_IF_SEEN_OTHER = 1.0
_LEAST = 1e-7
_MOST_WEAK = 0.35
_MOST_MOVED = 0.5

ONE, MOVED, BESIDE, OTHER = range(4)
"""The kinds of pairs: one; one, moved; neighbours; strangers."""


class Role(Enum):
    """What a column says of whom. The last three are shared by those who live or work together."""

    OWN = "own"
    FAMILY = "family"
    PLACE = "place"
    SORT = "sort"


@dataclass(frozen=True)
class Sample:
    """Compared pairs, those that agree alike told once.

    ways: (kinds of pairs, columns) the level of each, 0 for different, -1 where something is missing.
    commonness: likewise, how common the value is on which both agree, nan where that is not asked.
    times: (kinds of pairs,) how often it was seen.
    """

    ways: NDArray[np.int8]
    commonness: Floats
    times: Floats


@dataclass(frozen=True)
class Thought:
    """What is thought of a column before any pair was seen.

    m: how often each way to agree is seen among true pairs. most_different: how often these differ at most.
    loosely: of what is their own, the ways that relatives agree in too.
    """

    m: Floats
    role: Role
    most_different: float
    loosely: NDArray[np.bool_]
    weakly: NDArray[np.bool_]
    by_rareness: Floats


@dataclass(frozen=True)
class Learned:
    """How often each level of each column, from different to the same, is seen in each of the four kinds of pairs.

    chances: (4,) of any two records, to be of that kind. by_chance: (4, columns) whether that kind agrees in that
    column by chance alone, so that agreeing on a rare value is rarer.
    """

    levels: tuple[list[Floats], ...]
    chances: Floats
    by_chance: NDArray[np.bool_]
    roles: tuple[Role, ...]
    by_rareness: tuple[Floats, ...]

    @property
    def prior(self) -> float:
        """Return the chance that any two records are one."""
        return float(self.chances[ONE] + self.chances[MOVED])

    @property
    def own(self) -> list[int]:
        """Return the columns of which true pairs share one at least, if they are known."""
        return [i for i, role in enumerate(self.roles) if role == Role.OWN]


def learn(
    *,
    near: Sample,
    near_share: float,
    random: Sample,
    all_pairs: int,
    thought: Sequence[Thought],
    may_move: bool,
) -> Learned:
    """Return what fits the records best. near_share: which share of the pairs worth comparing is in the sample."""
    roles = tuple(one.role for one in thought)
    columns = range(len(thought))
    even = [np.full(len(one.m), _AS_IF_SEEN_OTHER / len(one.m)) for one in thought]
    u = [_counted(random.ways[:, i], random.times, even[i]) for i in columns]
    m = [one.m / one.m.sum() for one in thought]
    begin = min(0.1, 0.2 / max(1.0, float(np.sqrt(2 * all_pairs))))
    may_move = may_move and Role.PLACE in roles
    learned = Learned(
        levels=(m, _of_moved(thought, m, m, u), [_of_neighbours(thought[i], m[i], u[i]) for i in columns], u),
        chances=np.array([begin, 0.1 * begin * may_move, begin, 1 - (2 + 0.1 * may_move) * begin]),
        by_chance=_by_chance(roles),
        roles=roles,
        by_rareness=tuple(one.by_rareness for one in thought),
    )
    for _ in range(_ROUNDS):
        one, moved, beside, _strangers = (beliefs(near, learned) * near.times[:, None]).T
        strangers = beliefs(random, learned)[:, OTHER] * random.times
        as_if = [_as_if(float(one.sum() + moved.sum())) * _share(t.m) for t in thought]
        u = [_counted(random.ways[:, i], strangers, even[i]) for i in columns]
        m = []
        for i, t in enumerate(thought):
            seen = one if t.role in (Role.PLACE, Role.SORT) else one + moved
            found = _counted(near.ways[:, i], seen, as_if[i])
            m.append(_mostly_agreeing(found, t) if t.role == Role.OWN else found)
        after = [_counted(near.ways[:, i], moved, _AS_IF_SEEN_TRUE * _share(m[i] + u[i])) for i in columns]
        h = [
            _of_neighbours(t, _counted(near.ways[:, i], beside, _AS_IF_SEEN_TRUE * _share(t.m)), u[i])
            for i, t in enumerate(thought)
        ]
        change = max(float(np.abs(a - b).max()) for a, b in zip(m, learned.levels[ONE], strict=True))
        learned = replace(
            learned,
            levels=(m, _of_moved(thought, m, after, u), h, u),
            chances=_chances(
                one.sum(), moved.sum() if may_move else None, beside.sum(), near_share, all_pairs
            ),
        )
        if change < _ENOUGH:
            break
    return learned


def beliefs(sample: Sample, learned: Learned) -> Floats:
    """Return the chance of each pair to be of each kind: (kinds of pairs in the sample, 4)."""
    with np.errstate(divide="ignore"):
        weight = np.tile(np.log(learned.chances), (len(sample.ways), 1))
    for i in range(sample.ways.shape[1]):
        ways = sample.ways[:, i]
        rare = ~np.isnan(sample.commonness[:, i]) & (ways >= 0)
        rareness = (
            np.log(sample.commonness[rare, i] / learned.levels[OTHER][i][-1])
            * learned.by_rareness[i][ways[rare]]
        )
        for kind in (ONE, MOVED, BESIDE, OTHER):
            # The last stands for -1: nothing is known.
            weight[:, kind] += np.append(np.log(learned.levels[kind][i]), 0.0)[ways]
            if learned.by_chance[kind, i]:
                weight[rare, kind] += rareness
    # Whoever differs in all of their own that is known is not one, however much of their place they share.
    own = sample.ways[:, learned.own]
    if learned.own:
        weight[(own <= 0).all(axis=1) & (own == 0).any(axis=1), : MOVED + 1] = -np.inf
    weight = np.exp(weight - weight.max(axis=1, keepdims=True))
    belief: Floats = weight / weight.sum(axis=1, keepdims=True)
    return belief


def _by_chance(roles: Sequence[Role]) -> NDArray[np.bool_]:
    found = np.zeros((4, len(roles)), bool)
    found[MOVED] = [role == Role.PLACE for role in roles]
    found[BESIDE] = [role == Role.OWN for role in roles]
    found[OTHER] = True
    return found


def _of_moved(
    thought: Sequence[Thought], m: list[Floats], after: list[Floats], u: list[Floats]
) -> list[Floats]:
    """Those who moved agree on their place by chance, and on its state and the like as it comes."""
    by_role = {Role.PLACE: u, Role.SORT: after}
    return [by_role.get(one.role, m)[i] for i, one in enumerate(thought)]


def _of_neighbours(thought: Thought, found: Floats, u: Floats) -> Floats:
    if thought.role != Role.OWN:
        return found
    if not thought.loosely.any():
        return u
    free = thought.loosely
    h: Floats = u.copy()
    h[free] = found[free] / found[free].sum() * u[free].sum()
    return h


def _mostly_agreeing(m: Floats, thought: Thought) -> Floats:
    """Whoever is one agrees mostly in what tells people apart; without this, learning may drift to another idea."""
    m = _at_most(m, thought.weakly, max(_MOST_WEAK, thought.most_different))
    return _at_most(m, np.arange(len(m)) == 0, thought.most_different)


def _at_most(m: Floats, these: NDArray[np.bool_], most: float) -> Floats:
    seen = float(m[these].sum())
    if seen <= most:
        return m
    kept: Floats = np.where(these, m * most / seen, m * (1 - most) / (1 - seen))
    return kept


def _as_if(seen: float) -> float:
    return max(_AS_IF_SEEN_TRUE, _SHARE_THOUGHT * seen)


def _chances(one: float, moved: float | None, beside: float, near_share: float, all_pairs: int) -> Floats:
    one, beside = (np.clip((seen / near_share + 0.5) / all_pairs, 1e-12, 0.3) for seen in (one, beside))
    after = 0.0 if moved is None else min((moved / near_share + 0.05) / all_pairs, _MOST_MOVED * one)
    return np.array([one, after, beside, 1 - one - after - beside])


def _share(levels: Floats) -> Floats:
    share: Floats = levels / levels.sum()
    return share


def _counted(ways: NDArray[np.int8], weight: Floats, as_if: Floats) -> Floats:
    seen = np.bincount(ways[ways >= 0], weights=weight[ways >= 0], minlength=len(as_if)) + as_if
    counted: Floats = np.maximum(seen / seen.sum(), _LEAST)
    return counted

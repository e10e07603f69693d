"""How telling each agreement is, learned from the records themselves: nobody says which are duplicates.

The model is Fellegi and Sunter's (1969), as Splink computes it: of each way to agree, how often it is seen among
true pairs (m) and among any two others (u). To these two kinds of pairs comes a third, neighbours: a family, or the
companies of one building, who share an address, a phone and perhaps a family name, and are not one (h). All are
found together by expectation maximisation over two samples: pairs that share something, where true pairs and
neighbours are, and pairs taken at random. Why not by Splink's own training: docs/decisions/0012-fuzzy-duplicates.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDS = 200
_ENOUGH = 1e-5
_AS_IF_SEEN_TRUE = 20.0
_AS_IF_SEEN_OTHER = 1.0
_LEAST = 1e-7
_MOST_DIFFERENT = 0.5
_MOST_DIFFERENT_NAMES = 0.2


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

    m: how often each way to agree is seen among true pairs. is_shared: whether those who live or work together
    share it, as they do an address. is_name: whether it names who is meant. loosely: of what is not
    shared, the ways that relatives agree in too.
    """

    m: Floats
    is_shared: bool
    is_name: bool
    loosely: NDArray[np.bool_]


@dataclass(frozen=True)
class Learned:
    """m, h and u of each column's levels, from different to the same, and the chances of any two records.

    h is of neighbours: two who share a place and are not one. prior and neighbours are the chances that any two
    records are one, and that they are neighbours.
    """

    m: list[Floats]
    h: list[Floats]
    u: list[Floats]
    prior: float
    neighbours: float
    rounds: int = 0


def learn(
    *, near: Sample, near_share: float, random: Sample, all_pairs: int, thought: list[Thought]
) -> Learned:
    """Return what fits the records best. near_share: which share of the pairs worth comparing is in the sample."""
    even = [np.full(len(one.m), _AS_IF_SEEN_OTHER / len(one.m)) for one in thought]
    u = [_counted(random.ways[:, i], random.times, even[i]) for i in range(len(thought))]
    m = [one.m / one.m.sum() for one in thought]
    h = [_of_neighbours(one, m[i], u[i]) for i, one in enumerate(thought)]
    begin = min(0.1, 0.2 / max(1.0, float(np.sqrt(2 * all_pairs))))
    learned = Learned(m=m, h=h, u=u, prior=begin, neighbours=begin)
    for rounds in range(1, _ROUNDS + 1):
        one, beside = (belief * near.times for belief in beliefs(near, learned))
        other = (1 - sum(beliefs(random, learned))) * random.times
        columns = range(len(thought))
        u = [_counted(random.ways[:, i], other, even[i]) for i in columns]
        m = [_counted(near.ways[:, i], one, _AS_IF_SEEN_TRUE * _share(thought[i].m)) for i in columns]
        m = [
            found if t.is_shared else _mostly_agreeing(found, t.is_name)
            for found, t in zip(m, thought, strict=True)
        ]
        h = [
            _of_neighbours(
                thought[i], _counted(near.ways[:, i], beside, _AS_IF_SEEN_TRUE * _share(thought[i].m)), u[i]
            )
            for i in columns
        ]
        moved = max(float(np.abs(a - b).max()) for a, b in zip(m, learned.m, strict=True))
        learned = Learned(
            m=m,
            h=h,
            u=u,
            prior=_prior(one, near_share, all_pairs),
            neighbours=_prior(beside, near_share, all_pairs),
            rounds=rounds,
        )
        if moved < _ENOUGH:
            break
    return learned


def beliefs(sample: Sample, learned: Learned) -> tuple[Floats, Floats]:
    """Return the chance of each pair to be one, and to be neighbours."""
    other = np.full(len(sample.ways), np.log(1 - learned.prior - learned.neighbours))
    one = np.full(len(sample.ways), np.log(learned.prior))
    beside = np.full(len(sample.ways), np.log(learned.neighbours))
    for i in range(sample.ways.shape[1]):
        ways = sample.ways[:, i]
        rare = ~np.isnan(sample.commonness[:, i]) & (ways >= 0)
        rareness = np.log(sample.commonness[rare, i] / learned.u[i][ways[rare]])
        for weight, levels in ((one, learned.m[i]), (beside, learned.h[i]), (other, learned.u[i])):
            weight += np.append(np.log(levels), 0.0)[ways]  # The last stands for -1: nothing is known.
        other[rare] += rareness
        if not shared(learned, i):
            beside[rare] += rareness
    # Whoever agrees in nothing of their own is not one, however much of their place they share.
    own = [i for i in range(sample.ways.shape[1]) if not shared(learned, i)]
    if own:
        one[(sample.ways[:, own] <= 0).all(axis=1)] = -np.inf
    top = np.maximum(np.maximum(one, beside), other)
    one, beside, other = np.exp(one - top), np.exp(beside - top), np.exp(other - top)
    total = one + beside + other
    return one / total, beside / total


def shared(learned: Learned, i: int) -> bool:
    """Return whether neighbours share this column: whether they agree on it for another reason than chance."""
    return bool(learned.h[i][-1] != learned.u[i][-1])


def _of_neighbours(thought: Thought, found: Floats, u: Floats) -> Floats:
    if thought.is_shared:
        return found
    if not thought.loosely.any():
        return u
    free = thought.loosely
    h: Floats = u.copy()
    h[free] = found[free] / found[free].sum() * u[free].sum()
    return h


def _mostly_agreeing(m: Floats, is_name: bool) -> Floats:
    """Whoever is one agrees mostly in what tells people apart; without this, learning may drift to another idea."""
    most = _MOST_DIFFERENT_NAMES if is_name else _MOST_DIFFERENT
    if m[0] <= most:
        return m
    kept: Floats = m * (1 - most) / (1 - m[0])
    kept[0] = most
    return kept


def _prior(belief: Floats, near_share: float, all_pairs: int) -> float:
    return float(np.clip((belief.sum() / near_share + 0.5) / all_pairs, 1e-12, 0.4))


def _share(levels: Floats) -> Floats:
    share: Floats = levels / levels.sum()
    return share


def _counted(ways: NDArray[np.int8], weight: Floats, as_if: Floats) -> Floats:
    seen = np.bincount(ways[ways >= 0], weights=weight[ways >= 0], minlength=len(as_if)) + as_if
    counted: Floats = np.maximum(seen / seen.sum(), _LEAST)
    return counted

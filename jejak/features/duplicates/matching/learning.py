"""How telling each agreement is, learned from the records themselves: nobody says which are duplicates.

The model is Fellegi and Sunter's (1969), as Splink computes it: of each way to agree, how often it is seen among
true pairs (m) and among others (u). Both, and how many pairs are true, are found together by expectation
maximisation over two samples: pairs that share something, where the true ones are, and pairs taken at random, of
which nearly all are others. Splink's own training learns m in several blocks apart and u with the true pairs
among the random ones; on some thousand records that is markedly worse (docs/decisions/0012-fuzzy-duplicates.md).
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


@dataclass(frozen=True)
class Sample:
    """Compared pairs. ways: (pairs, columns) the level of each, 0 for different, -1 where something is missing.

    commonness: (pairs, columns) how common the value is on which both agree, nan where that is not asked.
    """

    ways: NDArray[np.int8]
    commonness: Floats


@dataclass(frozen=True)
class Learned:
    """m and u of each column's levels, from different to the same, and the chance that any two records are one."""

    m: list[Floats]
    u: list[Floats]
    prior: float
    rounds: int


def learn(*, near: Sample, near_share: float, random: Sample, all_pairs: int, thought: list[Floats]) -> Learned:
    """Return what fits the records best.

    near_share: which share of the pairs worth comparing is in the sample. thought: m before any pair was seen.
    """
    m = [before / before.sum() for before in thought]
    u = [_counted(random.ways[:, i], np.ones(len(random.ways)), len(before), _AS_IF_SEEN_OTHER * before_u)
         for i, (before, before_u) in enumerate((b, _even(b)) for b in thought)]
    expected = min(0.5, 2 * 0.1 / max(1.0, np.sqrt(2 * all_pairs)))
    prior = expected
    rounds = 0
    for rounds in range(1, _ROUNDS + 1):
        belief = chance(near, m, u, prior)
        doubt = 1 - chance(random, m, u, prior)
        m_new = [
            _counted(near.ways[:, i], belief, len(before), _AS_IF_SEEN_TRUE * before / before.sum())
            for i, before in enumerate(thought)
        ]
        u = [
            _counted(random.ways[:, i], doubt, len(before), _AS_IF_SEEN_OTHER * _even(before))
            for i, before in enumerate(thought)
        ]
        prior = float(np.clip((belief.sum() / near_share + 0.5) / all_pairs, 1e-12, 0.5))
        moved = max(float(np.abs(a - b).max()) for a, b in zip(m, m_new, strict=True))
        m = m_new
        if moved < _ENOUGH:
            break
    return Learned(m=m, u=u, prior=prior, rounds=rounds)


def chance(sample: Sample, m: list[Floats], u: list[Floats], prior: float) -> Floats:
    """Return the chance of each pair to be one."""
    weight = np.full(len(sample.ways), np.log(prior / (1 - prior)))
    for i in range(sample.ways.shape[1]):
        ways = sample.ways[:, i]
        common = sample.commonness[:, i]
        by_level = np.append(np.log(m[i] / u[i]), 0.0)  # The last stands for -1: nothing is known.
        weight += by_level[ways]
        rare = ~np.isnan(common) & (ways >= 0)
        weight[rare] += np.log(u[i][ways[rare]] / common[rare])
    return 1 / (1 + np.exp(-np.clip(weight, -500, 500)))


def _even(before: Floats) -> Floats:
    return np.full(len(before), 1 / len(before))


def _counted(ways: NDArray[np.int8], weight: Floats, levels: int, as_if: Floats) -> Floats:
    seen = np.bincount(ways[ways >= 0], weights=weight[ways >= 0], minlength=levels) + as_if
    return np.maximum(seen / seen.sum(), _LEAST)

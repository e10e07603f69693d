"""Markov chains of paths: by how much fewer paths would end well, in the chain, without each of the things on them.

Source: Anderl, Becker, von Wangenheim & Schumann 2016, "Mapping the customer journey: Lessons learned from graph-based
online attribution modeling", International Journal of Research in Marketing 33(3); here of the first order.
"""

import numpy as np
from numpy.typing import NDArray

from jejak.common.statistics import Estimate

Array = NDArray[np.float64]

_RESAMPLES, _SEED = 1_000, 2016


def removals(steps: Array) -> Array:
    """Return each thing's removal effect, (..., things), 0 to 1: the part of all good ends that pass through it in the chain.

    steps: (..., 1 + things, things + 2) how often one came after another. Rows: the beginning, then each thing. Columns:
    each thing, then a good end and any other. What is removed ends badly. NaN where nothing ends well.
    """
    things = steps.shape[-1] - 2
    left = steps.sum(axis=-1, keepdims=True)
    chances = np.divide(steps, left, out=np.zeros_like(steps), where=left > 0)
    whole = _well(chances)
    effects = np.empty((*steps.shape[:-2], things))
    for thing in range(things):
        without = chances.copy()
        without[..., thing] = 0.0  # What is left over of the row goes to the bad end.
        effects[..., thing] = 1 - np.divide(
            _well(without), whole, out=np.full_like(whole, np.nan), where=whole > 0
        )
    return effects


def _well(chances: Array) -> Array:
    """Return the chance to end well from the beginning."""
    things = chances.shape[-1] - 2
    inner = np.eye(things) - chances[..., 1:, :things]
    ends = np.linalg.solve(inner, chances[..., 1:, things, None])[..., 0]
    well: Array = chances[..., 0, things] + (chances[..., 0, :things] * ends).sum(axis=-1)
    return well


def estimate(groups: Array, *, paths: list[int]) -> tuple[list[Estimate], list[Estimate]]:
    """Return each thing's removal effect, and its part of all of them, in percent with 95 % intervals.

    groups: (groups, 1 + things, things + 2) steps as removals() takes them, of random groups of people. paths: on how
    many paths each thing is. Intervals are percentiles of a bootstrap over the groups, so that all of somebody's paths
    stay together. Source: Efron & Tibshirani 1993, "An Introduction to the Bootstrap", 13.3; for random groups of people
    in the place of people, Wolter 2007, "Introduction to Variance Estimation", 2 and 5.
    """
    effects = removals(groups.sum(axis=0))
    filled = groups[groups.any(axis=(1, 2))]
    again = np.empty((0, len(paths)))
    if len(filled) > 1:
        chance = np.random.default_rng(_SEED)
        times = chance.multinomial(len(filled), np.full(len(filled), 1 / len(filled)), size=_RESAMPLES)
        again = removals(np.einsum("bg,gij->bij", times, filled, optimize=True))
        again = again[np.isfinite(again).all(axis=1)]
    return _percent(effects, again, paths), _percent(_parts(effects), _parts(again), paths)


def _parts(effects: Array) -> Array:
    total = effects.sum(axis=-1, keepdims=True)
    parts: Array = np.divide(effects, total, out=np.full_like(effects, np.nan), where=total > 0)
    return parts


def _percent(told: Array, again: Array, paths: list[int]) -> list[Estimate]:
    """Return each in percent; without an interval where too few of the resamples had a good end at all."""
    if len(again) < _RESAMPLES * 0.9 or np.isnan(again).any():
        low = high = [None] * len(paths)
    else:
        low, high = (100 * np.quantile(again, [0.025, 0.975], axis=0)).tolist()
    return [
        Estimate(value=100 * float(x), low=a, high=b, n=n) if np.isfinite(x) else Estimate(value=None, n=n)
        for x, a, b, n in zip(told, low, high, paths, strict=True)
    ]

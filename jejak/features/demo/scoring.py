"""Scores whose mean is exactly what was planted, with the shape that answers have: many at the ends."""

from random import Random

_EXTREME = 0.3


def score(mean_share: float, *, low: int, high: int, dice: Random) -> int:
    """Return a whole score whose mean is low + mean_share * (high - low), for shares from 0 to 1.

    Three of ten answers are one of the ends; the others are spread as so many coins would be.
    """
    share = min(1.0, max(0.0, mean_share))
    if dice.random() < _EXTREME:
        return high if dice.random() < share else low
    return low + sum(dice.random() < share for _ in range(high - low))

"""From days that are out of their band to incidents: few, each told once, with a beginning and an end.

Every day looks at all lines at once. Which of them are out is decided together (Benjamini-Hochberg), so that on a day
on which nothing is wrong the chance that anything is told stays at DAILY_CHANCE, however many lines are watched. Days
that follow each other, and lines that are about the same or the same place, are one incident.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from jejak.common.statistics import adjusted_for_many
from jejak.measures.bands import WARM_UP_DAYS, Array
from jejak.measures.watching import Told, Watched

DAILY_CHANCE = 1 / 45
_WEIGHTS = {"share": 2.0, "score": 2.0, "step": 2.0, "part": 0.4, "volume": 0.4}
"""What went wrong counts for more than that more or less went on.
Source: Genovese, Roeder & Wasserman 2006, "False Discovery Control with P-Value Weighting", Biometrika 93(3).
"""
_STILL = 0.01
"""A line that was out stays out while it is so unlikely."""
_WIDEST_DAYS = 7
_LEAST_APART = 3.0
_QUIET_DAYS = 3
_COMES_BACK_DAYS = 7
_LOOKED_BACK_DAYS = 14
_STAYS_DAYS = 28
"""What is out for so long is no incident any more, but how it is now."""


@dataclass(kw_only=True)
class Out:
    """One line that left its band. found, at: the first day that told it, and the one that told it most clearly."""

    watched: Watched
    side: int
    chance: float
    found: int
    at: int


@dataclass(kw_only=True)
class Incident:
    """Lines that are out together. Days are indexes: began, found, the last one out; ended: None while it goes on."""

    began: int
    found: int
    last: int
    ended: int | None = None
    lines: list[Out] = field(default_factory=list)

    @property
    def lead(self) -> Out:
        """The line that tells it most clearly."""
        return min(self.lines, key=lambda out: out.chance)


def follow(told: Told, *, days: Iterable[int], known: Sequence[Incident] = ()) -> list[Incident]:
    """Return the incidents after some more days, given those known before them: the new ones are at the end.

    Only what a day and those before it say is used.
    """
    found = list(known)
    rows = {watched: i for i, watched in enumerate(told.lines)}
    for day in days:
        if day < WARM_UP_DAYS:
            continue
        for row in out_on(told, day):
            _note(found, told, row, day)
        for incident in found:
            if incident.ended is None:
                _look_on(incident, told, rows, day)
    return found


def out_on(told: Told, day: int) -> list[int]:
    """Return the rows of the lines that left their band on a day, the clearest first."""
    known = np.flatnonzero(~np.isnan(told.bands.expected[:, day]))
    weights = np.array([_WEIGHTS[told.lines[row].kind] for row in known])
    chances = told.bands.chance[known, day]
    weighed = np.minimum(1.0, chances * weights.mean() / weights) if len(known) else chances
    adjusted = adjusted_for_many([float(chance) for chance in weighed])
    out = [
        (chance, int(row))
        for chance, row, q in zip(chances, known, adjusted, strict=True)
        if q < DAILY_CHANCE and _rests_on_enough(told, int(row), day)
    ]
    return [row for _, row in sorted(out)]


def _rests_on_enough(told: Told, row: int, day: int) -> bool:
    """Tell whether a share is out by some people: one who does otherwise is no incident, however sure a line was before."""
    if told.lines[row].kind not in ("share", "step", "part"):
        return True
    days = slice(max(0, day - _WIDEST_DAYS + 1), day + 1)
    apart = told.hits[row, days] - told.bands.expected[row, days] * told.trials[row, days]
    apart = np.nan_to_num(apart)
    return float(np.abs(np.cumsum(apart[::-1])).max()) >= _LEAST_APART


def began_on(
    hits: Array, trials: Array | None, expected: Array, day: int, *, side: int, back: int = _LOOKED_BACK_DAYS
) -> int:
    """Return the day since when a line is most likely out: the start that the likelihood favours most.

    Source: Hinkley 1970, "Inference About the Change-Point in a Sequence of Random Variables", Biometrika 57(1).
    """
    best, best_at = 0.0, day
    first = max(0, day - back + 1)
    # What was usual before any of it: once it is on, the band itself may have moved a little.
    known = expected[max(0, first - 7) : day + 1]
    known = known[~np.isnan(known)]
    if not len(known):
        return day
    usual = float(np.median(known[:7]))
    for start in range(first, day + 1):
        k = float(hits[start : day + 1].sum())
        if trials is None:
            mean = usual * (day + 1 - start)
            gain = k * np.log(max(k, 1e-9) / max(mean, 1e-9)) - (k - mean)
            way = k - mean
        else:
            n = float(trials[start : day + 1].sum())
            if n == 0:
                continue
            p, q = k / n, min(max(usual, 1e-6), 1 - 1e-6)
            gain = k * np.log(max(p, 1e-9) / q) + (n - k) * np.log(max(1 - p, 1e-9) / (1 - q))
            way = p - q
        if way * side > 0 and gain > best:
            best, best_at = float(gain), start
    return best_at


def _note(found: list[Incident], told: Told, row: int, day: int) -> None:
    watched, side = told.lines[row], int(told.bands.side[row, day])
    chance = float(told.bands.chance[row, day])
    for incident in found:
        fresh = incident.ended is None or day - incident.last <= _COMES_BACK_DAYS
        if not fresh or not any(_alike(out.watched, watched, out.side, side) for out in incident.lines):
            continue
        incident.last = day
        incident.ended = None if day - incident.found < _STAYS_DAYS else incident.ended
        for out in incident.lines:
            if out.watched == watched and out.side == side:
                if chance < out.chance:
                    out.chance, out.at = chance, day
                break
        else:
            incident.lines.append(Out(watched=watched, side=side, chance=chance, found=day, at=day))
        if incident.lead.watched == watched and incident.lead.at == day:
            incident.began = _began(told, row, day, side)
        return
    began = _began(told, row, day, side)
    out = Out(watched=watched, side=side, chance=chance, found=day, at=day)
    found.append(Incident(began=began, found=day, last=day, lines=[out]))


def _began(told: Told, row: int, day: int, side: int) -> int:
    trials = None if told.lines[row].kind == "volume" else told.trials[row]
    return began_on(told.hits[row], trials, told.bands.expected[row], day, side=side)


def _look_on(incident: Incident, told: Told, rows: dict[Watched, int], day: int) -> None:
    for out in incident.lines:
        row = rows.get(out.watched)
        if row is not None and told.bands.chance[row, day] < _STILL and told.bands.side[row, day] == out.side:
            incident.last = max(incident.last, day)
    if day - incident.last >= _QUIET_DAYS or day - incident.found >= _STAYS_DAYS:
        incident.ended = incident.last + 1


def _alike(one: Watched, other: Watched, side: int, other_side: int) -> bool:
    """Tell whether two lines that are out at the same time are one incident."""
    if "volume" in (one.kind, other.kind):
        return one.kind == other.kind and side == other_side
    if one.subject == other.subject:
        return True
    here, there = dict(one.where), dict(other.where)
    return any(here[column] == value for column, value in there.items() if column in here) and not any(
        here[column] != value for column, value in there.items() if column in here
    )

"""The scales a score can stand on. A score without its scale says nothing: 5 is the best CSAT and the worst NPS."""

import re
from dataclasses import dataclass
from functools import lru_cache

_WRITTEN = re.compile(r"(?P<kind>nps|csat|ces)(?:-(?P<low>\d+)-(?P<high>\d+)(?:-(?P<pole>easy|hard))?)?")
_USUAL = {"nps": "nps", "csat": "csat-1-5", "ces": "ces-1-7-easy"}


class UnknownScale(ValueError):
    """The text names no scale we know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One scale: what it measures, its lowest and highest whole score, and whether more is better.

    key: as written in the log: nps, csat-1-5, ces-1-7-easy (7 = easiest), ces-1-5-hard (5 = hardest).
    """

    key: str
    kind: str
    low: int
    high: int
    more_is_better: bool

    def holds(self, score: float) -> bool:
        """Tell whether the score is on the scale."""
        return self.low <= score <= self.high


@lru_cache(maxsize=200)
def parse(text: str) -> Scale:
    """Return the scale that a text names. Raises UnknownScale.

    Bare "csat" is csat-1-5 and bare "ces" is ces-1-7-easy, the commonest forms.
    """
    key = text.strip().lower().replace("_", "-").replace(":", "-")
    key = _USUAL.get(key, key)
    if key == "nps-0-10":
        key = "nps"
    match = _WRITTEN.fullmatch(key)
    if match is None:
        raise UnknownScale(f"{text!r} is not a scale such as nps, csat-1-5 or ces-1-7-easy.")
    kind, low, high, pole = match["kind"], match["low"], match["high"], match["pole"]
    if kind == "nps":
        if low is not None:
            raise UnknownScale(f"{text!r}: NPS is asked from 0 to 10 only.")
        return Scale(key="nps", kind="nps", low=0, high=10, more_is_better=True)
    if int(low) >= int(high) or (pole and kind != "ces"):
        raise UnknownScale(f"{text!r} is not a scale such as nps, csat-1-5 or ces-1-7-easy.")
    if kind == "ces":
        key = f"ces-{low}-{high}-{pole or 'easy'}"
    return Scale(key=key, kind=kind, low=int(low), high=int(high), more_is_better=pole != "hard")

"""A grammar of phrases: what can be said, in which ways, with which words left open.

    @ask.late/casual          a symbol, and for which register it holds (none: for all that have no own)
    {open}my [order|parcel] <ORDER> is [late|not here]

A line is one way to say it. {symbol} is said in its turn, [a|b|] is one of these, <SLOT> is filled in. They nest.
"""

import re
from functools import lru_cache
from importlib import resources
from random import Random

Slots = dict[str, str]
_Part = str | tuple[str, str] | list["_Line"]
_Line = tuple[_Part, ...]
_PIECE = re.compile(r"\{([a-z_.]+)\}|<([A-Z]+)>|\[|\]|\||[^{<\[\]|]+")


class BadGrammar(ValueError):
    """A phrase is written wrongly. It says which."""


class Grammar:
    """The phrases of one language."""

    def __init__(self, text: str) -> None:
        self._rules: dict[tuple[str, str], list[_Line]] = {}
        key = ("", "")
        for line in text.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("@"):
                symbol, _, register = line[1:].strip().partition("/")
                key = (symbol, register)
                self._rules[key] = []
            else:
                self._rules[key].append(_parse(line))
        self._known = dict(self._rules)

    @property
    def symbols(self) -> set[str]:
        """What can be said."""
        return {symbol for symbol, _ in self._rules}

    def say(self, symbol: str, register: str, slots: Slots, dice: Random) -> str:
        """Return one way to say it. Raises KeyError where there is no such symbol, or a slot is not given."""
        said: list[str] = []
        self._expand(self._one_of(symbol, register, dice), register, slots, dice, said)
        return "".join(said)

    def _one_of(self, symbol: str, register: str, dice: Random) -> _Line:
        lines = self._known.get((symbol, register))
        if lines is None:
            lines = self._rules.get((symbol, "")) or self._rules[symbol, "casual"]
            self._known[symbol, register] = lines
        return lines[int(dice.random() * len(lines))]

    def _expand(self, line: _Line, register: str, slots: Slots, dice: Random, said: list[str]) -> None:
        for part in line:
            if isinstance(part, str):
                said.append(part)
            elif isinstance(part, list):
                chosen = part[int(dice.random() * len(part))]
                self._expand(chosen, register, slots, dice, said)
            elif part[0] == "slot":
                said.append(slots[part[1]])
            else:
                self._expand(self._one_of(part[1], register, dice), register, slots, dice, said)


@lru_cache(maxsize=3)
def grammar(language: str) -> Grammar:
    """Return the phrases of a language: id, ms or en."""
    phrases = resources.files("jejak.features.demo") / "phrases" / f"{language}.txt"
    return Grammar(phrases.read_text(encoding="utf-8"))


def _parse(text: str) -> _Line:
    stack: list[list[list[_Part]]] = [[[]]]
    for match in _PIECE.finditer(text):
        piece = match[0]
        if match[1]:
            stack[-1][-1].append(("symbol", match[1]))
        elif match[2]:
            stack[-1][-1].append(("slot", match[2]))
        elif piece == "[":
            stack.append([[]])
        elif piece == "]" and len(stack) > 1:
            ways = stack.pop()
            stack[-1][-1].append([tuple(way) for way in ways])
        elif piece == "|" and len(stack) > 1:
            stack[-1].append([])
        elif piece in "[]|":
            raise BadGrammar(f"A bracket is missing in {text!r}.")
        else:
            stack[-1][-1].append(piece)
    if len(stack) > 1:
        raise BadGrammar(f"A bracket is not closed in {text!r}.")
    return tuple(stack[0][0])

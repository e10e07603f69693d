"""Formulas over series: "A / B", "100 * (A - B) / C". Letters, numbers, + - * / and parentheses; nothing else runs."""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

_LONGEST = 100


class BadFormula(ValueError):
    """This is no formula. The text says why, in the reader's language."""


@dataclass(frozen=True)
class Worked:
    """What a formula comes to, and how much it would change with each letter."""

    value: float
    slopes: Mapping[str, float]


@dataclass(frozen=True)
class Formula:
    """A formula that was understood. letters: those it uses."""

    text: str
    letters: frozenset[str]

    def work(self, values: Mapping[str, float | None]) -> Worked | None:
        """Return what it comes to; None where a letter has no value, or something is divided by nothing."""
        if any(values.get(letter) is None for letter in self.letters):
            return None
        try:
            worked = _worked(_tree(self.text), values)
        except (ZeroDivisionError, OverflowError):
            return None
        return worked if math.isfinite(worked.value) else None

    @property
    def share_of(self) -> tuple[str, str] | None:
        """The two letters where it is one series over another, and nothing more."""
        tree = _tree(self.text)
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div):
            above, below = tree.left, tree.right
            if isinstance(above, ast.Name) and isinstance(below, ast.Name):
                return above.id, below.id
        return None


def parse(text: str, *, letters: str) -> Formula:
    """Return the formula. letters: those there are. Raises BadFormula."""
    if len(text) > _LONGEST:
        raise BadFormula(_("At most %(most)s characters.") % {"most": _LONGEST})
    said = text.strip().upper()
    try:
        tree = _tree(said)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadFormula(_("This is no formula such as A / B.")) from error
    used = frozenset(_letters(tree))
    if unknown := sorted(used - set(letters)):
        raise BadFormula(_("There is no series %(letter)s.") % {"letter": unknown[0][:20]})
    if not used:
        raise BadFormula(_("A formula needs a series, such as A."))
    return Formula(said, used)


def _tree(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _letters(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
        return _letters(node.left) + _letters(node.right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        return _letters(node.operand)
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return []
    raise BadFormula(_("Only letters of series, numbers, + - * / and parentheses."))


def _worked(node: Any, values: Mapping[str, float | None]) -> Worked:
    if isinstance(node, ast.Constant):
        return Worked(float(node.value), {})  # type: ignore[arg-type]  # _letters() let only numbers pass.
    if isinstance(node, ast.Name):
        return Worked(float(values[node.id] or 0), {node.id: 1.0})
    if isinstance(node, ast.UnaryOp):
        sign = -1.0 if isinstance(node.op, ast.USub) else 1.0
        inner = _worked(node.operand, values)
        return Worked(sign * inner.value, {name: sign * slope for name, slope in inner.slopes.items()})
    left, right = _worked(node.left, values), _worked(node.right, values)
    a, b = left.value, right.value
    if isinstance(node.op, ast.Div):
        value, by_left, by_right = a / b, 1 / b, -a / b**2
    elif isinstance(node.op, ast.Mult):
        value, by_left, by_right = a * b, b, a
    else:
        sign = -1.0 if isinstance(node.op, ast.Sub) else 1.0
        value, by_left, by_right = a + sign * b, 1.0, sign
    names = {*left.slopes, *right.slopes}
    slopes = {n: by_left * left.slopes.get(n, 0.0) + by_right * right.slopes.get(n, 0.0) for n in names}
    return Worked(value, slopes)

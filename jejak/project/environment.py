"""Every choice of an install: an environment variable with a default and a sentence.

`docs/settings.md` is made from what is declared here, so a choice that is not declared does not exist.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


class BadSetting(Exception):
    """An environment variable holds what its setting cannot take; the message names both."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One declared choice, as docs/settings.md shows it."""

    name: str
    default: str
    sentence: str
    group: str


declared: dict[str, Setting] = {}


def text(name: str, default: str, sentence: str, *, group: str) -> str:
    """Return the variable's text, or the default where it is unset or empty."""
    return _read(name, default, sentence, group, str)


def whole(name: str, default: int, sentence: str, *, group: str) -> int:
    """Return the variable as a whole number. Raises BadSetting."""
    return _read(name, default, sentence, group, int)


def number(name: str, default: float, sentence: str, *, group: str) -> float:
    """Return the variable as a number. Raises BadSetting."""
    return _read(name, default, sentence, group, float)


def flag(name: str, default: bool, sentence: str, *, group: str) -> bool:
    """Return the variable as yes or no (1/0, true/false, yes/no, on/off). Raises BadSetting."""
    return _read(name, default, sentence, group, _yes_or_no)


def words(name: str, default: list[str], sentence: str, *, group: str) -> list[str]:
    """Return the variable's comma-separated words."""
    joined = _read(name, ",".join(default), sentence, group, str)
    return [word.strip() for word in joined.split(",") if word.strip()]


def _read(name: str, default: T, sentence: str, group: str, parse: Callable[[str], T]) -> T:
    shown = (
        {True: "yes", False: "no"}.get(default, str(default)) if isinstance(default, bool) else str(default)
    )
    declared[name] = Setting(name=name, default=shown, sentence=sentence, group=group)
    given = os.environ.get(name, "")
    if not given:
        return default
    try:
        return parse(given)
    except ValueError as error:
        raise BadSetting(f"{name}={given!r} cannot be used: {error}.") from error


def _yes_or_no(given: str) -> bool:
    word = given.strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off"}:
        return False
    raise ValueError("say yes or no")

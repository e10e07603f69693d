"""Reading what is asked from JSON, with every fault and its place: ("series.0.of", "This is missing.")."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from jejak.audiences import conditions as c

Error = tuple[str, str]
Part = TypeVar("Part")


class BadQuestion(ValueError):
    """A question that makes no sense. errors: each fault with its place, said in the reader's language."""

    def __init__(self, errors: Iterable[Error]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(f"{path}: {why}" if path else why for path, why in self.errors))


class Fields:
    """The fields of one JSON object. What is wrong in them is kept, and read as its default."""

    def __init__(self, held: Any, path: str = "", errors: list[Error] | None = None) -> None:
        self.errors: list[Error] = [] if errors is None else errors
        self._path = path
        self._held: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
        self._read: set[str] = set()
        if not isinstance(held, Mapping):
            self.errors.append((path, _("This is no object.")))

    def wrong(self, name: str, why: str) -> None:
        self.errors.append((self.at(name), why))

    def at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def raw(self, name: str) -> Any:
        self._read.add(name)
        return self._held.get(name)

    def nothing_else(self) -> None:
        """Say what was given and is no field of this object."""
        for name in self._held:
            if name not in self._read:
                self.wrong(str(name)[:60], _("There is no such field."))

    def text(self, name: str, *, longest: int = 200, needed: bool = False) -> str:
        held = self.raw(name)
        if held is None or held == "":
            if needed:
                self.wrong(name, _("This is missing."))
            return ""
        if not isinstance(held, str):
            self.wrong(name, _("A text is needed."))
            return ""
        if len(held) > longest or "\0" in held:
            self.wrong(name, _("At most %(most)s characters.") % {"most": longest})
        return held.strip()

    def choice(self, name: str, choices: Iterable[str], default: str) -> str:
        held = self.raw(name)
        if held is None:
            return default
        listed = list(choices)
        if held not in listed:
            said = {"said": str(held)[:60], "choices": ", ".join(listed)}
            self.wrong(name, _("“%(said)s” is not one of: %(choices)s.") % said)
            return default
        return str(held)

    def whole(self, name: str, least: int, most: int, default: int) -> int:
        number = self.number(name, default)
        if number != int(number):
            self.wrong(name, _("“%(said)s” is no whole number.") % {"said": str(self.raw(name))[:60]})
            return default
        if not least <= number <= most:
            self.wrong(name, _("From %(least)s to %(most)s.") % {"least": least, "most": most})
            return default
        return int(number)

    def number(self, name: str, default: float) -> float:
        held = self.raw(name)
        if held is None:
            return default
        try:
            number = math.nan if isinstance(held, bool) else float(held)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            self.wrong(name, _("“%(said)s” is no number.") % {"said": str(held)[:60]})
            return default
        return number

    def flag(self, name: str) -> bool:
        held = self.raw(name)
        if held not in (None, True, False, "yes"):
            self.wrong(name, _("Yes or no is needed."))
        return held in (True, "yes")

    def day(self, name: str) -> date | None:
        held = self.raw(name)
        if held is None:
            return None
        try:
            day = date.fromisoformat(held)
        except (TypeError, ValueError):
            day = None
        if day is None or not 1900 <= day.year <= 2200:
            self.wrong(name, _("“%(said)s” is not a day such as 2026-11-22.") % {"said": str(held)[:40]})
            return None
        return day

    def zone(self, name: str, default: str) -> str:
        held = self.text(name) or default
        try:
            ZoneInfo(held)
        except (KeyError, ValueError, OSError):
            said = {"said": held[:60]}
            self.wrong(name, _("“%(said)s” is not a time zone such as Asia/Jakarta.") % said)
            return default
        return held

    def property(self, name: str, columns: Iterable[str], *, needed: bool = False) -> str:
        """Read one of these columns or "properties.…"."""
        held = self.text(name, needed=needed)
        if held and held not in columns and not held.removeprefix("properties.").strip("."):
            self.wrong(name, _("A part of its name is missing."))
        elif held and held not in columns and ("" in held.split(".") or not held.startswith("properties.")):
            self.wrong(name, _("There is no field “%(field)s”.") % {"field": held[:60]})
        return held

    def what(self, name: str) -> c.What:
        """Read which touchpoints are meant, as audiences have it."""
        held = self.raw(name)
        try:
            did: Any = c.read({"kind": "did", "what": {} if held is None else held})
        except c.BadConditions as bad:
            self.errors += [(self.at(f"{name}{path.removeprefix('what')}"), why) for path, why in bad.errors]
            return c.What()
        what: c.What = did.what
        return what

    def where(self, name: str) -> tuple[c.Where, ...]:
        """Read what touchpoints must be like, as audiences have it."""
        held = self.raw(name)
        try:
            did: Any = c.read({"kind": "did", "what": {"where": [] if held is None else held}})
        except c.BadConditions as bad:
            prefix = "what.where"
            self.errors += [(self.at(f"{name}{path.removeprefix(prefix)}"), why) for path, why in bad.errors]
            return ()
        where: tuple[c.Where, ...] = did.what.where
        return where

    def parts(
        self, name: str, read: Callable[["Fields"], Part], *, least: int, most: int
    ) -> tuple[Part, ...]:
        held = self.raw(name)
        held = [] if held is None else held
        if not isinstance(held, list | tuple):
            self.wrong(name, _("This is no list."))
            return ()
        if not least <= len(held) <= most:
            self.wrong(name, _("From %(least)s to %(most)s of them.") % {"least": least, "most": most})
            return ()
        return tuple(self._part(read, one, f"{name}.{i}") for i, one in enumerate(held))

    def part(self, name: str, read: Callable[["Fields"], Part]) -> Part:
        held = self.raw(name)
        return self._part(read, {} if held is None else held, name)

    def _part(self, read: Callable[["Fields"], Part], held: Any, name: str) -> Part:
        fields = Fields(held, self.at(name), self.errors)
        part = read(fields)
        fields.nothing_else()
        return part

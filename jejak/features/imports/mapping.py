"""The text of a mapping: where it lies, what it says, and on which line it is wrong."""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import resources
from pathlib import Path

import msgspec

from jejak.common.sheets.sayings import gettext_noop as _
from jejak.features.imports import mapper
from jejak.features.imports.spec import BadMapping, Mapping

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_FAULT = re.compile(r"(?P<says>.*?)(?: - at `\$(?P<at>.*)`)?", re.DOTALL)
_STEP = re.compile(r"\.([\w-]+)|\[(\d+|\.\.\.)\]")
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\"-]+)\s*\]")


def shipped() -> list[str]:
    """Return the names of the mappings that come with Jejak."""
    folder = resources.files("jejak.features.imports") / "mappings"
    return sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml"))


def text_of(name_or_path: str) -> str:
    """Return the TOML of a shipped mapping or of a file. Raises BadMapping where there is neither."""
    if name_or_path in shipped():
        return (resources.files("jejak.features.imports") / "mappings" / f"{name_or_path}.toml").read_text(
            "utf-8"
        )
    try:
        return Path(name_or_path).read_text("utf-8")
    except UnicodeDecodeError:
        raise BadMapping(_("%(file)s is not UTF-8 text."), file=name_or_path) from None
    except OSError:
        text = _(
            "there is no mapping file %(file)s, nor a shipped mapping of this name. Shipped ones: %(names)s."
        )
        near = get_close_matches(name_or_path, shipped(), n=1)
        if near:
            text = _(
                "there is no mapping file %(file)s, nor a shipped mapping of this name. Did you mean %(near)s?"
            )
        names = ", ".join(shipped())
        raise BadMapping(text, file=repr(name_or_path), names=names, near="".join(near)) from None


def parse(text: str) -> Mapping:
    """Return the mapping that a TOML text says. Raises BadMapping, which names the line."""
    try:
        mapping = msgspec.convert(tomllib.loads(text), Mapping)
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(_("it is not TOML: %(why)s."), why=error) from None
    except msgspec.ValidationError as error:
        raise _with_line(_fault(str(error)), text) from None
    try:
        _check(mapping)
        # Columns are not known yet; everything else is tried, so that a fault shows before a file is opened.
        mapper.compile(mapping, columns=None, now=None, countries=("ID",))
    except BadMapping as error:
        raise _with_line(error, text) from None
    return mapping


def _check(mapping: Mapping) -> None:
    if not _NAME.fullmatch(mapping.name):
        text = _("%(name)s is no name: small letters, digits, - . and _ only, at most 80.")
        raise BadMapping(text, "name", name=repr(mapping.name))
    if not mapping.touchpoint:
        raise BadMapping(_("there is no [[touchpoint]]: the mapping makes nothing."), "touchpoint")
    if mapping.file.delimiter is not None and len(mapping.file.delimiter) != 1:
        raise BadMapping(
            _("%(given)s is not one character."), "file", "delimiter", given=repr(mapping.file.delimiter)
        )
    if mapping.file.header_line < 0:
        raise BadMapping(
            _("the first line is 1; 0 says that there is no line of names."), "file", "header_line"
        )
    if mapping.file.header_line == 0 and not mapping.file.columns:
        raise BadMapping(_("with header_line = 0, say the columns' names."), "file", "columns")


def located(error: BadMapping, text: str) -> BadMapping:
    """Return the fault with the key and the line of the mapping's text, as far as they can be found."""
    return _with_line(error, text)


def _with_line(error: BadMapping, text: str) -> BadMapping:
    if not error.path:
        return error
    key = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in error.path).lstrip(".")
    line = _line_of(text, error.path)
    if line is None:
        return BadMapping("%(key)s: %(fault)s", key=key, fault=error.saying)
    return BadMapping(_("line %(line)s, %(key)s: %(fault)s"), line=line, key=key, fault=error.saying)


def _fault(message: str) -> BadMapping:
    match = _FAULT.fullmatch(message)
    says, at = (match["says"], match["at"] or "") if match else (message, "")
    path = [
        int(n) if n.isdigit() else n for name, number in _STEP.findall(at) if (n := name or number) != "..."
    ]
    if unknown := re.search(r"unknown field `(.*)`", says):
        return BadMapping(_("there is no key %(key)s."), *path, unknown[1], key=repr(unknown[1]))
    if missing := re.search(r"missing required field `(.*)`", says):
        return BadMapping(_("%(key)s is missing."), *path, key=repr(missing[1]))
    return BadMapping("%(fault)s.", *path, fault=says[:1].lower() + says[1:])


def _line_of(text: str, path: Sequence[str | int]) -> int | None:
    """Return the line of the deepest key of the path that can be seen at the beginning of a line."""
    table: list[str | int] = []
    counts: Counter[str] = Counter()
    best, depth = None, 0
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            names = header[2].replace('"', "").split(".")
            if header[1] == "[[":
                counts[header[2]] += 1
                table = [*names, counts[header[2]] - 1]
            else:
                within = [*names[:1], counts[names[0]] - 1] if counts[names[0]] else names[:1]
                table = [*within, *names[1:]]
            here: list[str | int] = table
        elif "=" in line and not line.lstrip().startswith("#"):
            here = [*table, line.partition("=")[0].strip().strip('"')]
        else:
            continue
        if len(here) > depth and list(path[: len(here)]) == here:
            best, depth = number, len(here)
    return best

"""The choices of the columns page as a mapping in TOML."""

import json
import re
from typing import Any

from jejak.features.imports import guessing
from jejak.features.imports.guessing import Choices

_KEY = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"([a-z])([A-Z])")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def mapping_of(choices: Choices) -> str:
    """Return the mapping that the choices mean."""
    lines = [f"name = {_text(choices.name)}"]
    if ids := choices.having(guessing.ID):
        lines.append(f"id = {_text(ids)}")
    lines += ["", "[file]", f"zone = {_text(choices.zone)}"]
    if choices.decimal != ".":
        lines.append(f"decimal = {_text(choices.decimal)}")
    types = {
        column: type
        for column, (role, type) in choices.columns.items()
        if role in (guessing.PROPERTY, guessing.TRAIT) and type in guessing.TYPES and type != "text"
    }
    if types:
        lines += ["", "[types]", *(f"{_key(column)} = {_text(type)}" for column, type in types.items())]
    lines += ["", "[handles]", *_handles(choices)]
    if choices.having(guessing.TIME) or choices.having(guessing.NAME) or choices.touchpoint:
        lines += ["", "[[touchpoint]]", *_touchpoint(choices)]
    if traits := choices.having(guessing.TRAIT):
        lines += ["", "[[touchpoint]]", 'kind = "identify"', *_time(choices), "[touchpoint.traits]"]
        lines += [f"{_key(_word(column))} = {_text(column)}" for column in traits]
    return "\n".join(lines) + "\n"


def _handles(choices: Choices) -> list[str]:
    handles: dict[str, str] = {}
    for column, (role, _type) in choices.columns.items():
        if role in guessing.HANDLES:
            kind = _own_kind(column, choices.name) if role == guessing.OWN else role
            while kind in handles:
                kind += "_2"
            handles[kind] = column
    if not handles:
        return ["anonymous_id = { row = true } # Nobody is named: each row is somebody else."]
    return [f"{_key(kind)} = {_text(column)}" for kind, column in handles.items()]


def _touchpoint(choices: Choices) -> list[str]:
    lines = []
    if names := choices.having(guessing.NAME):
        lines.append(f"name = {{ column = {_text(names[0])} }}")
    else:
        lines.append(f"name = {_text(choices.touchpoint)}")
    lines += _time(choices)
    for role, key in ((guessing.CHANNEL, "channel"), (guessing.PLACE, "place")):
        if columns := choices.having(role):
            lines.append(f"{key} = {{ column = {_text(columns[0])} }}")
        elif role == guessing.CHANNEL and choices.channel:
            lines.append(f"channel = {_text(choices.channel)}")
    if values := choices.having(guessing.VALUE):
        lines.append(
            f"value = {_text(values[0]) if len(values) == 1 else f'{{ product = {_text(values)} }}'}"
        )
        if currencies := choices.having(guessing.CURRENCY):
            lines.append(f"currency = {{ column = {_text(currencies[0])} }}")
        elif choices.currency:
            lines.append(f"currency = {_text(choices.currency)}")
    if scores := choices.having(guessing.SCORE):
        lines.append(f"score = {_text(scores[0])}")
        if choices.scale:
            lines.append(f"scale = {_text(choices.scale)}")
    if comments := choices.having(guessing.COMMENT):
        lines.append(f"comment = {_text(comments[0])}")
    if kept := choices.having(guessing.PROPERTY):
        lines.append(f"keep = {_text(kept)}")
    return lines


def _time(choices: Choices) -> list[str]:
    times = choices.having(guessing.TIME)
    if not times:
        return []
    if choices.time_format == "iso":
        return [f"time = {_text(times[0])}"]
    return [f"time = {{ column = {_text(times[0])}, format = {_text(choices.time_format)} }}"]


def _own_kind(column: str, name: str) -> str:
    """Return the kind of a handle of the column's own name; an id of rows is one of this file only."""
    word = _word(column)
    return _word(f"{name}_{word}") if word in ("id", "row_id", "uuid", "guid", "no", "nr") else word


def _word(column: str) -> str:
    return _KEY.sub("_", _CAMEL.sub(r"\1_\2", column).lower()).strip("_")[:40] or "id"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(value: Any) -> str:
    # What JSON writes of texts and lists of texts is TOML too, but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

"""What a mapping can say, as it is written. docs/import.md tells every key."""

from typing import Any, Literal

import msgspec

from jejak.common.sheets.file import File
from jejak.common.sheets.sayings import Saying, Told

Type = Literal["text", "number", "whole", "bool", "date", "time", "as_is"]
Formats = str | list[str]
Kind = Literal["track", "page", "screen", "identify", "group", "alias"]


class BadMapping(Told):
    """A mapping cannot be used. path: the keys that lead to the fault, such as ("touchpoint", 1, "value")."""

    def __init__(self, text: str | Saying, /, *path: str | int, **values: Any) -> None:
        super().__init__(text, **values)
        self.path = path


class Typed(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How the cells of a column are read."""

    type: Type = "as_is"
    format: Formats | None = None
    zone: str | None = None


class Value(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, rename={"with_": "with"}):
    """One value: a column, a constant, or something small worked out of columns."""

    column: str | None = None
    constant: str | int | float | bool | None = None
    product: list["str | int | float | Value"] | None = None
    sum: list["str | int | float | Value"] | None = None
    days_between: list["str | Value"] | None = None
    join: list["str | Value"] | None = None
    first_of: list["str | Value"] | None = None
    lower: "str | Value | None" = None
    upper: "str | Value | None" = None
    holds: "Condition | list[Condition] | None" = None

    type: Type | None = None
    format: Formats | None = None
    zone: str | None = None
    map: dict[str, str | int | float | bool] | None = None
    others: Literal["keep", "drop", "reject"] = "keep"
    with_: str = " "
    whole: bool = False
    required: bool = False


class Condition(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Holds or does not, of one column or value. All that is said in one condition must hold."""

    column: str | None = None
    value: Value | None = None
    any: "list[Condition] | None" = None

    empty: bool | None = None
    equals: str | int | float | bool | None = None
    not_equals: str | int | float | bool | None = None
    one_of: list[str | int | float] | None = None
    starts_with: str | list[str] | None = None
    matches: str | None = None
    above: float | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None


Conditions = Condition | list[Condition]


class Handle(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Something a person is recognised by. row: made of the whole row, where each row is somebody else."""

    column: str | None = None
    value: Value | None = None
    row: bool = False
    prefix: str = ""
    country: str | None = None
    fallback: bool = False
    required: bool = False


class Rejection(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Rows that are no touchpoints, and why."""

    when: Conditions
    reason: str


class Touchpoint(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One touchpoint that a row can give."""

    key: str | None = None
    kind: Kind = "track"
    name: str | Value | None = None
    when: Conditions | None = None
    handles: dict[str, str | Handle] | None = None
    time: str | Value | None = None
    id: list[str] | None = None
    once: bool = False
    channel: str | Value | None = None
    place: str | Value | None = None
    team: str | Value | None = None
    stage: str | Value | None = None
    value: str | float | Value | None = None
    currency: str | Value | None = None
    score: str | Value | None = None
    scale: str | None = None
    comment: str | Value | None = None
    keep: Literal["rest", "all"] | list[str] = []
    properties: dict[str, str | Value] = {}
    traits: dict[str, str | Value] = {}
    group: str | Value | None = None
    previous: str | Value | None = None


class Mapping(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A whole mapping. Its name is part of every message id: keep it, and importing again adds nothing."""

    name: str
    title: str = ""
    description: str = ""
    source: str = ""
    channel: str | Value | None = None
    place: str | Value | None = None
    team: str | Value | None = None
    stage: str | Value | None = None
    currency: str | Value | None = None
    file: File = File()
    types: dict[str, Type | Typed] = {}
    handles: dict[str, str | Handle] = {}
    time: str | Value | None = None
    id: list[str] | None = None
    reject_when: list[Rejection] = []
    touchpoint: list[Touchpoint]

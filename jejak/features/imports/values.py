"""What a mapping can make of a row: values and conditions. Small and safe: nothing here runs text as code."""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from jejak.common.sheets.sayings import Saying, saying
from jejak.common.sheets.sayings import gettext_noop as _
from jejak.features.imports import cells
from jejak.features.imports.cells import BadCell, Cell
from jejak.features.imports.spec import BadMapping, Condition, Conditions, Type, Typed, Value

Row = Any
"""A list of cells in the order of the columns, or a `Record` where each row has its own columns."""
Get = Callable[[Row], Any]
"""Makes one value of a row; None where the row has none. Raises BadCell."""
Holds = Callable[[Row], bool]
_WAYS = (
    "column", "constant", "product", "sum", "days_between", "join", "first_of", "lower", "upper", "holds",
)  # fmt: skip
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "above": operator.gt,
    "below": operator.lt,
    "at_least": operator.ge,
    "at_most": operator.le,
}


_NUMBER = Typed(type="number")


class Record(dict[str, Cell]):
    """A row that brings its own columns; those it does not have are empty."""

    def __missing__(self, column: str) -> None:
        return None


@dataclass(kw_only=True)
class Sheet:
    """What values need to know of the file they are made from.

    columns: their names in order, or None where each row brings its own. now: when the file is read.
    only_text: whether all cells are text, as in CSV.
    """

    columns: Sequence[str] | None
    zone: tzinfo
    decimal: str
    empties: frozenset[str]
    types: dict[str, Typed]
    now: datetime | None = None
    only_text: bool = False
    _positions: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self._positions = {name: position for position, name in enumerate(self.columns or ())}

    def cell(self, column: str, *path: str | int) -> Get:
        """Return what gets a column's cell out of a row. Raises BadMapping where there is no such column."""
        if self.columns is None:
            return operator.itemgetter(column)
        if column not in self._positions:
            raise BadMapping(self._no_column(column), *path)
        return operator.itemgetter(self._positions[column])

    def _no_column(self, column: str) -> Saying:
        known = self.columns or ()
        shown = ", ".join(known[:40])
        if near := get_close_matches(column, known, n=1, cutoff=0.6):
            text = _("the file has no column %(column)s. Did you mean %(near)s? It has: %(columns)s.")
            return saying(text, column=repr(column), near=repr(near[0]), columns=shown)
        return saying(
            _("the file has no column %(column)s. It has: %(columns)s."), column=repr(column), columns=shown
        )

    def blank(self, cell: Cell) -> bool:
        """Tell whether a cell says nothing."""
        if isinstance(cell, str):
            return not cell or cell.isspace() or cell.strip() in self.empties
        return cell is None or cell != cell

    def zone_named(self, name: str | None, *path: str | int) -> tzinfo:
        """Return a time zone, the file's own where none is named. Raises BadMapping."""
        return zone(name, *path) if name else self.zone


def zone(name: str, *path: str | int) -> tzinfo:
    """Return the time zone of that name. Raises BadMapping."""
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise BadMapping(
            _("%(zone)s is not a time zone such as Asia/Jakarta."), *path, "zone", zone=repr(name)
        ) from None


# Values


def getter(given: str | Value, sheet: Sheet, *path: str | int, type: Type | None = None) -> Get:
    """Return what makes a value of a row; text names a column. type: where the value itself says none."""
    value = Value(column=given) if isinstance(given, str) else given
    said = [way for way in _WAYS if getattr(value, way) is not None]
    if len(said) != 1:
        text = _("say one of %(ways)s.") if not said else _("say one of %(ways)s, not %(said)s.")
        raise BadMapping(text, *path, ways=", ".join(_WAYS), said=", ".join(said))
    get = _MAKERS[said[0]](value, sheet, path, value.type or type)
    if value.map is not None:
        get = _mapped(get, value, _label(value, said[0]))
    if value.required:
        get = _required(get, _label(value, said[0]))
    return get


def is_plain(column: str, sheet: Sheet) -> bool:
    """Tell whether a column's cells are taken as they are."""
    return column not in sheet.types or sheet.types[column].type == "as_is"


def text_getter(given: str | Value, sheet: Sheet, *path: str | int) -> Get:
    """Return what makes a text of a row, without space around it; None where it is empty."""
    get = getter(given, sheet, *path)

    def text(row: Row) -> str | None:
        found = get(row)
        if found is None:
            return None
        return (found if isinstance(found, str) else cells.as_text(found)).strip() or None

    return text


def number_getter(given: str | float | Value, sheet: Sheet, *path: str | int) -> Get:
    """Return what makes a number of a row."""
    if isinstance(given, int | float):
        return always(given)
    get = getter(given, sheet, *path, type="number")
    if isinstance(given, str) and sheet.types.get(given, _NUMBER).type in {"number", "whole"}:
        return get
    label = given if isinstance(given, str) else (given.column or str(path[-1]))

    def number(row: Row) -> float | None:
        found = get(row)
        return (
            found if found is None or isinstance(found, float) else cells.number(found, label, sheet.decimal)
        )

    return number


def moment_getter(
    given: str | Value, sheet: Sheet, *path: str | int, latest: datetime | None = None, as_text: bool = False
) -> Get:
    """Return what makes an aware UTC moment of a row, or its text as messages hold it.

    latest: what lies after it is refused.
    """
    value = Value(column=given) if isinstance(given, str) else given
    if value.first_of is not None:
        return _first(
            [
                moment_getter(one, sheet, *path, "first_of", latest=latest, as_text=as_text)
                for one in value.first_of
            ]
        )
    if value.constant is not None:
        at = _constant_moment(value, sheet, *path)
        return always(cells.written(at) if as_text else at)
    if value.column is None:
        raise BadMapping(_("a time needs a column, first_of or constant."), *path)
    get = sheet.cell(value.column, *path)
    typed = sheet.types.get(value.column, Typed())
    formats = value.format or typed.format or "iso"
    formats = [formats] if isinstance(formats, str) else formats
    moment = cells.moments(value.column, formats, sheet.zone_named(value.zone or typed.zone, *path), latest)
    blank = sheet.blank

    def read(cell: Cell) -> Any:
        if blank(cell):
            return None
        return cells.written(moment(cell)) if as_text else moment(cell)

    return cells.remembering(get, read, only_text=sheet.only_text)


def _constant_moment(value: Value, sheet: Sheet, *path: str | int) -> datetime:
    formats = [value.format] if isinstance(value.format, str) else value.format or ["iso"]
    try:
        return cells.moments("constant", formats, sheet.zone_named(value.zone, *path), None)(value.constant)
    except BadCell as error:
        raise BadMapping(error.saying, *path) from None


def _of_column(value: Value, sheet: Sheet, path: tuple[str | int, ...], type: Type | None) -> Get:
    column = value.column or ""
    get, blank, decimal = sheet.cell(column, *path), sheet.blank, sheet.decimal
    typed = sheet.types.get(column, Typed())
    type = value.type or (typed.type if typed.type != "as_is" else None) or type or "as_is"
    if type == "time":
        return moment_getter(value, sheet, *path, as_text=True)
    if type == "date":
        moment = moment_getter(value, sheet, *path)
        local = sheet.zone_named(value.zone or typed.zone, *path)
        return lambda row: None if (at := moment(row)) is None else at.astimezone(local).date().isoformat()
    if type == "as_is":
        if sheet.only_text and not sheet.empties:
            return lambda row: cell if (cell := get(row)) and not cell.isspace() else None

        def as_is(row: Row) -> Cell:
            cell = get(row)
            return None if blank(cell) else cell

        return as_is
    reads: dict[str, Callable[[Cell], Any]] = {
        "text": cells.as_text,
        "number": lambda cell: cells.number(cell, column, decimal),
        "whole": lambda cell: cells.whole(cell, column, decimal),
        "bool": lambda cell: cells.yes_or_no(cell, column),
    }
    read = reads[type]

    return cells.remembering(get, lambda cell: None if blank(cell) else read(cell), only_text=sheet.only_text)


def _of_constant(value: Value, sheet: Sheet, path: tuple[str | int, ...], type: Type | None) -> Get:
    return always(value.constant)


def _of_product(value: Value, sheet: Sheet, path: tuple[str | int, ...], type: Type | None) -> Get:
    return _arithmetic(value.product or [], operator.mul, sheet, *path, "product")


def _of_sum(value: Value, sheet: Sheet, path: tuple[str | int, ...], type: Type | None) -> Get:
    return _arithmetic(value.sum or [], operator.add, sheet, *path, "sum")


def _arithmetic(
    given: Sequence[str | int | float | Value],
    operation: Callable[[float, float], float],
    sheet: Sheet,
    *path: str | int,
) -> Get:
    if len(given) < 2:
        raise BadMapping(_("needs two columns or more."), *path)
    gets = [number_getter(one, sheet, *path) for one in given]
    first, rest = gets[0], gets[1:]

    def worked_out(row: Row) -> float | None:
        found = first(row)
        for get in rest:
            other = get(row)
            if found is None or other is None:
                return None
            found = operation(found, other)
        return found if found is None else round(found, 4)  # What the log keeps; 12 × 6.95 is 83.4 again.

    return worked_out


def _of_days(value: Value, sheet: Sheet, path: tuple[str | int, ...], type: Type | None) -> Get:
    given = value.days_between or []
    if len(given) != 2:
        raise BadMapping(_("days_between needs two columns: from and to."), *path, "days_between")
    begin, end = (moment_getter(one, sheet, *path, "days_between") for one in given)
    local, count_dates = sheet.zone_named(value.zone, *path), value.whole

    def days(row: Row) -> float | int | None:
        begun: datetime | None = begin(row)
        ended: datetime | None = end(row)
        if begun is None or ended is None:
            return None
        if count_dates:
            return (ended.astimezone(local).date() - begun.astimezone(local).date()).days
        return round((ended - begun).total_seconds() / 86_400, 2)

    return days


def _of_join(value: Value, sheet: Sheet, path: tuple[str | int, ...], type: Type | None) -> Get:
    gets = [text_getter(one, sheet, *path, "join") for one in value.join or []]
    between = value.with_
    return lambda row: between.join(part for get in gets if (part := get(row))) or None


def _of_first(value: Value, sheet: Sheet, path: tuple[str | int, ...], type: Type | None) -> Get:
    return _first([getter(one, sheet, *path, "first_of", type=type) for one in value.first_of or []])


def _of_lower(value: Value, sheet: Sheet, path: tuple[str | int, ...], type: Type | None) -> Get:
    get = text_getter(value.lower or "", sheet, *path, "lower")
    return lambda row: None if (text := get(row)) is None else text.lower()


def _of_upper(value: Value, sheet: Sheet, path: tuple[str | int, ...], type: Type | None) -> Get:
    get = text_getter(value.upper or "", sheet, *path, "upper")
    return lambda row: None if (text := get(row)) is None else text.upper()


def _of_holds(value: Value, sheet: Sheet, path: tuple[str | int, ...], type: Type | None) -> Get:
    return condition(value.holds or [], sheet, *path, "holds")


_MAKERS: dict[str, Callable[[Value, Sheet, tuple[str | int, ...], Type | None], Get]] = {
    "column": _of_column,
    "constant": _of_constant,
    "product": _of_product,
    "sum": _of_sum,
    "days_between": _of_days,
    "join": _of_join,
    "first_of": _of_first,
    "lower": _of_lower,
    "upper": _of_upper,
    "holds": _of_holds,
}


def always(constant: Any) -> Get:
    """Return what makes the same value of every row."""
    return lambda row: constant


def _first(gets: Sequence[Get]) -> Get:
    def first(row: Row) -> Any:
        for get in gets:
            if (found := get(row)) is not None:
                return found
        return None

    return first


def _mapped(get: Get, value: Value, label: str) -> Get:
    words, others = value.map or {}, value.others

    def mapped(row: Row) -> Any:
        found = get(row)
        if found is None:
            return None
        text = cells.as_text(found).strip()
        if text in words:
            return words[text]
        if others == "reject":
            raise BadCell(label, found, _("%(column)s: %(value)s is not in the mapping's list."))
        return found if others == "keep" else None

    return mapped


def _required(get: Get, label: str) -> Get:
    def required(row: Row) -> Any:
        found = get(row)
        if found is None:
            raise BadCell(label, "", _("%(column)s is empty, and it is required."))
        return found

    return required


def _label(value: Value, way: str) -> str:
    given = getattr(value, way)
    if isinstance(given, str):
        return given
    return " and ".join(one for one in given if isinstance(one, str)) if isinstance(given, list) else way


# Conditions


def condition(given: Conditions, sheet: Sheet, *path: str | int) -> Holds:
    """Return what tells whether all of the conditions hold for a row."""
    if isinstance(given, list):
        tests = [_condition(one, sheet, *path, number) for number, one in enumerate(given)]
    else:
        tests = [_condition(given, sheet, *path)]
    return _all(tests)


def _condition(given: Condition, sheet: Sheet, *path: str | int) -> Holds:
    if given.any is not None:
        alternatives = [_condition(one, sheet, *path, "any", number) for number, one in enumerate(given.any)]
        return lambda row: any(test(row) for test in alternatives)
    if (given.column is None) == (given.value is None):
        raise BadMapping(_("a condition needs a column, a value, or any."), *path)
    if given.column is not None:
        # The answer depends on one cell only, so it can be kept in mind.
        get = sheet.cell(given.column, *path)
        only = Sheet(
            columns=[given.column],
            zone=sheet.zone,
            decimal=sheet.decimal,
            empties=sheet.empties,
            types=sheet.types,
        )
        tests = _tests(given, given.column, only, *path)
        return cells.remembering(
            get, lambda cell: all(test([cell]) for test in tests), only_text=sheet.only_text
        )
    return _all(_tests(given, given.value or "", sheet, *path))


def _all(tests: Sequence[Holds]) -> Holds:
    if len(tests) == 1:
        return tests[0]
    first, rest = tests[0], _all(tests[1:])
    return lambda row: first(row) and rest(row)


def _tests(given: Condition, named: str | Value, sheet: Sheet, *path: str | int) -> list[Holds]:
    tests = [*_text_tests(given, named, sheet, *path), *_number_tests(given, named, sheet, *path)]
    if given.empty is not None:
        tests.append(_empty_test(given.empty, getter(named, sheet, *path)))
    if not tests:
        raise BadMapping(_("a condition needs empty, equals, one_of, starts_with, matches, above …"), *path)
    return tests


def _empty_test(empty: bool, get: Get) -> Holds:
    return (lambda row: get(row) is None) if empty else (lambda row: get(row) is not None)


def _text_tests(given: Condition, named: str | Value, sheet: Sheet, *path: str | int) -> list[Holds]:
    tests: list[Holds] = []
    get = text_getter(named, sheet, *path)
    if given.equals is not None:
        equal = cells.as_text(given.equals)
        tests.append(lambda row: (get(row) or "") == equal)
    if given.not_equals is not None:
        unequal = cells.as_text(given.not_equals)
        tests.append(lambda row: (get(row) or "") != unequal)
    if given.one_of is not None:
        words = frozenset(map(cells.as_text, given.one_of))
        tests.append(lambda row: get(row) in words)
    if given.starts_with is not None:
        starts = tuple([given.starts_with] if isinstance(given.starts_with, str) else given.starts_with)
        tests.append(lambda row: (get(row) or "").startswith(starts))
    if given.matches is not None:
        try:
            search = re.compile(given.matches).search
        except re.error as error:
            text = _("%(pattern)s is not a regular expression: %(why)s.")
            raise BadMapping(text, *path, "matches", pattern=repr(given.matches), why=error) from None
        tests.append(lambda row: search(get(row) or "") is not None)
    return tests


def _number_tests(given: Condition, named: str | Value, sheet: Sheet, *path: str | int) -> list[Holds]:
    tests: list[Holds] = []
    for word, compare in _COMPARISONS.items():
        bound = getattr(given, word)
        if bound is not None:
            tests.append(_compared(number_getter(named, sheet, *path), compare, bound))
    return tests


def _compared(get: Get, compare: Callable[[float, float], bool], bound: float) -> Holds:
    return lambda row: (found := get(row)) is not None and compare(found, bound)

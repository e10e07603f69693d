"""What a cell of a file says: text, a number, yes or no, a moment.

Knows no Django, as everything that runs in the reading process.
"""

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from jejak.common.sheets.sayings import Saying, Told
from jejak.common.sheets.sayings import gettext_noop as _

T = TypeVar("T")
Cell = Any
"""Text in CSV; whatever the format holds in Parquet, Excel and JSON Lines."""

_LONGEST_SHOWN = 80
_MOST_REMEMBERED = 50_000
_FIRST_YEAR, _LAST_YEAR = 1900, 2299  # What the log's DateTime64 holds.
_MONEY = re.compile(
    r"(?P<open>\()?\s*(?:Rp\.?|RM|[SRA]\$|[$€£¥₹₫฿₱]|[A-Z]{3})?\s*(?P<sign>[-+]?)\s*(?:[$€£¥₹₫฿₱])?"
    r"(?P<digits>[\d.,'\u00a0\u202f ]*\d[\d.,]*)\s*(?:[$€£¥₹₫฿₱]|[A-Z]{3})?\s*\)?"
)
_YES = frozenset({"true", "t", "yes", "y", "1", "on", "ya", "benar"})
_NO = frozenset({"false", "f", "no", "n", "0", "off", "tidak", "salah"})
_json = msgspec.json.Encoder(decimal_format="number", order="deterministic").encode


class Unusable(Told):
    """A row gives no touchpoints. rule: why, without what is this row's own."""

    @property
    def rule(self) -> Saying:
        return self.saying.without("value")


class BadCell(Unusable):
    """A cell does not keep a rule. The sentence names the %(column)s and the %(value)s."""

    def __init__(self, column: str, value: Cell, sentence: str, /, **values: Any) -> None:
        shown = as_text(value)
        shown = shown if len(shown) <= _LONGEST_SHOWN else shown[: _LONGEST_SHOWN - 1] + "…"
        super().__init__(sentence, column=column, value=repr(shown), **values)


def as_text(cell: Cell) -> str:
    """Return a cell as text: 13085.0 and 13085 are both "13085", an empty cell is ""."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        if math.isnan(cell):
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**63 else repr(cell)
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, bytes):
        return cell.decode(errors="replace")
    if isinstance(cell, timedelta):
        return str(cell)
    return _json(cell).decode()


def number(cell: Cell, column: str, decimal: str = ".") -> float:
    """Return a cell as a finite number. decimal: the sign before the fraction, "." or ",". Raises BadCell.

    Thousands separators, a currency before or after, and (12.50) for -12.50 are understood.
    """
    if not isinstance(cell, str):
        if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
            raise BadCell(column, cell, _("%(column)s: %(value)s is not a number."))
        found = float(cell)
    elif decimal == ".":
        try:
            found = float(cell)
        except ValueError:
            return _written_number(cell, column, decimal)
        if "_" in cell:  # Python's own writing of numbers.
            raise BadCell(column, cell, _("%(column)s: %(value)s is not a number."))
    else:
        return _written_number(cell, column, decimal)
    if not math.isfinite(found):
        raise BadCell(column, cell, _("%(column)s: %(value)s is not a number."))
    return found


def whole(cell: Cell, column: str, decimal: str = ".") -> int:
    """Return a cell as a whole number; 12.0 is one. Raises BadCell."""
    if isinstance(cell, str) and cell.isascii() and cell.isdigit() and len(cell) < 19:
        return int(cell)
    found = number(cell, column, decimal)
    if not found.is_integer() or abs(found) >= 2**63:
        raise BadCell(column, cell, _("%(column)s: %(value)s is not a whole number."))
    return int(found)


def yes_or_no(cell: Cell, column: str) -> bool:
    """Return a cell as true or false (yes/no, 1/0, ya/tidak …). Raises BadCell."""
    word = as_text(cell).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadCell(column, cell, _("%(column)s: %(value)s is neither yes nor no."))


def _written_number(text: str, column: str, decimal: str) -> float:
    match = _MONEY.fullmatch(text.strip())
    if match is None:
        raise BadCell(column, text, _("%(column)s: %(value)s is not a number."))
    thousands = "," if decimal == "." else "."
    digits = re.sub(r"['\u00a0\u202f ]", "", match["digits"])
    whole_part, __, fraction = digits.partition(decimal)
    groups = whole_part.split(thousands)
    if (
        thousands in fraction
        or decimal in fraction
        or (len(groups) > 1 and any(len(g) != 3 for g in groups[1:]))
    ):
        raise BadCell(
            column,
            text,
            _("%(column)s: %(value)s is not a number with %(decimal)s before the fraction."),
            decimal=decimal,
        )
    found = float("".join(groups) + "." + (fraction or "0"))
    return -found if match["sign"] == "-" or match["open"] else found


# Moments


def moments(
    column: str, formats: Sequence[str], zone: tzinfo, latest: datetime | None
) -> Callable[[Cell], datetime]:
    """Return what reads a column's moments as aware UTC. It raises BadCell.

    formats: "iso", "epoch_seconds", "epoch_milliseconds" or strptime's, tried in turn. zone: of those that
    say none. latest: what lies after it is refused, where given.
    """

    def read(cell: Cell) -> datetime:
        found = _moment(cell, column, formats, zone)
        if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            raise BadCell(
                column,
                cell,
                _("%(column)s: %(value)s is not between the years %(first)s and %(last)s."),
                first=_FIRST_YEAR,
                last=_LAST_YEAR,
            )
        if latest is not None and found > latest:
            raise BadCell(column, cell, _("%(column)s: %(value)s lies in the future."))
        return found

    return read


def written(at: datetime) -> str:
    """Return a moment in UTC as messages hold it."""
    return at.replace(tzinfo=None).isoformat() + "Z"


def remembering(
    get: Callable[[Any], Cell], read: Callable[[Cell], T], *, only_text: bool
) -> Callable[[Any], T]:
    """Return what reads a row's cell, with what texts came to kept in mind: columns repeat themselves.

    only_text: whether all cells are text. Others are not remembered: 1, 1.0 and True are one key.
    """
    known: dict[str, T] = {}

    def remembered(row: Any) -> T:
        cell = get(row)
        try:
            return known[cell]
        except KeyError:
            fresh = read(cell)
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        known[cell] = fresh
        return fresh

    return remembered if only_text else lambda row: read(get(row))


def _moment(cell: Cell, column: str, formats: Sequence[str], zone: tzinfo) -> datetime:
    if isinstance(cell, datetime):
        found = cell
    elif isinstance(cell, date):
        found = datetime.combine(cell, time())
    else:
        found = _written_moment(cell, column, formats)
    try:
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise BadCell(column, cell, _("%(column)s: %(value)s is not a time.")) from None


def _written_moment(cell: Cell, column: str, formats: Sequence[str]) -> datetime:
    text = as_text(cell).strip()
    for format in formats:
        try:
            if format == "iso":
                return datetime.fromisoformat(text)
            if format in {"epoch_seconds", "epoch_milliseconds"}:
                seconds = float(text) / (1000 if format == "epoch_milliseconds" else 1)
                return datetime.fromtimestamp(seconds, UTC)
            return datetime.strptime(text, format)
        except (ValueError, OverflowError, OSError):
            continue
    if list(formats) == ["iso"]:
        raise BadCell(column, cell, _("%(column)s: %(value)s is not a time such as 2026-01-31 13:45:00."))
    raise BadCell(
        column, cell, _("%(column)s: %(value)s is not a time of the form %(form)s."), form=" / ".join(formats)
    )

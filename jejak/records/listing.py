"""A list of records in pieces: each costs the same, however long the list is and however far down one reads."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext

from jejak.records import filtering
from jejak.records.filtering import BadCondition, Condition
from jejak.records.kinds import Field, Kind
from jejak.records.kinds import kind as kind_of
from jejak.records.types import Value
from jejak.staff.models import User

MOST_COUNTED = 10_000
MOST_FOUND = 500


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a list shows. sort: a field's key, with a minus before it to go down; "" for the kind's own order."""

    where: tuple[Condition, ...] = ()
    q: str = ""
    sort: str = ""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some records, and the cursor of what follows; "" at the end."""

    records: list[Any]
    following: str


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many there are; where is_exact is False, at least so many."""

    number: int
    is_exact: bool


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One value as a list shows it. link: where it leads, or ""."""

    value: Value
    text: str
    link: str = ""


def matching(
    kind: Kind, asked: Asked, *, rows: QuerySet[Any], me: int | None, now: datetime
) -> QuerySet[Any]:
    """Return the rows of a list, unsorted. rows: those that this member of staff may see. Raises BadCondition."""
    found = filtering.narrow(rows, kind, asked.where, me=me, now=now)
    if not asked.q:
        return found
    if kind.find is not None:
        return found.filter(pk__in=kind.find(asked.q, MOST_FOUND))
    said = Q()
    for column in kind.searched:
        said |= Q(**{f"{column}__icontains": asked.q})
    return found.filter(said) if kind.searched else found.none()


def piece(
    kind: Kind,
    asked: Asked,
    *,
    rows: QuerySet[Any],
    me: int | None,
    now: datetime,
    after: str = "",
    limit: int = 50,
) -> Piece:
    """Return the records of a list that follow a cursor. What holds nothing in the field of the order comes last.

    Raises BadCondition, also for a cursor that is not ours.
    """
    sort = asked.sort or kind.sort
    expression, down = filtering.expression_of(kind, sort)
    found = matching(kind, asked, rows=rows, me=me, now=now).alias(sorted_by=expression)
    value, last, among_empty = _read(after) if after else (None, None, False)
    taken: list[Any] = []
    if not among_empty:
        filled = found.filter(sorted_by__isnull=False)
        if last is not None:
            filled = _after(filled, value, last, down)
        order = ("-sorted_by", "-pk") if down else ("sorted_by", "pk")
        taken = list(filled.annotate(cursor=F("sorted_by")).order_by(*order)[: limit + 1])
    if len(taken) <= limit and sort.lstrip("-") not in {"id", "pk"}:
        empty = found.filter(sorted_by__isnull=True)
        if among_empty and last is not None:
            empty = empty.filter(pk__lt=last) if down else empty.filter(pk__gt=last)
        taken += list(
            empty.annotate(cursor=F("sorted_by")).order_by("-pk" if down else "pk")[: limit + 1 - len(taken)]
        )
    more = len(taken) > limit
    taken = taken[:limit]
    return Piece(records=taken, following=_written(taken[-1].cursor, taken[-1].pk) if more else "")


def count(found: QuerySet[Any], most: int = MOST_COUNTED) -> Count:
    """Return how many rows there are; beyond some thousand, that there are more than those."""
    number = found.order_by().values("pk")[: most + 1].count()
    return Count(number=min(number, most), is_exact=number <= most)


def cells(kind: Kind, fields: Sequence[Field], records: Sequence[Any], *, by: User) -> list[list[Cell]]:
    """Return what a list shows, a row for each record, with the names of what it links to, in a few queries."""
    values = [[kind.value(record, field) for field in fields] for record in records]
    names = {number: _names(field, [row[number] for row in values]) for number, field in enumerate(fields)}
    shown = {number: field.show(records) for number, field in enumerate(fields) if field.show}
    rows = []
    for record, row in zip(records, values, strict=True):
        cells = []
        for number, (field, value) in enumerate(zip(fields, row, strict=True)):
            if number in shown:
                cells.append(Cell(value=value, text=shown[number].get(record.pk, "")))
            elif field.type.is_link:
                text, link = names[number].get(value, ("", ""))  # type: ignore[arg-type]
                cells.append(Cell(value=value, text=text, link=link))
            else:
                cells.append(Cell(value=value, text=_text(field, value, record)))
        rows.append(cells)
    return rows


def text_of(kind: Kind, field: Field, record: Any) -> str:
    """Return one value as staff read it."""
    value = kind.value(record, field)
    if field.show:
        return field.show([record]).get(record.pk, "")
    if field.type.is_link:
        return _names(field, [value]).get(value, ("", ""))[0]  # type: ignore[arg-type]
    return _text(field, value, record)


def titles(kind: Kind, ids: Iterable[int]) -> Mapping[int, str]:
    """Return the titles of records, by their ids."""
    wanted = [one for one in ids if one]
    if kind.titles is not None:
        return kind.titles(wanted)
    return {one.pk: kind.label_of(one) for one in kind.model._default_manager.filter(pk__in=wanted)}


def _text(field: Field, value: Value, record: Any) -> str:
    options = field.options
    if field.currency_column and field.type.key == "money":
        options = type(options)(
            choices=options.choices, currency=getattr(record, field.currency_column), longest=options.longest
        )
    return field.type.show(value, options)


def _names(field: Field, values: Iterable[Value]) -> dict[int, tuple[str, str]]:
    """Return what links show, and where they lead: {id: (text, address)}."""
    wanted = {value for value in values if isinstance(value, int)} if field.type.is_link else set()
    if not wanted:
        return {}
    if field.type.key == "staff":
        return {
            one.pk: (one.get_full_name() or one.get_username(), "")
            for one in User.objects.filter(pk__in=wanted)
        }
    try:
        of = kind_of(field.links_to)
    except LookupError:
        return {}
    link = of.link or (lambda pk: "")
    return {pk: (text, link(pk)) for pk, text in titles(of, wanted).items()}


def _after(found: QuerySet[Any], value: Any, last: int, down: bool) -> QuerySet[Any]:
    # An OR of "beyond" and "the same, and a later id" would not be read from the index.
    if down:
        return found.filter(sorted_by__lte=value).exclude(sorted_by=value, pk__gte=last)
    return found.filter(sorted_by__gte=value).exclude(sorted_by=value, pk__lte=last)


def _written(value: Any, pk: int) -> str:
    kept: list[Any] = [type(value).__name__, value, pk]
    if isinstance(value, datetime | date):
        kept[1] = value.isoformat()
    elif isinstance(value, Decimal):
        kept[1] = str(value)
    elif value is None:
        kept[:2] = ["", None]
    return base64.urlsafe_b64encode(json.dumps(kept, separators=(",", ":")).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[Any, int, bool]:
    try:
        name, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        readers: dict[str, Callable[[Any], Any]] = {
            "": lambda held: None,
            "datetime": datetime.fromisoformat,
            "date": date.fromisoformat,
            "Decimal": Decimal,
            "str": str,
            "int": int,
            "float": float,
            "bool": bool,
        }
        return readers[name](value), int(pk), not name
    except (ValueError, KeyError, TypeError, ArithmeticError):
        raise BadCondition("cursor", gettext("This place in the list is not known.")) from None

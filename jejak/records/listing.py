"""A list of records in pieces: each costs the same, however long the list is and however far down one reads."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import takewhile
from time import monotonic
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.utils.translation import gettext

from jejak.records import bounded, filtering
from jejak.records.filtering import BadCondition, Condition
from jejak.records.kinds import Field, Kind
from jejak.records.kinds import kind as kind_of
from jejak.records.types import Value
from jejak.staff import scope
from jejak.staff.models import User

MOST_COUNTED = 10_000
MOST_FOUND = 300
MOST_WALKED = 200_000
_MOST_FEW = 12_000
_FEW_MILLISECONDS = 70
_WALK_SECONDS = 0.07
_FIRST_STEP, _LAST_STEP = 1_000, 8_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a list shows. sort: a field's key, with a minus before it to go down; "" for the kind's own order."""

    where: tuple[Condition, ...] = ()
    q: str = ""
    sort: str = ""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some records, and the cursor of what follows; "" at the end.

    matching: how many fit in all, where it is known. looked_at: how many records were looked at before it was
    given up to find more; 0 where there was no need to. What follows is then looked at from there on.
    """

    records: list[Any]
    following: str
    matching: int | None = None
    looked_at: int = 0


@dataclass(frozen=True, kw_only=True)
class Place:
    """Behind which record a piece begins: what it is sorted by, its id, and whether it holds nothing there."""

    value: Any
    pk: int
    among_empty: bool


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
    rows, fits = _fitting(kind, asked, rows=rows, me=me, now=now)
    return rows.filter(fits) if fits else rows


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

    However many records there are, and whatever is asked, it costs no more than a fraction of a second: where few
    fit, they are found first and then sorted; where many do, or nobody can tell quickly, the list is walked in
    its order, and the piece says how far it came. Raises BadCondition, also for a cursor that is not ours.
    """
    sort = asked.sort or kind.sort
    expression, down = filtering.expression_of(kind, sort)
    order = _Order(expression, down, filled=_filled(kind, sort))
    found, fits = _fitting(kind, asked, rows=rows, me=me, now=now)
    place = _read(after) if after else None
    if not fits:
        taken = order.following(found, place, limit + 1)
        return _piece(taken, limit)
    begun = _walked(kind, found, fits, order, place, limit, most=_FIRST_STEP)
    if not begun.looked_at:
        return begun  # What fits is dense, or the list is short.
    few = _few(found.filter(fits).alias(sorted_by=expression), order)
    if few is not None:
        return _picked(kind, few, order, place, limit)
    return _walked(kind, found, fits, order, place, limit)


def count(found: QuerySet[Any], most: int = MOST_COUNTED, milliseconds: int = 1_500) -> Count:
    """Return how many rows there are; beyond some thousand, that there are more than those.

    Where even that cannot be told in time, there are at least 0.
    """
    try:
        with bounded.within(milliseconds):
            number = found.order_by().values("pk")[: most + 1].count()
    except bounded.TookTooLong:
        return Count(number=0, is_exact=False)
    return Count(number=min(number, most), is_exact=number <= most)


def cells(kind: Kind, fields: Sequence[Field], records: Sequence[Any], *, by: User) -> list[list[Cell]]:
    """Return what a list shows, a row for each record, with the names of what it links to, in a few queries."""
    values = [[kind.value(record, field) for field in fields] for record in records]
    names = {
        number: _names(field, [row[number] for row in values], by) for number, field in enumerate(fields)
    }
    shown = {number: field.show(records) for number, field in enumerate(fields) if field.show}
    rows = []
    for record, row in zip(records, values, strict=True):
        cells = []
        for number, (field, value) in enumerate(zip(fields, row, strict=True)):
            if number in shown:
                cells.append(Cell(value=value, text=_said(field, shown[number].get(record.pk, ""))))
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
        return _said(field, field.show([record]).get(record.pk, ""))
    if field.type.is_link:
        return _names(field, [value], None).get(value, ("", ""))[0]  # type: ignore[arg-type]
    return _text(field, value, record)


def _said(field: Field, shown: str | bool) -> str:
    return shown if isinstance(shown, str) else field.type.show(shown, field.options)


def titles(kind: Kind, ids: Iterable[int]) -> Mapping[int, str]:
    """Return the titles of records, by their ids."""
    wanted = [one for one in ids if one]
    if kind.titles is not None:
        return kind.titles(wanted)
    return {one.pk: kind.label_of(one) for one in kind.model._default_manager.filter(pk__in=wanted)}


def titles_for(kind: Kind, ids: Iterable[int], by: User | None) -> Mapping[int, str]:
    """Return the titles of those of some records that a member of staff may see; of all for a program, which is None."""
    if by is None:
        return titles(kind, ids)
    if not kind.allows(by, "view"):
        return {}
    if kind.is_scoped and scope.limited(by):
        rows = kind.model._default_manager.filter(pk__in=list(ids))
        ids = kind.within(rows, by).values_list("pk", flat=True)
    return titles(kind, ids)


def _text(field: Field, value: Value, record: Any) -> str:
    options = field.options
    if field.currency_column and field.type.key == "money":
        options = type(options)(
            choices=options.choices, currency=getattr(record, field.currency_column), longest=options.longest
        )
    return field.type.show(value, options)


def _names(field: Field, values: Iterable[Value], by: User | None) -> dict[int, tuple[str, str]]:
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
    return {pk: (text, link(pk)) for pk, text in titles_for(of, wanted, by).items()}


def _fitting(
    kind: Kind, asked: Asked, *, rows: QuerySet[Any], me: int | None, now: datetime
) -> tuple[QuerySet[Any], Q]:
    rows, fits = filtering.fitting(rows, kind, asked.where, me=me, now=now)
    if not asked.q:
        return rows, fits
    if kind.find is not None:
        return rows, fits & Q(pk__in=kind.find(asked.q, MOST_FOUND))
    said = Q(pk__in=[]) if not kind.searched else Q()
    for column in kind.searched:
        said |= Q(**{f"{column}__icontains": asked.q})
    return rows, fits & said


def _few(found: QuerySet[Any], order: "_Order") -> list[tuple[int, Any]] | None:
    """Return (id, what it is sorted by) of all rows in their order, where they are few and found at once."""
    rows = found.order_by().annotate(cursor=F("sorted_by")).values_list("pk", "cursor")
    try:
        with bounded.within(_FEW_MILLISECONDS):
            read = list(rows[: _MOST_FEW + 1])
            if len(read) > _MOST_FEW:
                return None
    except bounded.TookTooLong:
        return None
    read.sort(key=lambda one: (_sortable(one[1]), one[0]), reverse=order.down)
    filled = [one for one in read if not order.is_empty(one[1])]
    empty = sorted(
        (one for one in read if order.is_empty(one[1])), reverse=order.down, key=lambda one: one[0]
    )
    return filled + empty


def _sortable(value: Any) -> Any:
    return (False, 0) if value is None else (True, value)


def _picked(
    kind: Kind, few: list[tuple[int, Any]], order: "_Order", place: Place | None, limit: int
) -> Piece:
    """Return a piece of rows that are all known."""
    begin = (
        0 if place is None else sum(1 for _ in takewhile(lambda one: not order.is_behind(one, place), few))
    )
    taken = few[begin : begin + limit]
    by_id = kind.model._default_manager.in_bulk([pk for pk, _value in taken])
    records = [by_id[pk] for pk, _value in taken if pk in by_id]
    is_more = len(few) > begin + limit
    following = _written(taken[-1][1], taken[-1][0], order) if is_more else ""
    return Piece(records=records, following=following, matching=len(few))


def _walked(
    kind: Kind,
    rows: QuerySet[Any],
    fits: Q,
    order: "_Order",
    place: Place | None,
    limit: int,
    *,
    most: int = MOST_WALKED,
) -> Piece:
    """Walk the list in its order, and take what fits, until there is enough, or time is up."""
    rows = rows.annotate(fits=ExpressionWrapper(fits, BooleanField()))
    begun, step, looked_at, ended = monotonic(), _FIRST_STEP, 0, False
    taken: list[tuple[int, Any]] = []
    is_whole = place is None
    last: tuple[int, Any] | None = None
    while len(taken) <= limit and not ended and looked_at < most:
        if looked_at and monotonic() - begun > _WALK_SECONDS:
            break
        read = order.read(rows, place, step)
        taken += [(pk, value) for pk, value, does_fit in read if does_fit]
        looked_at, ended = looked_at + len(read), len(read) < step
        if read:
            last = read[-1][:2]
            place = Place(value=last[1], pk=last[0], among_empty=order.is_empty(last[1]))
        step = min(step * 2, _LAST_STEP)
    number = len(taken) if ended and is_whole else None
    more, taken = len(taken) > limit, taken[:limit]
    by_id = kind.model._default_manager.in_bulk([pk for pk, _value in taken])
    records = [by_id[pk] for pk, _value in taken if pk in by_id]
    if more or (not ended and last is None):
        following = _written(taken[-1][1], taken[-1][0], order)
        return Piece(records=records, following=following, matching=number)
    if ended or last is None:
        return Piece(records=records, following="", matching=number)
    return Piece(records=records, following=_written(last[1], last[0], order), looked_at=looked_at)


@dataclass(frozen=True)
class _Order:
    """The order of a list: the filled ones up or down, then those that hold nothing; ties by id, the same way."""

    by: Any
    down: bool
    filled: Q

    def following(self, rows: QuerySet[Any], place: Place | None, most: int) -> list[Any]:
        """Return the records behind a place, with what they are sorted by as `cursor`."""
        taken: list[Any] = []
        for part in self._parts(rows, place):
            if len(taken) < most:
                taken += list(part.annotate(cursor=F("sorted_by"))[: most - len(taken)])
        for record in taken:
            record.cursor_is_empty = self.is_empty(record.cursor)
        return taken

    def read(self, rows: QuerySet[Any], place: Place | None, most: int) -> list[tuple[int, Any, bool]]:
        """Return (id, what it is sorted by, whether it fits) of the rows behind a place."""
        taken: list[tuple[int, Any, bool]] = []
        for part in self._parts(rows, place):
            if len(taken) < most:
                listed = part.annotate(cursor=F("sorted_by")).values_list("pk", "cursor", "fits")
                taken += list(listed[: most - len(taken)])
        return taken

    def is_empty(self, value: Any) -> bool:
        return value is None or value == ""

    def is_behind(self, one: tuple[int, Any], place: Place) -> bool:
        """Tell whether a row comes after a place."""
        pk, value = one
        if place.among_empty or self.is_empty(value):
            is_later = pk < place.pk if self.down else pk > place.pk
            return self.is_empty(value) and (not place.among_empty or is_later)
        if value == place.value:
            return pk < place.pk if self.down else pk > place.pk
        return bool(value < place.value if self.down else value > place.value)

    def _parts(self, rows: QuerySet[Any], place: Place | None) -> list[QuerySet[Any]]:
        rows = rows.alias(sorted_by=self.by)
        keys = ("-sorted_by", "-pk") if self.down else ("sorted_by", "pk")
        parts = []
        if place is None or not place.among_empty:
            filled = rows.filter(self.filled)
            if place is not None:
                filled = _after(filled, place.value, place.pk, self.down)
            parts.append(filled.order_by(*keys))
        empty = rows.filter(~self.filled)
        if place is not None and place.among_empty:
            empty = empty.filter(pk__lt=place.pk) if self.down else empty.filter(pk__gt=place.pk)
        return [*parts, empty.order_by("-pk" if self.down else "pk")]


def _filled(kind: Kind, sort: str) -> Q:
    name = sort.lstrip("-")
    if name in {"id", "pk"}:
        return Q(sorted_by__isnull=False)
    field = kind.field(name)
    return Q(sorted_by__gt="") if field.is_text_column else Q(sorted_by__isnull=False)


def _piece(taken: list[Any], limit: int) -> Piece:
    more, taken = len(taken) > limit, taken[:limit]
    last = taken[-1] if more else None
    return Piece(
        records=taken,
        following=_cursor(last.cursor, last.pk, last.cursor_is_empty) if last is not None else "",
    )


def _after(found: QuerySet[Any], value: Any, last: int, down: bool) -> QuerySet[Any]:
    # An OR of "beyond" and "the same, and a later id" would not be read from the index.
    if down:
        return found.filter(sorted_by__lte=value).exclude(sorted_by=value, pk__gte=last)
    return found.filter(sorted_by__gte=value).exclude(sorted_by=value, pk__lte=last)


def _written(value: Any, pk: int, order: _Order) -> str:
    return _cursor(value, pk, order.is_empty(value))


def _cursor(value: Any, pk: int, among_empty: bool) -> str:
    kept: list[Any] = [type(value).__name__, value, pk]
    if isinstance(value, datetime | date):
        kept[1] = value.isoformat()
    elif isinstance(value, Decimal):
        kept[1] = str(value)
    if among_empty:
        kept[:2] = ["", None]
    return base64.urlsafe_b64encode(json.dumps(kept, separators=(",", ":")).encode()).decode().rstrip("=")


def _read(cursor: str) -> Place:
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
        return Place(value=readers[name](value), pk=int(pk), among_empty=not name)
    except (ValueError, KeyError, TypeError, ArithmeticError):
        raise BadCondition("cursor", gettext("This place in the list is not known.")) from None

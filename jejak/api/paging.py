"""Pages of records by cursor: the next page begins after the last record of this one, whatever came in between."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from jejak.api.problems import Problem

T = TypeVar("T")
Row = TypeVar("Row", bound=Model)
_SALT = "jejak.api.paging"


class Paging(Schema):
    """Which page of how many."""

    cursor: str = Field(
        "", max_length=2000, description="“next” of the page before. Without it, the first page."
    )
    limit: int = Field(50, ge=1, le=200, description="How many at most.")


class Page(Schema, Generic[T]):
    """Some records, and where the following ones are."""

    items: list[T]
    next: str | None = Field(description="The cursor of the page after this one; null at the end.")


def page(request: HttpRequest, records: "QuerySet[Row]", *, order: str, paging: Paging) -> dict[str, Any]:
    """Return the records of one page and the next cursor, as `Page` shows them.

    order: the field they are sorted by, "-made_at"; ties go by id in the same direction. Empty values come last.
    The cursor belongs to this order and this address. Raises Problem 422 where it is none of ours.
    """
    field, falling = order.removeprefix("-"), order.startswith("-")
    if paging.cursor:
        records = records.filter(_after(records, field, falling, *_read(request, order, paging.cursor)))
    first = F(field).desc(nulls_last=True) if falling else F(field).asc(nulls_last=True)
    if not _nullable(records, field):
        first = F(field).desc() if falling else F(field).asc()  # What an index can answer.
    keys = [first] if field in {"pk", "id"} else [first, "-pk" if falling else "pk"]
    found = list(records.order_by(*keys)[: paging.limit + 1])
    rows, more = found[: paging.limit], len(found) > paging.limit
    cursor = _write(request, order, _value(rows[-1], field), rows[-1].pk) if more else None
    request.next_cursor = cursor  # type: ignore[attr-defined]
    return {"items": rows, "next": cursor}


def _after(records: "QuerySet[Row]", field: str, falling: bool, value: Any, pk: Any) -> Q:
    beyond = "lt" if falling else "gt"
    if field in {"pk", "id"}:
        return Q(**{f"pk__{beyond}": pk})
    same_but_later = Q(**{f"pk__{beyond}": pk})
    if value is None:
        return Q(**{f"{field}__isnull": True}) & same_but_later
    after = Q(**{f"{field}__{beyond}": value}) | (Q(**{field: value}) & same_but_later)
    return after | Q(**{f"{field}__isnull": True}) if _nullable(records, field) else after


def _nullable(records: "QuerySet[Row]", field: str) -> bool:
    if field == "pk" or field in records.query.annotations:
        return field != "pk"
    model: Any = records.model
    *path, last = field.split("__")
    null = False
    for step in path:
        relation = model._meta.get_field(step)
        null, model = null or bool(relation.null), relation.related_model
    return null or bool(model._meta.get_field(last).null)


def _value(row: Any, field: str) -> Any:
    for step in field.split("__"):
        row = getattr(row, step, None)
    return row


def _write(request: HttpRequest, order: str, value: Any, pk: Any) -> str:
    match value:
        case datetime() | date():
            held: Any = ["t", value.isoformat()]
        case Decimal():
            held = ["d", str(value)]
        case _:
            held = ["", value]
    return signing.dumps([order, *held, pk], salt=f"{_SALT} {request.path}", compress=True)


def _read(request: HttpRequest, order: str, cursor: str) -> tuple[Any, Any]:
    try:
        written_for, kind, value, pk = signing.loads(cursor, salt=f"{_SALT} {request.path}")
    except (signing.BadSignature, ValueError) as error:
        raise _not_ours() from error
    if written_for != order:
        raise _not_ours()
    if kind == "t":
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    elif kind == "d":
        value = Decimal(value)
    return value, pk


def _not_ours() -> Problem:
    fault = {"parameter": "cursor", "detail": "This cursor is not one of this list in this order."}
    return Problem(422, "The request does not fit.", code="invalid", errors=[fault])

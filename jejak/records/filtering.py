"""Conditions over the fields of records, as lists, exports, bulk edits and the API write them: field~operator~value."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from jejak.records import types
from jejak.records.expressions import Small
from jejak.records.kinds import Field, Kind, NoSuchField

OPERATORS: dict[str, str | Promise] = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "contains": gettext_lazy("contains"),
    "begins": gettext_lazy("begins with"),
    "any_of": gettext_lazy("is any of"),
    "none_of": gettext_lazy("is none of"),
    "has": gettext_lazy("has"),
    "has_not": gettext_lazy("has not"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "between": gettext_lazy("is between"),
    "on": gettext_lazy("is on"),
    "before": gettext_lazy("is before"),
    "after": gettext_lazy("is after"),
    "last_days": gettext_lazy("was in the last days"),
    "next_days": gettext_lazy("is in the next days"),
    "empty": gettext_lazy("is empty"),
    "filled": gettext_lazy("is filled"),
}
"""Every operator, as staff read it."""

WITHOUT_VALUE = frozenset({"empty", "filled"})
MOST_CONDITIONS = 20
_MOST_VALUES = 100
_MOST_DAYS = 36_500


class BadCondition(ValueError):
    """A condition that makes no sense. field: which; its text says why, in the reader's language."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition. value: as written, several parted by a bar."""

    field: str
    operator: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.field}~{self.operator}~{self.value}" if self.value else f"{self.field}~{self.operator}"


def parse(written: Iterable[str]) -> list[Condition]:
    """Return conditions from field~operator~value. Raises BadCondition for what has no such form."""
    found = []
    for text in written:
        field, _tilde, rest = text.partition("~")
        operator, _tilde, value = rest.partition("~")
        if not field or operator not in OPERATORS:
            raise BadCondition(field, gettext("“%(text)s” is no condition.") % {"text": text[:80]})
        found.append(Condition(field=field, operator=operator, value=value.strip()))
    if len(found) > MOST_CONDITIONS:
        raise BadCondition("", gettext("At most %(most)s conditions.") % {"most": MOST_CONDITIONS})
    return found


def narrow(
    rows: QuerySet[Any], kind: Kind, conditions: Sequence[Condition], *, me: int | None, now: datetime
) -> QuerySet[Any]:
    """Return the rows that fulfil all conditions. me: whose "me" is. Raises BadCondition."""
    rows, fits = fitting(rows, kind, conditions, me=me, now=now)
    return rows.filter(fits) if fits else rows


def fitting(
    rows: QuerySet[Any], kind: Kind, conditions: Sequence[Condition], *, me: int | None, now: datetime
) -> tuple[QuerySet[Any], Q]:
    """Return the rows with what the conditions speak of, and the conditions as one. Raises BadCondition."""
    fits = Q()
    for number, condition in enumerate(conditions):
        field, asked = check(kind, condition, me=me)
        if field.matches is not None:
            fits &= field.matches(condition.operator, asked)
            continue
        name = f"f{number}"
        rows = rows.alias(**{name: kind.expression(field)})
        fits &= _as_q(name, field, condition.operator, asked, now)
    return rows, fits


def check(kind: Kind, condition: Condition, *, me: int | None = None) -> tuple[Field, Any]:
    """Return the field of a condition, and what is asked of it. Raises BadCondition."""
    try:
        field = kind.field(condition.field)
    except NoSuchField:
        raise BadCondition(
            condition.field, gettext("There is no field “%(key)s”.") % {"key": condition.field[:60]}
        ) from None
    can_be_asked = field.is_filterable and (field.column or field.inside or field.matches is not None)
    if not can_be_asked or condition.operator not in field.type.operators:
        raise BadCondition(
            condition.field, gettext("“%(label)s” cannot be asked that way.") % {"label": field.label}
        )
    return field, _asked(field, condition, me=me)


def _asked(field: Field, condition: Condition, *, me: int | None) -> Any:
    """Return the value, or the values, that a condition asks for, as a field of that type holds them."""
    operator, text = condition.operator, condition.value
    if operator in WITHOUT_VALUE:
        return None
    if not text:
        raise BadCondition(field.key, gettext("“%(label)s” needs a value.") % {"label": field.label})
    if operator in {"last_days", "next_days"}:
        if not text.isdecimal() or int(text) > _MOST_DAYS:
            raise BadCondition(field.key, gettext("A number of days is needed."))
        return int(text)
    if operator in {"contains", "begins"}:
        return text[:200]
    several = operator in {"any_of", "none_of", "has", "has_not", "between"}
    texts = [one.strip() for one in text.split("|") if one.strip()] if several else [text]
    if len(texts) > _MOST_VALUES:
        raise BadCondition(field.key, gettext("At most %(most)s values.") % {"most": _MOST_VALUES})
    if operator == "between" and len(texts) != 2:
        raise BadCondition(field.key, gettext("“Between” needs two values."))
    clean = types.BY_KEY["date"].clean if field.type.key == "moment" else field.type.clean
    values: list[Any] = []
    for one in texts:
        if field.type.key == "staff" and one == "me":
            values.append(me)
            continue
        try:
            held = clean([one] if field.type.key == "choices" else one, field.options)
        except types.BadValue as error:
            raise BadCondition(field.key, str(error)) from None
        values.append(held[0] if isinstance(held, list) else held)
    return values if several else values[0]


def _as_q(name: str, field: Field, operator: str, asked: Any, now: datetime) -> Q:
    if field.is_text_column:
        return _TEXT_COLUMN[operator](name, asked, now, field)
    if field.inside and not field.type.is_number:
        return _TEXT_INSIDE[operator](name, asked, now, field)
    if field.type.key == "moment":
        return _moment(name, operator, asked, now)
    return _COLUMN[operator](name, asked, now, field)


Make = Callable[[str, Any, datetime, Field], Q]


def _empty(name: str, asked: Any, now: datetime, field: Field) -> Q:
    if field.type.key == "choices":
        return Q(**{name: []})
    is_text = not field.type.is_number and field.type.key not in {"date", "moment", "flag"}
    return Q(**{f"{name}__isnull": True}) | (Q(**{name: ""}) if is_text else Q())


def _days(asked: int, now: datetime, *, ahead: bool) -> tuple[date, date]:
    today = timezone.localdate(now)
    return (today, today + timedelta(days=asked)) if ahead else (today - timedelta(days=asked), today)


_COLUMN: dict[str, Make] = {
    "is": lambda name, asked, now, field: Q(**{f"{name}__iexact" if isinstance(asked, str) else name: asked}),
    "is_not": lambda name, asked, now, field: ~Q(**{f"{name}__iexact": asked}),
    "contains": lambda name, asked, now, field: Q(**{f"{name}__icontains": asked}),
    "begins": lambda name, asked, now, field: Q(**{f"{name}__istartswith": asked}),
    "any_of": lambda name, asked, now, field: Q(**{f"{name}__in": asked}),
    "none_of": lambda name, asked, now, field: ~Q(**{f"{name}__in": asked}) | Q(**{f"{name}__isnull": True}),
    "has": lambda name, asked, now, field: _any(Q(**{f"{name}__icontains": f'"{one}"'}) for one in asked),
    "has_not": lambda name, asked, now, field: ~_any(Q(**{f"{name}__icontains": f'"{one}"'}) for one in asked),
    "at_least": lambda name, asked, now, field: Q(**{f"{name}__gte": asked}),
    "at_most": lambda name, asked, now, field: Q(**{f"{name}__lte": asked}),
    "between": lambda name, asked, now, field: Q(**{f"{name}__gte": min(asked), f"{name}__lte": max(asked)}),
    "on": lambda name, asked, now, field: Q(**{name: asked}),
    "before": lambda name, asked, now, field: Q(**{f"{name}__lt": asked}),
    "after": lambda name, asked, now, field: Q(**{f"{name}__gt": asked}),
    "last_days": lambda name, asked, now, field: _within(name, *_days(asked, now, ahead=False)),
    "next_days": lambda name, asked, now, field: _within(name, *_days(asked, now, ahead=True)),
    "empty": _empty,
    "filled": lambda name, asked, now, field: ~_empty(name, asked, now, field),
}  # fmt: skip

# What lies in JSON is compared in small letters, on both sides, so that the index of the expression is used.
_TEXT_INSIDE: dict[str, Make] = {
    **_COLUMN,
    "is": lambda name, asked, now, field: Q(**{name: _small(asked)}),
    "is_not": lambda name, asked, now, field: ~Q(**{name: _small(asked)}) | Q(**{f"{name}__isnull": True}),
    "contains": lambda name, asked, now, field: Q(**{f"{name}__icontains": asked}),
    "begins": lambda name, asked, now, field: Q(
        **{f"{name}__gte": _small(asked), f"{name}__lt": _small(asked + "\U0010ffff")}
    ),
    "any_of": lambda name, asked, now, field: Q(**{f"{name}__in": [_small(one) for one in asked]}),
    "none_of": lambda name, asked, now, field: ~Q(**{f"{name}__in": [_small(one) for one in asked]})
    | Q(**{f"{name}__isnull": True}),
    "empty": lambda name, asked, now, field: Q(**{f"{name}__isnull": True}),
    "filled": lambda name, asked, now, field: Q(**{f"{name}__gte": ""}),  # A range is read from the index.
    "has": lambda name, asked, now, field: _any(Q(**{f"{name}__contains": f'"{one.lower()}"'}) for one in asked),
    "has_not": lambda name, asked, now, field: ~_any(Q(**{f"{name}__contains": f'"{one.lower()}"'}) for one in asked)
    | Q(**{f"{name}__isnull": True}),
    "before": lambda name, asked, now, field: Q(**{f"{name}__lt": asked}),
    "between": lambda name, asked, now, field: Q(**{f"{name}__gte": min(asked), f"{name}__lte": max(asked)}),
}  # fmt: skip


_TEXT_COLUMN: dict[str, Make] = {
    **_TEXT_INSIDE,
    "empty": lambda name, asked, now, field: Q(**{f"{name}__isnull": True}) | Q(**{name: ""}),
    "filled": lambda name, asked, now, field: Q(**{f"{name}__gt": ""}),
}


def _moment(name: str, operator: str, asked: Any, now: datetime) -> Q:
    """Days of the reader's time zone, over a column of moments."""
    if operator in {"empty", "filled"}:
        return Q(**{f"{name}__isnull": operator == "empty"})
    if operator == "last_days":
        return Q(**{f"{name}__gte": now - timedelta(days=asked), f"{name}__lte": now})
    if operator == "next_days":
        return Q(**{f"{name}__gte": now, f"{name}__lte": now + timedelta(days=asked)})
    days = [date.fromisoformat(one) for one in (asked if isinstance(asked, list) else [asked])]
    first, last = _midnight(min(days)), _midnight(max(days) + timedelta(days=1))
    if operator == "before":
        return Q(**{f"{name}__lt": first})
    if operator == "after":
        return Q(**{f"{name}__gte": last})
    return Q(**{f"{name}__gte": first, f"{name}__lt": last})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())


def _within(name: str, first: date, last: date) -> Q:
    return Q(**{f"{name}__gte": first.isoformat(), f"{name}__lte": last.isoformat()})


def _small(text: Any) -> Any:
    if isinstance(text, bool):
        return "true" if text else "false"
    return Small(Value(str(text)[:200])) if isinstance(text, str) else text


def _any(conditions: Iterable[Q]) -> Q:
    found = Q()
    for condition in conditions:
        found |= condition
    return found


def expression_of(kind: Kind, key: str) -> tuple[Any, bool]:
    """Return what a list is sorted by, and whether it goes down: from "-amount". Raises BadCondition."""
    down, name = key.startswith("-"), key.lstrip("-")
    if name in {"id", "pk"}:
        return F("pk"), down
    try:
        field = kind.field(name)
    except NoSuchField:
        field = None
    if field is None or not field.is_sortable:
        raise BadCondition(name, gettext("A list cannot be sorted by “%(key)s”.") % {"key": name[:60]})
    return kind.expression(field), down

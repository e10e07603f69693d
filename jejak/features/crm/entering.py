"""Fields as staff enter them: one input for each type of field, and what comes back from it."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from jejak.features.crm.models import DealReason, DealStage
from jejak.records import kinds, listing
from jejak.records.changing import BadValues
from jejak.records.kinds import Field, Kind
from jejak.records.listing import Asked
from jejak.records.types import Value
from jejak.staff import scope
from jejak.staff.models import User

_MARK = re.compile(r"#(\d{1,18})\s*$")
_MOST_FOUND = 8


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input of a form. kind: text, area, date, moment, select, several or link. seen: what it held when shown."""

    field: Field
    kind: str
    value: str
    choices: list[tuple[str, Any, bool]]
    seen: str
    suggest: str = ""
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One field as it is read. link: where it leads, or ""."""

    field: Field
    text: str
    link: str
    may_change: bool


def shown(kind: Kind, record: Any, keys: Iterable[str], *, by: User, may_change: bool) -> list[Shown]:
    """Return fields of a record as they are read, with the names of what they link to, in a few queries."""
    fields = [kind.field(key) for key in keys]
    cells = listing.cells(kind, fields, [record], by=by)[0]
    return [
        Shown(
            field=field,
            text=cell.text,
            link=cell.link,
            may_change=may_change and field.is_editable,
        )
        for field, cell in zip(fields, cells, strict=True)
    ]


def inputs(
    kind: Kind,
    keys: Iterable[str],
    *,
    record: Any = None,
    given: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[Input]:
    """Return the inputs of some fields: what a record holds, or what was given and refused."""
    made = []
    for key in keys:
        field = kind.field(key)
        value = kind.value(record, field) if record is not None else None
        entered = str(given[key]) if given and key in given else None
        made.append(
            Input(
                field=field,
                kind=_KINDS.get(field.type.key, "text"),
                value=entered if entered is not None else _written(field, value),
                choices=_choices(field, value, entered, record),
                seen=json.dumps(value),
                suggest=reverse("crm:suggest", args=[field.links_to]) if field.links_to else "",
                error=(errors or {}).get(key, ""),
            )
        )
    return made


def entered(kind: Kind, keys: Iterable[str], data: QueryDict, *, by: User) -> dict[str, Any]:
    """Return what came back, for records.changing. Raises BadValues where a link cannot be told."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key in keys:
        field = kind.field(key)
        if field.type.key == "choices":
            values[key] = data.getlist(key) if field.options.choices else data.get(key, "")
        elif field.type.key == "record":
            try:
                values[key] = linked(field.links_to, data.get(key, ""), by=by)
            except LookupError as error:
                errors[key] = str(error.args[0])
        else:
            values[key] = data.get(key, "")
    if errors:
        raise BadValues(errors)
    return values


def seen(data: QueryDict, keys: Iterable[str]) -> dict[str, Value]:
    """Return what the fields held when they were shown, as far as the form says so."""
    held: dict[str, Value] = {}
    for key in keys:
        try:
            held[key] = json.loads(str(data[f"seen-{key}"]))
        except (KeyError, ValueError):
            continue
    return held


def linked(kind_key: str, text: str, *, by: User) -> int | None:
    """Return the id that "Toko Maju #12" names, or a title that only one record has. Raises LookupError."""
    text = text.strip()
    if not text:
        return None
    rows = reachable(kinds.kind(kind_key), by)
    if mark := _MARK.search(text):
        if rows.filter(pk=int(mark[1])).exists():
            return int(mark[1])
        raise LookupError(gettext("There is nothing with the id %(id)s.") % {"id": mark[1]})
    same = [pk for pk, title in suggestions(kind_key, text, by=by) if title.lower() == text.lower()]
    if len(same) == 1:
        return same[0]
    if same:
        raise LookupError(gettext("Several are called so. Choose one of the list."))
    raise LookupError(gettext("Nothing is called “%(text)s”. Choose one of the list.") % {"text": text[:60]})


def suggestions(kind_key: str, text: str, *, by: User) -> list[tuple[int, str]]:
    """Return the records that a text may mean: (id, title)."""
    kind = kinds.kind(kind_key)
    if not kind.allows(by, "view"):
        return []
    rows = listing.matching(kind, Asked(q=text), rows=reachable(kind, by), me=by.pk, now=timezone.now())
    ids = list(
        rows.order_by(*([kind.sort] if not kind.find else [])).values_list("pk", flat=True)[:_MOST_FOUND]
    )
    titles = listing.titles(kind, ids)
    return [(pk, titles[pk]) for pk in ids if pk in titles]


def reachable(kind: Kind, by: User) -> Any:
    """Return the records of a kind that somebody sees."""
    has_team = any(one.name == "team_key" for one in kind.model._meta.fields)
    return scope.limit(kind.rows(), by) if has_team else kind.rows()


_KINDS = {
    "long_text": "area",
    "date": "date",
    "moment": "moment",
    "choice": "select",
    "flag": "select",
    "staff": "select",
    "choices": "several",
    "record": "link",
}


def _written(field: Field, value: Value) -> str:
    if value is None:
        return ""
    if field.type.key == "record" and isinstance(value, int):
        title = listing.titles(kinds.kind(field.links_to), [value]).get(value, "")
        return f"{title} #{value}"
    if field.type.key == "moment":
        return timezone.localtime(field.type.load(value)).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _choices(field: Field, value: Value, entered: str | None, record: Any) -> list[tuple[str, Any, bool]]:
    key = field.type.key
    held = [str(one) for one in value] if isinstance(value, list) else [_written(field, value)]
    if key == "record" or (entered is not None and key != "choices"):
        held = [entered or ""]
    listed: list[tuple[str, Any]] = []
    if key == "flag":
        listed = [("", "–"), ("true", gettext("Yes")), ("false", gettext("No"))]
    elif key == "staff":
        staff = User.objects.filter(is_active=True).order_by("first_name", "username")
        listed = [("", "–"), *((str(one.pk), one.get_full_name() or one.get_username()) for one in staff)]
    elif key == "choice":
        listed = [("", "–"), *_standing(field, held)]
    elif key == "choices":
        listed = list(field.options.choices)
    return [(kept, label, kept in held) for kept, label in listed]


def _standing(field: Field, held: list[str]) -> Iterable[tuple[str, Any]]:
    """Stages and reasons that were put away are offered no more, except where one is held."""
    away: set[str] = set()
    if field.key == "stage":
        away = set(DealStage.objects.exclude(archived_at=None).values_list("key", flat=True))
    elif field.key == "reason":
        away = set(DealReason.objects.exclude(archived_at=None).values_list("key", flat=True))
    return [(key, label) for key, label in field.options.choices if key not in away or key in held]

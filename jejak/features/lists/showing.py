"""Records as a page shows them: heads, cells, conditions in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from jejak.features.lists.access import kind_or_404, link_to
from jejak.features.lists.asking import State
from jejak.records import filtering, listing, saying
from jejak.records.filtering import Condition
from jejak.records.kinds import Field, Kind
from jejak.records.listing import Cell
from jejak.staff.models import User


@dataclass(frozen=True, kw_only=True)
class Head:
    """The head of a column. link: the list sorted by it, or "". direction: as aria-sort says it."""

    key: str
    label: Any
    is_number: bool
    link: str = ""
    direction: str = ""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One value. how: text, pills, flag, email, phone, link, staff, record or moment."""

    how: str
    cell: Cell
    is_number: bool = False
    label: Any = ""
    key: str = ""

    @property
    def words(self) -> list[str]:
        """The single choices of a value that holds several."""
        return [one.strip() for one in self.cell.text.split(",") if one.strip()]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One record of a list."""

    pk: int
    title: str
    link: str
    cells: list[Shown]
    is_sample: bool = False


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A condition in words. gone: the query of the list without it. change: the query that opens it to be changed."""

    label: Any
    operator: Any
    value: str
    gone: str
    change: str


def heads(state: State) -> list[Head]:
    """Return the head of the title and those of the columns."""
    kind = state.kind
    sort = state.sort or kind.sort
    found = []
    for field in (title_field(kind), *state.fields):
        if field is None:
            found.append(Head(key="", label=kind.name, is_number=False))
            continue
        direction = {field.key: "ascending", f"-{field.key}": "descending"}
        other = f"-{field.key}" if sort == field.key else field.key
        link = f"?{state.changed(sort=other).query()}" if field.is_sortable else ""
        found.append(
            Head(
                key=field.key,
                label=field.label,
                is_number=_is_number(field),
                link=link,
                direction=direction.get(sort, ""),
            )
        )
    return found


def rows(kind: Kind, fields: Sequence[Field], records: Sequence[Any], *, by: User) -> list[Row]:
    """Return the rows of a list."""
    cells = listing.cells(kind, fields, records, by=by)
    return [
        Row(
            pk=record.pk,
            title=kind.label_of(record) or f"#{record.pk}",
            link=link_to(kind, record.pk),
            cells=[shown(field, cell) for field, cell in zip(fields, row, strict=True)],
            is_sample=bool(record.__dict__.get("is_sample")),
        )
        for record, row in zip(records, cells, strict=True)
    ]


def shown(field: Field, cell: Cell) -> Shown:
    """Return a value as the template shows it."""
    link = cell.link
    if field.type.key == "record" and field.show is None and not link and isinstance(cell.value, int):
        link = reverse("lists:record", args=[field.links_to, cell.value])
    how = {"choice": "pills", "choices": "pills"}.get(field.type.key, field.type.key)
    if how not in {"pills", "flag", "email", "phone", "link", "staff", "record", "long_text", "moment"}:
        how = "text"
    if field.show is not None:
        how = "text"
    return Shown(
        how=how,
        cell=Cell(value=cell.value, text=cell.text, link=link),
        is_number=_is_number(field),
        label=field.label,
        key=field.key,
    )


def chips(state: State, *, by: User) -> list[Chip]:
    """Return the conditions of a list in words."""
    return [
        Chip(
            label=state.kind.field(one.field).label,
            operator=saying.operator(one),
            value=value_in_words(state.kind.field(one.field), one, by=by),
            gone=state.without(number).query(),
            change=state.changed().query(f=one.field, at=number),
        )
        for number, one in enumerate(state.where)
    ]


def value_in_words(field: Field, condition: Condition, *, by: User) -> str:
    """Return what a condition asks for, as staff read it, with the names that they may see."""
    if not field.type.is_link or condition.operator in filtering.WITHOUT_VALUE:
        return saying.values(field, condition)
    texts = [one.strip() for one in condition.value.split("|") if one.strip()]
    names = _link_names(field, [int(one) for one in texts if one.isdecimal()], by)
    return ", ".join(gettext("me") if one == "me" else names.get(one, f"#{one}") for one in texts)


def title_field(kind: Kind) -> Field | None:
    """Return the field that a record is called by, where it is one."""
    return next((one for one in kind.fields if one.key == kind.title), None)


def _link_names(field: Field, ids: list[int], by: User) -> dict[str, str]:
    if field.type.key == "staff":
        staff = User.objects.filter(pk__in=ids)
        return {str(one.pk): one.get_full_name() or one.get_username() for one in staff}
    return {str(pk): title for pk, title in listing.titles_for(kind_or_404(field.links_to), ids, by).items()}


def _is_number(field: Field) -> bool:
    return field.type.key in {"number", "money"} and field.show is None

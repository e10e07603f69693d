"""The form in which a filter is made: a field, how it is asked, and for what."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jejak.features.lists import asking
from jejak.features.lists.asking import State
from jejak.records import filtering, forms
from jejak.records.filtering import BadCondition, Condition
from jejak.records.forms import staff_choices
from jejak.records.kinds import Field, Kind
from jejak.staff.models import User


@dataclass(frozen=True, kw_only=True)
class Builder:
    """A filter that is being made. condition: what came of it; None while something is missing.

    at: the number of the condition that it takes the place of. fault: why it makes no sense.
    """

    field: Field | None
    by: User
    operator: str = ""
    value: str = ""
    condition: Condition | None = None
    at: int | None = None
    fault: str = ""

    @property
    def operators(self) -> list[tuple[str, Any]]:
        return [(key, filtering.OPERATORS[key]) for key in self.field.type.operators] if self.field else []

    @property
    def how(self) -> str:
        """Which input the value takes: choices, record, flag, date, number or text."""
        if self.field is None:
            return ""
        key = self.field.type.key
        if key == "staff" or self.field.options.choices:
            return "choices"
        return {"moment": "date", "money": "number"}.get(key, key)

    @property
    def choices(self) -> list[tuple[str, Any, bool]]:
        """What can be chosen: (value, label, whether it is)."""
        if self.field is None:
            return []
        chosen = self.value.split("|")
        listed: list[tuple[str, Any]] = (
            [("me", _("me")), *staff_choices()]
            if self.field.type.key == "staff"
            else list(self.field.options.choices)
        )
        return [(key, label, key in chosen) for key, label in listed]

    @property
    def values(self) -> tuple[str, str]:
        first, _bar, second = self.value.partition("|")
        return first, second

    @property
    def link_text(self) -> str:
        is_one = self.field is not None and self.value.isdecimal()
        return forms.link_text(self.field, self.value, by=self.by) if is_one and self.field else self.value

    @property
    def link_url(self) -> str:
        return reverse("lists:choose", args=[self.field.links_to]) if self.field else ""


def fields(kind: Kind) -> list[tuple[str, Any]]:
    """Return what a list can be filtered by."""
    return [
        (field.key, field.label)
        for field in kind.fields
        if field.is_filterable and (field.column or field.inside or field.matches is not None)
    ]


def read(kind: Kind, given: QueryDict, *, by: User) -> Builder:
    """Return the filter that an address is making: f, o, v (several), v2, at."""
    field = asking.field_or_none(kind, given.get("f", ""))
    place = str(given.get("at", ""))
    at = int(place) if place.isdecimal() and len(place) < 4 else None
    built = Builder(field=field, by=by, at=at)
    if field is None:
        return built
    operator = given.get("o", "")
    if operator not in field.type.operators:
        where = given.getlist("where")
        if at is not None and at < len(where):
            first = _parsed(where[at])
            if first is not None and first.field == field.key:
                return replace(built, operator=first.operator, value=first.value)
        return built
    texts = [one.strip() for one in given.getlist("v") if one.strip()]
    if operator == "between" and str(given.get("v2", "")).strip():
        texts.append(str(given["v2"]).strip())
    if field.type.key == "record":
        texts = [found[1] if (found := forms.NUMBER_AT_END.search(one)) else one for one in texts]
    condition = Condition(
        field=field.key,
        operator=operator,
        value="" if operator in filtering.WITHOUT_VALUE else "|".join(texts),
    )
    try:
        filtering.check(kind, condition)
    except BadCondition as error:
        return replace(built, operator=operator, value=condition.value, fault=str(error))
    return replace(built, operator=operator, value=condition.value, condition=condition)


def added(state: State, built: Builder) -> State:
    """Return a list with the new filter, in the place of the one that it changes."""
    assert built.condition is not None
    where = list(state.where)
    if built.at is not None and built.at < len(where):
        where[built.at] = built.condition
    elif built.condition not in where:
        where.append(built.condition)
    return state.changed(where=tuple(where[: filtering.MOST_CONDITIONS]))


def _parsed(text: str) -> Condition | None:
    try:
        return filtering.parse([text])[0]
    except BadCondition:
        return None

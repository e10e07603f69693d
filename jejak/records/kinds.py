"""The kinds of records there are: those that features declare, and the own objects of the company.

A feature declares a kind in its records.py, which is found by itself:

    DEAL = records.register(Kind(key="deal", name=_("Deal"), plural=_("Deals"), icon="handshake", model=Deal, fields=(
        Field(key="title", label=_("Title"), type=types.BY_KEY["text"], column="title", is_required=True), …)))

From it alone come its list with filters, columns and saved views, its form, import, export and API.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db.models import Expression, F, Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _

from jejak.records.expressions import NumberInside, SmallColumn, TextInside
from jejak.records.models import OwnField, OwnObject, OwnRecord
from jejak.records.types import BY_KEY, Options, Type, Value
from jejak.staff import scope

Label = str | Promise


class NoSuchKind(LookupError):
    """No kind of record has this key."""


class NoSuchField(LookupError):
    """This kind of record has no field of this key."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a kind.

    column: the column that holds it, as the ORM names it; "" for an own field, or one that is only shown.
    inside: the path in the JSON of an own field. choices: asked each time, because they may change.
    show: what staff read, for many records at once: {id: text}; of a flag without a column, what it holds.
    matches: the condition as a Q, for a field that is no column: (operator, value) → Q.
    is_personal: whether it names people though it is no link to one: exports mask it.
    """

    key: str
    label: Label
    type: Type
    column: str = ""
    inside: tuple[str, ...] = ()
    is_own: bool = False
    is_required: bool = False
    is_editable: bool = True
    is_filterable: bool = True
    can_sort: bool = True
    help: Label = ""
    links_to: str = ""
    currency: str = ""
    currency_column: str = ""
    choices: tuple[tuple[str, Any], ...] | Callable[[], Sequence[tuple[str, Any]]] = ()
    longest: int = 400
    show: Callable[[Sequence[Any]], Mapping[int, str | bool]] | None = None
    matches: Callable[[str, Any], Q] | None = None
    is_personal: bool = False

    @property
    def options(self) -> Options:
        listed = self.choices() if callable(self.choices) else self.choices
        return Options(
            choices=tuple((key, label) for key, label in listed),
            currency=self.currency,
            kind=self.links_to,
            longest=self.longest,
        )

    @property
    def is_sortable(self) -> bool:
        has_place = bool(self.column or self.inside) and self.show is None
        return self.can_sort and self.type.is_sortable and has_place

    @property
    def is_text_column(self) -> bool:
        """Whether it is a column of text, which is compared and sorted in small letters."""
        return bool(self.column) and not self.inside and self.type.load(None) == ""


Write = Callable[..., None]
"""write(record, values, *, by, now): put checked values into a record and save it, with all that follows from it."""
Make = Callable[..., Any]
"""make(values, *, by, now) → record."""
MakeMany = Callable[..., list[int]]
"""make_many(several values, *, by, now) → the ids of the records."""
CheckMany = Callable[..., list[dict[str, str]]]
"""check_many(several values, *, by, earlier): why each new one cannot be made. earlier: what earlier ones have taken."""
Check = Callable[[Any, Mapping[str, Value]], None]
"""check(record, values): raise BadValues where checked values do not fit the record or one another; None for a new one."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of records.

    base: the rows that are records at all. json: the expression that own fields lie in.
    path: from a field's key to where its value lies in there. sort: the first order of a list.
    searched: columns that the search looks into; find: a search of its own, text → ids, best first.
    write, make: the verbs of the feature; where they are missing, columns are simply saved, into what `fresh` begins.
    check: a rule over several fields, asked before anything is written.
    make_many, write_many, check_many: the same for many at once, for kinds of which there are many.
    is_made_apart: whether nothing about a new record depends on others, so that many are simply inserted.
    unmaking: how records that were made go again, an unmaking.Unmaking; without it they are put away.
    is_scoped: whether staff who see only their teams' records see only theirs of these too.
    """

    key: str
    name: Label
    plural: Label
    icon: str
    model: type[Model]
    fields: tuple[Field, ...]
    title: str = "name"
    base: Callable[[], QuerySet[Any]] | None = None
    json: Callable[[], Expression | F] = lambda: F("own")
    path: Callable[[str], tuple[str, ...]] = lambda key: (key,)
    columns: tuple[str, ...] = ()
    sort: str = "-id"
    searched: tuple[str, ...] = ()
    find: Callable[[str, int], Sequence[int]] | None = None
    fresh: Callable[[datetime], Any] | None = None
    write: Write | None = None
    make: Make | None = None
    check: Check | None = None
    make_many: MakeMany | None = None
    write_many: Write | None = None
    check_many: CheckMany | None = None
    is_made_apart: bool = False
    unmaking: Callable[["Kind"], Any] | None = None
    read_own: Callable[[Any], Mapping[str, Value]] = lambda record: record.own
    label_of: Callable[[Any], str] = str
    link: Callable[[int], str] | None = None
    own_object: OwnObject | None = field(default=None, compare=False)
    takes_own_fields: bool = True
    permission_name: str = ""
    titles: Callable[[Iterable[int]], Mapping[int, str]] | None = None
    is_scoped: bool = True

    def permission(self, verb: str) -> str:
        """Return the permission that a verb needs: view, add, change or delete."""
        meta = self.model._meta
        return f"{meta.app_label}.{verb}_{self.permission_name or meta.model_name}"

    def allows(self, user: Any, verb: str) -> bool:
        return bool(user.has_perm(self.permission(verb)))

    def rows(self) -> QuerySet[Any]:
        """Return all records of this kind that have not been put away."""
        found = self.base() if self.base else self.model._default_manager.all()
        return found.filter(archived_at=None) if _has(self.model, "archived_at") else found

    def seen_by(self, user: Any) -> QuerySet[Any]:
        """Return the records that a member of staff may see: all of them, or those of their teams and their own."""
        return self.within(self.rows(), user)

    def within(self, rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
        """Return those of some rows, also ones put away or merged, that are in the reach of a member of staff."""
        if not self.is_scoped:
            return rows
        team = "team_key" if _has(self.model, "team_key") else ""
        return scope.limit(rows, user, team=team, owner="owner" if _has(self.model, "owner") else "")

    def field(self, key: str) -> Field:
        """Return one field. Raises NoSuchField."""
        for one in self.fields:
            if one.key == key:
                return one
        raise NoSuchField(key)

    def expression(self, held: Field) -> Any:
        """Return where a field's value lies, to filter and sort by it."""
        if held.is_text_column:
            return SmallColumn(F(held.column))
        if not held.inside:
            return F(held.column)
        inside = NumberInside if held.type.is_number else TextInside
        return inside(self.json(), held.inside)

    def value(self, record: Any, held: Field) -> Value:
        """Return what a record holds in a field."""
        if held.inside:
            return self.read_own(record).get(held.key)
        if not held.column:
            return None
        found: Any = record
        for part in held.column.split("__"):
            found = getattr(found, part, None)
        if isinstance(found, Model):
            found = found.pk
        return held.type.dump(found)


_registered: dict[str, Kind] = {}
_added: dict[str, list[Field]] = {}
_verbs: dict[str, dict[str, Any]] = {}
_is_found = False


def register(kind: Kind) -> Kind:
    """Declare a kind of records. Raises ValueError for a second one of the same key."""
    if kind.key in _registered:
        raise ValueError(f"Two kinds of records are called {kind.key!r}.")
    _registered[kind.key] = kind
    return kind


def extend(
    kind_key: str,
    *fields: Field,
    write: Write | None = None,
    check: Check | None = None,
    unmaking: Callable[["Kind"], Any] | None = None,
) -> None:
    """Add fields to a kind that another part of the house declares; and the verbs and the rule of who knows more of it."""
    _added.setdefault(kind_key, []).extend(fields)
    given = {"write": write, "check": check, "unmaking": unmaking}
    _verbs.setdefault(kind_key, {}).update({name: verb for name, verb in given.items() if verb is not None})


def kind(key: str) -> Kind:
    """Return a kind with the own fields that it has now. Raises NoSuchKind."""
    _find()
    if key in _registered:
        found = _registered[key]
        fields = (*found.fields, *_added.get(key, ()))
        return with_own_fields(replace(found, fields=fields, **_verbs.get(key, {})))
    own = OwnObject.objects.filter(key=key, archived_at=None).first()
    if own is None:
        raise NoSuchKind(key)
    return with_own_fields(_kind_of(own))


def declared() -> list[Kind]:
    """Return the kinds that features declare, without asking the database for own fields."""
    _find()
    return list(_registered.values())


def kinds() -> list[Kind]:
    """Return every kind, those of features first, then own objects by their plural."""
    _find()
    found = [replace(one, fields=(*one.fields, *_added.get(key, ()))) for key, one in _registered.items()]
    found += own_objects()
    fields: dict[str, list[OwnField]] = {}
    for one in OwnField.objects.filter(archived_at=None):
        fields.setdefault(one.kind, []).append(one)
    return [_with(kind, fields.get(kind.key, [])) for kind in found]


def own_objects() -> list[Kind]:
    """Return the kinds of own objects by their plural, without own fields: enough to list their titles."""
    return [_kind_of(one) for one in OwnObject.objects.filter(archived_at=None).order_by("plural", "pk")]


def with_own_fields(found: Kind) -> Kind:
    """Return a kind with the own fields that stand."""
    if not found.takes_own_fields:
        return found
    return _with(found, OwnField.objects.filter(kind=found.key, archived_at=None))


def _with(found: Kind, own: Iterable[OwnField]) -> Kind:
    if not found.takes_own_fields:
        return found
    return replace(found, fields=(*found.fields, *(_field_of(one, found) for one in own)))


def _field_of(own: OwnField, of: Kind) -> Field:
    return Field(
        key=own.key,
        label=own.label,
        type=BY_KEY[own.type],
        inside=of.path(own.key),
        is_own=True,
        is_required=own.is_required,
        help=own.help,
        links_to=own.links_to,
        currency=own.currency,
        choices=tuple((kept, shown) for kept, shown in own.choices),
    )


def _kind_of(own: OwnObject) -> Kind:
    text, record, staff, moment = (BY_KEY[key] for key in ("text", "record", "staff", "moment"))
    return Kind(
        key=own.key,
        name=own.name,
        plural=own.plural,
        icon=own.icon or "puzzle-piece",
        model=OwnRecord,
        own_object=own,
        title="title",
        base=lambda: OwnRecord.objects.filter(object=own),
        columns=("title", "person", "company", "owner", "changed_at"),
        sort="-created_at",
        searched=("title",),
        fields=(
            Field(key="title", label=own.title_label or _("Title"), type=text, column="title", is_required=True, longest=200),
            Field(key="person", label=_("Person"), type=record, column="person_id", links_to="person"),
            Field(key="company", label=_("Company"), type=record, column="company_id", links_to="company"),
            Field(key="owner", label=_("Owner"), type=staff, column="owner_id"),
            Field(key="tags", label=_("Tags"), type=BY_KEY["choices"], column="tags"),
            Field(key="created_at", label=_("Made"), type=moment, column="created_at", is_editable=False),
            Field(key="changed_at", label=_("Changed"), type=moment, column="changed_at", is_editable=False),
        ),
        fresh=lambda now: OwnRecord(object=own, created_at=now, changed_at=now),
        is_made_apart=True,
    )  # fmt: skip


def _find() -> None:
    global _is_found
    if _is_found:
        return
    _is_found = True
    import_module("jejak.records.people")
    import_module("jejak.records.people_quality")
    import_module("jejak.records.unmaking_people")
    for config in apps.get_app_configs():
        if config.name.startswith("jejak.") and module_has_submodule(config.module, "records"):
            import_module(f"{config.name}.records")


def _has(model: type[Model], column: str) -> bool:
    return any(one.name == column for one in model._meta.fields)

"""What a list shows, as its address and its views say it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.http import urlencode

from jejak.records import filtering
from jejak.records.filtering import BadCondition, Condition
from jejak.records.kinds import Field, Kind, NoSuchField
from jejak.records.listing import Asked
from jejak.records.models import View
from jejak.staff.models import User

MOST_COLUMNS = 20
LONGEST_SEARCH = 200
_OWN_SHOWN = 6
_OWN = ""
"""The name of the view that keeps how somebody likes a list; it is no tab."""


@dataclass(frozen=True, kw_only=True)
class State:
    """What somebody asked of a list. faults: what of it made no sense and was left out, in words."""

    kind: Kind
    where: tuple[Condition, ...] = ()
    q: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    view: View | None = None
    is_changed: bool = False
    faults: tuple[str, ...] = ()

    @property
    def asked(self) -> Asked:
        return Asked(where=self.where, q=self.q, sort=self.sort)

    @property
    def fields(self) -> list[Field]:
        """The columns behind the title."""
        return [self.kind.field(key) for key in self.columns]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.where or self.q)

    def query(self, **more: Any) -> str:
        """Return the query of an address that shows the same."""
        pairs: list[tuple[str, Any]] = []
        if self.view is not None:
            pairs.append(("view", self.view.pk))
        if self.is_changed or self.view is None:
            pairs += [("where", str(condition)) for condition in self.where]
            pairs += [(name, value) for name, value in (("q", self.q), ("sort", self.sort)) if value]
            pairs.append(("own", "1"))
        pairs += [(name, value) for name, value in more.items() if value not in (None, "")]
        return urlencode(pairs)

    def changed(self, **to: Any) -> "State":
        """Return the same list, asked otherwise."""
        return replace(self, is_changed=True, **to)

    def without(self, number: int) -> "State":
        """Return the list without one of its conditions."""
        return self.changed(where=tuple(one for at, one in enumerate(self.where) if at != number))

    def kept(self) -> dict[str, Any]:
        """Return what a saved view keeps."""
        return {
            "where": [str(condition) for condition in self.where],
            "q": self.q,
            "sort": self.sort,
            "columns": list(self.columns),
        }


def read(kind: Kind, user: User, given: QueryDict) -> State:
    """Return what an address asks of a list. Nothing asked means how this member of staff likes it."""
    likes = liked(kind, user)
    chosen = given.get("view", "")
    is_own = any(name in given for name in ("where", "q", "sort", "own"))
    if not is_own and "view" not in given:
        chosen = str(likes.get("opens") or "")
    view = None
    if chosen.isdecimal() and len(chosen) < 19:
        view = views(kind, user).filter(pk=int(chosen)).first()
    held: Mapping[str, Any] = view.asked if view is not None and not is_own else {}
    written = given.getlist("where") if is_own else held.get("where", [])
    where, faults = _conditions(kind, written)
    sort = str(given.get("sort", "") if is_own else held.get("sort", ""))
    if sort:
        try:
            filtering.expression_of(kind, sort)
        except BadCondition as error:
            sort, faults = "", [*faults, str(error)]
    own_columns = likes.get("columns", {}).get(str(view.pk) if view else "")
    columns = own_columns or (view.asked.get("columns") if view else None)
    return State(
        kind=kind,
        where=tuple(where),
        q=" ".join(str(given.get("q", "") if is_own else held.get("q", "")).split())[:LONGEST_SEARCH],
        sort=sort,
        columns=columns_of(kind, columns),
        view=view,
        is_changed=is_own,
        faults=tuple(faults),
    )


def columns_of(kind: Kind, keys: Iterable[str] | None) -> tuple[str, ...]:
    """Return the columns behind the title that there are, in the given order; the kind's own where none are given."""
    known = {field.key for field in kind.fields} - {kind.title}
    if keys is None:
        own = [field.key for field in kind.fields if field.is_own] if kind.own_object else []
        keys = [*kind.columns[:-1], *own[:_OWN_SHOWN], *kind.columns[-1:]]
    wanted = [key for key in keys if key in known]
    return tuple(dict.fromkeys(wanted))[:MOST_COLUMNS]


def views(kind: Kind, user: User) -> Any:
    """Return the saved views that somebody sees: their own, and those for everybody."""
    return View.objects.filter(Q(by=user) | Q(is_shared=True), kind=kind.key).exclude(name=_OWN)


def liked(kind: Kind, user: User) -> dict[str, Any]:
    """Return how somebody likes a list: {"opens": a view's id, "columns": {a view's id or "": [keys]}}."""
    own = View.objects.filter(kind=kind.key, by=user, name=_OWN).values_list("asked", flat=True).first()
    return own or {}


def like(
    kind: Kind, user: User, *, columns: Mapping[str, list[str]] | None = None, opens: int | None = None
) -> None:
    """Keep how somebody likes a list."""
    own, _is_new = View.objects.get_or_create(kind=kind.key, by=user, name=_OWN)
    if columns is not None:
        own.asked["columns"] = own.asked.get("columns", {}) | columns
    if opens is not None:
        own.asked["opens"] = opens
    own.save(update_fields=["asked"])


def _conditions(kind: Kind, written: Iterable[str]) -> tuple[list[Condition], list[str]]:
    """Return the conditions that make sense, and what is wrong with the others."""
    found: list[Condition] = []
    faults: list[str] = []
    for text in list(written)[: filtering.MOST_CONDITIONS]:
        try:
            one = filtering.parse([str(text)])[0]
            filtering.check(kind, one)
        except BadCondition as error:
            faults.append(str(error))
        else:
            found.append(one)
    return found, faults


def field_or_none(kind: Kind, key: str) -> Field | None:
    """Return a field that can be asked for, or None."""
    try:
        field = kind.field(key)
    except NoSuchField:
        return None
    return field if field.is_filterable else None

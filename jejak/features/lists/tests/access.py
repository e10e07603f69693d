"""Who may see and do what with records of the kinds that an install begins with."""

from datetime import UTC, datetime

from tests.access import (
    ADMINISTRATOR,
    ANALYST,
    EVERYBODY,
    LEAD,
    MARKETING,
    SUPPORT,
    Rule,
    endpoint,
    page,
    post,
)

_SEE = (LEAD, SUPPORT, MARKETING, ANALYST)
_CHANGE = (LEAD, SUPPORT, MARKETING)
_EXPORT = (LEAD, MARKETING, ANALYST)


def _kind():
    return {"kind": "company"}


def _company():
    from jejak.records import changing, kinds

    return changing.make(
        kind=kinds.kind("company"),
        values={"name": "Toko Ayu"},
        by=None,
        now=datetime(2026, 11, 2, tzinfo=UTC),
    )


def _record():
    return _kind() | {"record_id": _company().pk}


def _own_record():
    from jejak.features.lists.tests.makers import make, make_vehicle

    return {"kind": "vehicle", "record_id": make(make_vehicle(), "B 1").pk}


def _field():
    return _record() | {"key": "name"}


def _change():
    from jejak.records import changing, kinds
    from jejak.records.models import Change

    # Of a name: what others made is undone by those only who may put it away.
    changing.change(
        kind=kinds.kind("company"),
        record=_company(),
        values={"name": "Toko Budi"},
        by=None,
        now=datetime(2026, 11, 2, tzinfo=UTC),
    )
    return _kind() | {"change_id": Change.objects.latest("pk").pk}


def _vehicle():
    from jejak.features.lists.tests.makers import make_vehicle

    make_vehicle()
    return {"kind": "vehicle"}


def _own_field():
    from jejak.records.models import OwnField

    return _vehicle() | {"field_id": OwnField.objects.latest("pk").pk}


def _view():
    return _kind() | {"view_id": 0}


def _endpoints(one, several, change, archive, *, of_kind=False):
    """The five endpoints that a kind has, two at one address and three at another."""
    kind = _kind() if of_kind else {}

    def rule(method, may):
        there = {} if method == "post" else {"record_id": 999_999}
        return Rule(
            get=frozenset({ADMINISTRATOR, *_SEE}),
            change=frozenset({ADMINISTRATOR, *may}),
            method=method,
            api=True,
            make=lambda: kind | there,
        )

    return {
        f"api:list_{several}": rule("post", change),
        f"api:make_{one}": rule("post", change),
        f"api:get_{one}": rule("patch", change),
        f"api:change_{one}": rule("patch", change),
        f"api:archive_{one}": rule("delete", archive),
    }


ACCESS = {
    "lists:list": page(*_SEE, make=_kind),
    "lists:count": page(*_SEE, make=_kind),
    "lists:condition": page(*_SEE, make=_kind),
    "lists:columns": post(*_SEE, make=_kind),
    "lists:make_view": post(*_SEE, make=_kind),
    "lists:change_view": post(*_SEE, make=_view),
    "lists:choose": page(*_SEE, make=_kind),
    "lists:twins": page(*_SEE, make=_kind),
    "lists:bulk": page(*_CHANGE, make=_kind),
    "lists:changes": page(*_SEE, make=_kind),
    "lists:change": page(*_SEE, make=_change),
    "lists:undo": post(*_CHANGE, make=_change),
    "lists:import": page(*_CHANGE, make=_kind),
    "lists:csv": page(*_EXPORT, make=_kind),
    "lists:vcf": page(LEAD, MARKETING, ANALYST, make=lambda: {"kind": "person"}),
    "lists:new": page(*_CHANGE, make=_kind),
    "lists:record": page(*_SEE, make=_own_record),
    "lists:edit": page(*_CHANGE, make=_record),
    "lists:field": page(*_CHANGE, make=_field),
    "lists_fields:objects": page(LEAD),
    "lists_fields:new_object": page(LEAD),
    "lists_fields:object": page(LEAD, make=_vehicle),
    "lists_fields:fields": page(LEAD, make=_kind),
    "lists_fields:new": page(LEAD, make=_kind),
    "lists_fields:field": page(LEAD, make=_own_field),
    "lists:people": page(*_SEE),
    "lists:import_one": page(*_CHANGE, make=lambda: _kind() | {"work_id": 999_999}),
    "lists:import_columns": page(*_CHANGE, make=lambda: _kind() | {"work_id": 999_999}),
    "lists:import_rejects": page(*_CHANGE, make=lambda: _kind() | {"work_id": 999_999}),
    "lists:work": page(*_SEE, make=lambda: _kind() | {"work_id": 999_999}),
    "api:list_kinds": endpoint(*EVERYBODY),
    "api:write_records": endpoint(*_CHANGE, method="post", make=_kind),
    "api:list_record_changes": endpoint(*_SEE, make=_record),
    "api:undo_change": endpoint(*_CHANGE, method="post", make=lambda: {"change_id": _change()["change_id"]}),
    **_endpoints("record", "records", _CHANGE, (LEAD,), of_kind=True),
    **_endpoints("person", "people", _CHANGE, ()),
    **_endpoints("company", "companies", _CHANGE, (LEAD,)),
    **_endpoints("deal", "deals", (LEAD, SUPPORT), (LEAD,)),
    **_endpoints("product", "products", (LEAD, SUPPORT), (LEAD,)),
    **_endpoints("task", "tasks", _CHANGE, (LEAD, SUPPORT)),
    **_endpoints("meeting", "meetings", _CHANGE, (LEAD, SUPPORT)),
}

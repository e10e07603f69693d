"""The REST API of records: one set of endpoints for every kind, and friendlier addresses for those that all have.

GET   /api/v1/records/vehicle?where=brand~any_of~toyota&sort=-price
POST  /api/v1/people   {"values": {"name": "Siti", "email": "siti@contoh.id"}}
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Field, Path, Query, Schema, Status

from jejak import api
from jejak.api.callers import TokenAuth
from jejak.features.lists import journal, works
from jejak.features.lists.access import PERSONAL, link_to
from jejak.people.models import Handle
from jejak.people.trails import of_roots
from jejak.records import changing, filtering, kinds, listing, unmaking
from jejak.records.filtering import BadCondition
from jejak.records.kinds import Kind, NoSuchField, NoSuchKind
from jejak.records.models import Change, ChangedRecord
from jejak.staff import audit, tokens

Values = dict[str, Any]
KindKey = Annotated[str, Path(pattern="^[a-z][a-z0-9_-]*$", max_length=60, description="See /kinds.")]

_ALIASES = {
    "person": ("people", _("Read people"), _("Add and change people")),
    "company": ("companies", _("Read companies"), _("Add and change companies")),
    "deal": ("deals", _("Read deals"), _("Add and change deals")),
    "task": ("tasks", _("Read tasks"), _("Add and change tasks")),
    "product": ("products", _("Read products"), _("Add and change products")),
    "meeting": ("meetings", _("Read meetings"), _("Add and change meetings")),
}
_OTHERS = "records"
READ_RECORDS = api.scope("records:read", _("Read own records"))
WRITE_RECORDS = api.scope("records:write", _("Add and change own records"))
for _what, _reads, _writes in _ALIASES.values():
    api.scope(f"{_what}:read", _reads)
    api.scope(f"{_what}:write", _writes)

MOST_IN_BATCH = 100
_TOLD = {"type": ["string", "null"]}

records = api.router("records", "Records")
kinds_router = api.router("kinds", "Records")
changes = api.router("changes", "Records")


class Which(Schema):
    """Which records, in which order, with which fields."""

    where: list[str] = Field(
        default_factory=list,
        max_length=filtering.MOST_CONDITIONS,
        description="“field~operator~value”, several times; see /kinds for fields and operators. "
        "Several values are parted by a bar: “stage~any_of~won|lost”.",
    )
    q: str = Field("", max_length=200, description="Search.")
    sort: str = Field(
        "", max_length=60, description="A field's key; with a minus before it, from the highest down."
    )
    fields: str = Field("", max_length=2000, description="Only these fields, parted by commas.")
    limit: int = Field(50, ge=1, le=200)
    cursor: str = Field("", max_length=2000, description="“next” of the page before.")


class HandleOut(Schema):
    """Something a person is recognised by."""

    kind: str
    value: str


class RecordOut(Schema):
    """One record. values: what its fields hold, by their keys; see /kinds for the schema of each."""

    id: int
    kind: str
    title: str
    url: str = Field(description="Its page in the back office.")
    values: Values
    handles: list[HandleOut] | None = Field(None, description="Of a person: what they are recognised by.")


class RecordPage(Schema):
    """Some records, and where the following ones are."""

    items: list[RecordOut]
    next: str | None = Field(description="The cursor of the page after this one; null at the end.")
    looked_at: int = Field(
        description="Not 0: the page ended after looking at so many records, to stay quick; the next goes on there."
    )


class RecordIn(Schema):
    """What fields are to hold, by their keys. null empties a field."""

    values: Values = Field(max_length=200)


class RecordChange(RecordIn):
    """What fields are to hold from now on; what is not named stays."""

    seen: Values | None = Field(
        None,
        max_length=200,
        description="What the fields held when you read them: 409 where somebody else changed one since.",
    )


class BatchItem(RecordIn):
    """One record to make, or, with an id, to change."""

    id: api.Id | None = None


class Batch(Schema):
    """Up to 100 records, each for itself: what is wrong with one hinders no other."""

    items: list[BatchItem] = Field(min_length=1, max_length=MOST_IN_BATCH)


class FaultOut(Schema):
    """What is wrong with a value."""

    pointer: str
    detail: str
    value: Any = None


class BatchResult(Schema):
    """What came of one item."""

    status: str = Field(description="made, changed, same or refused.")
    id: int | None
    errors: list[FaultOut]


class BatchOut(Schema):
    """What came of each item, in the order they were sent."""

    items: list[BatchResult]


class ChoiceOut(Schema):
    """One of a list."""

    value: str
    label: str


class FieldOut(Schema):
    """One field of a kind."""

    key: str
    label: str
    type: str
    value_schema: dict[str, Any] = Field(description="The JSON schema of its values.")
    choices: list[ChoiceOut]
    links_to: str = Field(description="The kind that a link leads to; “” for none.")
    currency: str
    is_own: bool
    is_required: bool
    is_editable: bool
    is_sortable: bool
    operators: list[str] = Field(description="How it can be asked for in “where”.")


class KindOut(Schema):
    """One kind of records."""

    key: str
    name: str
    plural: str
    is_own: bool = Field(description="Whether it is an own object of this company.")
    title: str = Field(description="The field that a record is called by.")
    fields: list[FieldOut]


class KindsOut(Schema):
    """Every kind that you may read."""

    items: list[KindOut]


class ChangeOut(Schema):
    """One deed on a record."""

    id: int
    verb: str = Field(description="made, changed, archived or imported.")
    by: str
    at: datetime
    records: int = Field(description="How many records the deed changed in all.")
    before: Values
    after: Values
    undone_at: datetime | None
    kept_for: str = Field(description="Why undoing left this record as it is; empty where it did not.")


class UndoneOut(Schema):
    """What an undoing did."""

    restored: int
    kept: list[int] = Field(description="Records that were touched since, and so stay as they are.")


class KindAuth(TokenAuth):
    """Ask of whoever calls what the kind in the address needs for a verb, before the body is looked at."""

    def __init__(self, verb: str) -> None:
        super().__init__("", ())
        self.verb = verb

    def __call__(self, request: HttpRequest) -> Any:
        user = super().__call__(request)
        match = request.resolver_match
        if match is not None:
            _kind(request, match.kwargs["kind"], self.verb)  # type: ignore[arg-type]
        return user


@kinds_router.get("", response=KindsOut, auth=api.needs())
def list_kinds(request: api.Request) -> dict[str, Any]:
    """Return the kinds of records that you may read, with the schema of their fields, own ones among them."""
    readable = [
        kind
        for kind in kinds.kinds()
        if kind.allows(request.user, "view") and _has_scope(request, kind, "read")
    ]
    return {"items": [_kind_out(kind) for kind in readable]}


@records.get("/{slug:kind}", response=RecordPage, auth=KindAuth("view"))
def list_records(request: api.Request, kind: KindKey, which: Query[Which]) -> dict[str, Any]:
    """Return records of a kind."""
    return _list(request, _kind(request, kind, "view"), which)


@records.post("/{slug:kind}", response={201: RecordOut}, auth=KindAuth("add"))
def make_record(request: api.Request, kind: KindKey, given: RecordIn) -> Status[Any]:
    """Make a record."""
    return _make(request, _kind(request, kind, "add"), given)


@records.post("/{slug:kind}/batch", response=BatchOut, auth=KindAuth("change"))
def write_records(request: api.Request, kind: KindKey, given: Batch) -> dict[str, Any]:
    """Make and change up to 100 records, each for itself."""
    return _batch(request, _kind(request, kind, "change"), given)


@records.get("/{slug:kind}/{int:record_id}", response=RecordOut, auth=KindAuth("view"))
def get_record(request: api.Request, kind: KindKey, record_id: int) -> dict[str, Any]:
    """Return one record."""
    return _get(request, _kind(request, kind, "view"), record_id)


@records.patch("/{slug:kind}/{int:record_id}", response=RecordOut, auth=KindAuth("change"))
def change_record(request: api.Request, kind: KindKey, record_id: int, given: RecordChange) -> dict[str, Any]:
    """Change one record."""
    return _change(request, _kind(request, kind, "change"), record_id, given)


@records.delete("/{slug:kind}/{int:record_id}", response={204: None}, auth=KindAuth("delete"))
def archive_record(request: api.Request, kind: KindKey, record_id: int) -> Status[None]:
    """Put one record away. It can be brought back by undoing the change."""
    return _archive(request, _kind(request, kind, "delete"), record_id)


@records.get("/{slug:kind}/{int:record_id}/changes", response=api.Page[ChangeOut], auth=KindAuth("view"))
def list_record_changes(
    request: api.Request, kind: KindKey, record_id: int, paging: Query[api.Paging]
) -> dict[str, Any]:
    """Return what was done to a record by hand, the newest first."""
    return _changes(request, _kind(request, kind, "view"), record_id, paging)


@changes.post("/{int:change_id}/undo", response=UndoneOut, auth=api.needs())
def undo_change(request: api.Request, change_id: int) -> dict[str, Any]:
    """Undo a change. 409 where it was undone before, or where something must come first: undo it again later then."""
    change = Change.objects.filter(pk=_id(change_id)).first()
    if change is None:
        raise Http404
    kind = _kind(request, change.kind, journal.verb_of_undoing(change, request.user))
    if not journal.changes(kind, request.user).filter(pk=change.pk).exists():
        raise Http404
    try:
        undone = works.undo(change=change, by=request.user, now=datetime.now(UTC))
    except changing.UndoneAlready:
        raise api.Problem(409, "This change was undone before.", code="undone") from None
    except changing.NotNow as error:
        raise api.Problem(409, str(error), code="not_now") from None
    if kind.key in PERSONAL:
        audit.note(
            request, audit.UNDID, kind=kind.key, detail={"change": change.pk, "records": undone.restored}
        )
    return {"restored": undone.restored, "kept": undone.kept}


def _list(request: api.Request, kind: Kind, which: Which) -> dict[str, Any]:
    try:
        asked = listing.Asked(where=tuple(filtering.parse(which.where)), q=which.q.strip(), sort=which.sort)
        piece = listing.piece(
            kind,
            asked,
            rows=kind.seen_by(request.user),
            me=request.user.pk,
            now=datetime.now(UTC),
            after=which.cursor,
            limit=which.limit,
        )
    except BadCondition as error:
        names = {"cursor": "cursor"}
        parameter = "sort" if error.field == which.sort.lstrip("-") and which.sort else "where"
        fault = {"parameter": names.get(error.field, parameter), "detail": str(error)}
        raise api.Problem(422, "The request does not fit.", code="invalid", errors=[fault]) from None
    if kind.key in PERSONAL:
        audit.note(request, audit.SEARCHED, kind=kind.key, detail={"records": len(piece.records)})
    request.next_cursor = piece.following or None
    return {
        "items": _out(kind, piece.records, which.fields),
        "next": piece.following or None,
        "looked_at": piece.looked_at,
    }


def _get(request: api.Request, kind: Kind, record_id: int) -> dict[str, Any]:
    record = _record(request, kind, record_id)
    if kind.key in PERSONAL:
        audit.note(request, audit.SAW, kind=kind.key, record_id=record.pk, title=str(record))
    return _out(kind, [record])[0]


def _make(request: api.Request, kind: Kind, given: RecordIn) -> Status[Any]:
    try:
        record = changing.make(kind=kind, values=given.values, by=request.user, now=datetime.now(UTC))
    except changing.BadValues as error:
        raise _unfit(error, given.values) from None
    except changing.NotMade:
        raise api.Problem(409, "Records of this kind are not made by hand.", code="not_made") from None
    if kind.key in PERSONAL:
        audit.note(request, audit.ADDED, kind=kind.key, record_id=record.pk, title=str(record))
    return Status(201, _written(request, kind, record, given.values))


def _change(request: api.Request, kind: Kind, record_id: int, given: RecordChange) -> dict[str, Any]:
    record = _record(request, kind, record_id)
    try:
        change = changing.change(
            kind=kind,
            record=record,
            values=given.values,
            seen=given.seen,
            by=request.user,
            now=datetime.now(UTC),
        )
    except changing.BadValues as error:
        raise _unfit(error, given.values) from None
    except changing.ChangedMeanwhile:
        raise api.Problem(409, "Somebody changed this record meanwhile.", code="changed") from None
    if change is not None and kind.key in PERSONAL:
        detail = {"fields": sorted(given.values)}
        audit.note(
            request, audit.CHANGED, kind=kind.key, record_id=record.pk, title=str(record), detail=detail
        )
    return _written(request, kind, _record(request, kind, record_id), given.values)


def _archive(request: api.Request, kind: Kind, record_id: int) -> Status[None]:
    record = _record(request, kind, record_id)
    try:
        rows = kind.rows().filter(pk=record.pk)
        changing.archive_many(kind=kind, rows=rows, by=request.user, now=datetime.now(UTC))
    except changing.NotMade:
        raise api.Problem(409, "Records of this kind are not put away.", code="kept") from None
    return Status(204, None)


def _batch(request: api.Request, kind: Kind, given: Batch) -> dict[str, Any]:
    if any(item.id is None for item in given.items):
        _kind(request, kind.key, "add")
    results = [_one_of_batch(request, kind, item, number) for number, item in enumerate(given.items)]
    if kind.key in PERSONAL:
        done = sum(1 for result in results if result["status"] in {"made", "changed"})
        audit.note(request, audit.CHANGED, kind=kind.key, detail={"records": done})
    return {"items": results}


def _one_of_batch(request: api.Request, kind: Kind, item: BatchItem, number: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    try:
        with transaction.atomic():
            if item.id is None:
                made = changing.make(kind=kind, values=item.values, by=request.user, now=now)
                return {"status": "made", "id": made.pk, "errors": []}
            record = _record(request, kind, item.id)
            change = changing.change(kind=kind, record=record, values=item.values, by=request.user, now=now)
            return {"status": "changed" if change else "same", "id": record.pk, "errors": []}
    except changing.BadValues as error:
        faults = _faults(error, item.values, f"/items/{number}")
    except changing.NotMade:
        faults = [{"pointer": f"#/items/{number}", "detail": "Records of this kind are not made by hand."}]
    except Http404:
        faults = [
            {
                "pointer": f"#/items/{number}/id",
                "detail": "There is no such record, or it is out of your reach.",
            }
        ]
    return {"status": "refused", "id": item.id, "errors": faults}


def _changes(request: api.Request, kind: Kind, record_id: int, paging: api.Paging) -> dict[str, Any]:
    record = _record(request, kind, record_id)
    rows = ChangedRecord.objects.filter(kind=kind.key, record_id=record.pk).select_related("change__by")
    told = api.page(request, rows, order="-pk", paging=paging)
    told["items"] = [
        {
            "id": row.change_id,
            "verb": row.change.verb,
            "by": row.change.by.get_username() if row.change.by else "",
            "at": row.change.at,
            "records": row.change.records,
            "before": row.before,
            "after": row.after,
            "undone_at": row.change.undone_at,
            "kept_for": unmaking.why(row.kept_for),
        }
        for row in told["items"]
    ]
    return told


def _kind(request: api.Request, key: str, verb: str) -> Kind:
    """Return a kind that whoever calls may do something with. Raises Http404, Problem."""
    try:
        kind = kinds.kind(key)
    except NoSuchKind:
        raise Http404 from None
    right = "read" if verb == "view" else "write"
    if not _has_scope(request, kind, right):
        scope = _scope(kind, right)
        raise api.Problem(403, f"This token lacks the scope {scope}.", code="scope_missing", scope=scope)
    if not kind.allows(request.user, verb):
        permission = kind.permission(verb)
        raise api.Problem(
            403,
            f"The role of {request.user.get_username()} lacks the permission {permission}.",
            code="not_allowed",
            permission=permission,
        )
    return kind


def _has_scope(request: api.Request, kind: Kind, right: str) -> bool:
    return request.token is None or tokens.has(request.token, _scope(kind, right))


def _scope(kind: Kind, right: str) -> str:
    return f"{_ALIASES[kind.key][0] if kind.key in _ALIASES else _OTHERS}:{right}"


def _record(request: api.Request, kind: Kind, record_id: int) -> Any:
    record = kind.seen_by(request.user).filter(pk=_id(record_id)).first()
    if record is None:
        raise Http404
    return record


def _id(given: int) -> int:
    if not 0 < given < 2**63:
        raise Http404
    return given


def _out(kind: Kind, found: list[Any], only: str = "") -> list[dict[str, Any]]:
    keys = [key.strip() for key in only.split(",") if key.strip()]
    try:
        fields = [kind.field(key) for key in keys] if keys else list(kind.fields)
    except NoSuchField as error:
        fault = {"parameter": "fields", "detail": f"There is no field “{str(error)[:60]}”."}
        raise api.Problem(422, "The request does not fit.", code="invalid", errors=[fault]) from None
    shown = {field.key: field.show(found) for field in fields if field.show is not None and not field.column}
    handles: dict[int, list[dict[str, str]]] = {}
    if kind.key == "person":
        ids = [record.pk for record in found]
        held = Handle.objects.filter(person__in=of_roots(ids))
        for root, person, name, value in held.order_by("pk").values_list(
            "person__root_id", "person_id", "kind", "value"
        ):
            handles.setdefault(root or person, []).append({"kind": name, "value": value})
    return [
        {
            "id": record.pk,
            "kind": kind.key,
            "title": kind.label_of(record) or "",
            "url": link_to(kind, record.pk),
            "values": {
                field.key: shown[field.key].get(record.pk)
                if field.key in shown
                else kind.value(record, field)
                for field in fields
            },
            "handles": handles.get(record.pk, []) if kind.key == "person" else None,
        }
        for record in found
    ]


def _is_told(field: kinds.Field) -> bool:
    """Whether a field holds words that were put together, such as the names of a person's companies."""
    return field.show is not None and not field.column and field.type.key != "flag"


def _written(request: api.Request, kind: Kind, record: Any, values: Values) -> dict[str, Any]:
    """Return a record as it is now; to a token that may write and not read, only what it wrote."""
    if _has_scope(request, kind, "read") and kind.allows(request.user, "view"):
        return _out(kind, [record])[0]
    known = {field.key for field in kind.fields}
    told = _out(kind, [record], ",".join(key for key in values if key in known) or kind.fields[0].key)[0]
    return told | {
        "title": "",
        "handles": None,
        "values": {key: told["values"][key] for key in values if key in told["values"]},
    }


def _kind_out(kind: Kind) -> dict[str, Any]:
    return {
        "key": kind.key,
        "name": str(kind.name),
        "plural": str(kind.plural),
        "is_own": kind.own_object is not None,
        "title": kind.title,
        "fields": [
            {
                "key": field.key,
                "label": str(field.label),
                "type": field.type.key,
                "value_schema": _TOLD if _is_told(field) else field.type.schema(field.options),
                "choices": [{"value": value, "label": str(label)} for value, label in field.options.choices],
                "links_to": field.links_to,
                "currency": field.currency,
                "is_own": field.is_own,
                "is_required": field.is_required,
                "is_editable": field.is_editable,
                "is_sortable": field.is_sortable,
                "operators": list(field.type.operators) if field.is_filterable else [],
            }
            for field in kind.fields
        ],
    }


def _unfit(error: changing.BadValues, given: Values) -> api.Problem:
    return api.Problem(422, "The values do not fit.", code="invalid", errors=_faults(error, given, ""))


def _faults(error: changing.BadValues, given: Values, path: str) -> list[dict[str, Any]]:
    return [
        {
            "pointer": f"#{path}/values/{key.replace('~', '~0').replace('/', '~1')}",
            "detail": why,
            "value": _short(given.get(key)),
        }
        for key, why in error.errors.items()
    ]


def _short(value: Any) -> Any:
    """A value as an answer repeats it."""
    return value if isinstance(value, int | float | bool) or value is None else str(value)[:200]


def _alias(kind: Kind) -> None:
    """Give a kind addresses of its own, such as /people, which do what /records/person does."""
    what = _ALIASES[kind.key][0]
    router = api.router(what, what.capitalize())
    read, write = f"{what}:read", f"{what}:write"
    one = kind.key

    def listed(request: api.Request, which: Query[Which]) -> dict[str, Any]:
        return _list(request, _kind(request, one, "view"), which)

    def made(request: api.Request, given: RecordIn) -> Status[Any]:
        return _make(request, _kind(request, one, "add"), given)

    def got(request: api.Request, record_id: int) -> dict[str, Any]:
        return _get(request, _kind(request, one, "view"), record_id)

    def changed(request: api.Request, record_id: int, given: RecordChange) -> dict[str, Any]:
        return _change(request, _kind(request, one, "change"), record_id, given)

    def archived(request: api.Request, record_id: int) -> Status[None]:
        return _archive(request, _kind(request, one, "delete"), record_id)

    def named(view: Callable[..., Any], name: str, sentence: str) -> Callable[..., Any]:
        view.__name__, view.__doc__ = name, f"{sentence} The same as under /records/{one}."
        return view

    def needs(scope: str, verb: str) -> Any:
        return api.needs(scope, kind.permission(verb))

    item = "/{int:record_id}"
    router.get("", response=RecordPage, auth=needs(read, "view"))(
        named(listed, f"list_{what}", f"Return {what}.")
    )
    router.post("", response={201: RecordOut}, auth=needs(write, "add"))(
        named(made, f"make_{one}", f"Make a {one}.")
    )
    router.get(item, response=RecordOut, auth=needs(read, "view"))(
        named(got, f"get_{one}", f"Return one {one}.")
    )
    router.patch(item, response=RecordOut, auth=needs(write, "change"))(
        named(changed, f"change_{one}", f"Change one {one}.")
    )
    router.delete(item, response={204: None}, auth=needs(write, "delete"))(
        named(archived, f"archive_{one}", f"Put one {one} away.")
    )


for _declared in kinds.declared():
    if _declared.key in _ALIASES:
        _alias(_declared)

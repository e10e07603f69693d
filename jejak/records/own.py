"""Own fields and own objects: declared by staff, from then on in every form, list, filter, import, export and the API."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext

from jejak.records import kinds
from jejak.records.changing import BadValues
from jejak.records.kinds import Kind
from jejak.records.models import OwnField, OwnObject
from jejak.records.types import BY_KEY

MOST_FIELDS = 100
MOST_OBJECTS = 50
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RESERVED = frozenset(
    {"id", "pk", "own", "tags", "me", "records", "new", "import", "export", "views", "fields"}
)


def key_from(label: str, taken: Sequence[str]) -> str:
    """Return a key that a label suggests, which nothing else has."""
    key = slugify(label).replace("-", "_").lstrip("_0123456789")[:36] or "field"
    number, found = 2, key
    while found in taken or found in _RESERVED:
        found, number = f"{key}_{number}", number + 1
    return found


def declare_field(
    *,
    kind: Kind,
    label: str,
    type: str,
    now: datetime,
    key: str = "",
    help: str = "",
    choices: Sequence[tuple[str, str]] = (),
    currency: str = "",
    links_to: str = "",
    is_required: bool = False,
) -> OwnField:
    """Add a field to a kind. Raises BadValues. The database gets an index for it, so that lists stay quick."""
    errors: dict[str, str] = {}
    label = " ".join(label.split())[:80]
    taken = [one.key for one in kind.fields]
    taken += OwnField.objects.filter(kind=kind.key).values_list("key", flat=True)
    if not kind.takes_own_fields:
        errors["kind"] = gettext("%(plural)s have no own fields.") % {"plural": kind.plural}
    if not label:
        errors["label"] = gettext("This field must be filled.")
    key = key or key_from(label, taken)
    if not _KEY.fullmatch(key) or key in _RESERVED:
        errors["key"] = gettext("A key has small letters, digits and _ only, and begins with a letter.")
    elif key in taken:
        errors["key"] = gettext("There is a field “%(key)s” already.") % {"key": key}
    if type not in BY_KEY:
        errors["type"] = gettext("There is no such type.")
    if type in {"choice", "choices"} and not choices:
        errors["choices"] = gettext("Name at least one choice.")
    if type == "money" and not re.fullmatch("[A-Z]{3}", currency):
        errors["currency"] = gettext("A currency has three capital letters, such as IDR.")
    if type == "record" and not _is_kind(links_to):
        errors["links_to"] = gettext("Say what it links to.")
    if len(taken) >= MOST_FIELDS:
        errors["kind"] = gettext("At most %(most)s fields.") % {"most": MOST_FIELDS}
    if errors:
        raise BadValues(errors)
    own = OwnField.objects.create(
        kind=kind.key,
        key=key,
        label=label,
        help=" ".join(help.split())[:200],
        type=type,
        choices=[list(one) for one in choices],
        currency=currency if type == "money" else "",
        links_to=links_to if type == "record" else "",
        is_required=is_required,
        order=OwnField.objects.filter(kind=kind.key).count(),
        created_at=now,
    )
    _index(kind, own)
    return own


def change_field(
    *,
    field: OwnField,
    label: str,
    help: str,
    choices: Sequence[tuple[str, str]],
    is_required: bool,
    order: int,
) -> OwnField:
    """Change what a field is called and offers; its type and key stay, because values hang on them. Raises BadValues."""
    label = " ".join(label.split())[:80]
    errors = {}
    if not label:
        errors["label"] = gettext("This field must be filled.")
    if field.type in {"choice", "choices"} and not choices:
        errors["choices"] = gettext("Name at least one choice.")
    if errors:
        raise BadValues(errors)
    field.label, field.help, field.is_required, field.order = (
        label,
        " ".join(help.split())[:200],
        is_required,
        order,
    )
    field.choices = [list(one) for one in choices]
    field.save(update_fields=["label", "help", "choices", "is_required", "order"])
    return field


@transaction.atomic
def move_field(*, field: OwnField, down: bool) -> None:
    """Move a field one place up or down among those of its kind that stand."""
    fields = list(OwnField.objects.filter(kind=field.kind, archived_at=None))
    here = next((at for at, one in enumerate(fields) if one.pk == field.pk), None)
    if here is None:
        return
    there = min(max(here + (1 if down else -1), 0), len(fields) - 1)
    fields.insert(there, fields.pop(here))
    for order, one in enumerate(fields):
        OwnField.objects.filter(pk=one.pk).update(order=order)


def archive_field(*, field: OwnField, now: datetime) -> None:
    """Put a field away: it is shown nowhere, and its values stay for when it comes back."""
    OwnField.objects.filter(pk=field.pk).update(archived_at=now)


def restore_field(*, field: OwnField) -> None:
    """Bring a field back, with its values."""
    OwnField.objects.filter(pk=field.pk).update(archived_at=None)


@transaction.atomic
def declare_object(
    *, name: str, plural: str, now: datetime, key: str = "", title_label: str = "", icon: str = "puzzle-piece"
) -> OwnObject:
    """Make a kind of record of one's own. Raises BadValues."""
    errors: dict[str, str] = {}
    name, plural = " ".join(name.split())[:60], " ".join(plural.split())[:60]
    if not name:
        errors["name"] = gettext("This field must be filled.")
    taken = [one.key for one in kinds.kinds()] + list(OwnObject.objects.values_list("key", flat=True))
    key = key or key_from(name, taken)
    if not _KEY.fullmatch(key) or key in _RESERVED:
        errors["key"] = gettext("A key has small letters, digits and _ only, and begins with a letter.")
    elif key in taken:
        errors["key"] = gettext("There is a record “%(key)s” already.") % {"key": key}
    if OwnObject.objects.count() >= MOST_OBJECTS:
        errors["name"] = gettext("At most %(most)s own objects.") % {"most": MOST_OBJECTS}
    if errors:
        raise BadValues(errors)
    return OwnObject.objects.create(
        key=key, name=name, plural=plural or name, title_label=title_label[:60], icon=icon, created_at=now
    )


def change_object(*, object: OwnObject, name: str, plural: str, title_label: str, icon: str) -> OwnObject:
    """Change what an own object is called; its key stays."""
    object.name = " ".join(name.split())[:60] or object.name
    object.plural = " ".join(plural.split())[:60] or object.name
    object.title_label, object.icon = " ".join(title_label.split())[:60], icon
    object.save(update_fields=["name", "plural", "title_label", "icon"])
    return object


def archive_object(*, object: OwnObject, now: datetime) -> None:
    """Put an own object away with its records: they are shown nowhere, and stay for when it comes back."""
    OwnObject.objects.filter(pk=object.pk).update(archived_at=now)


def restore_object(*, object: OwnObject) -> None:
    """Bring an own object back, with its records."""
    OwnObject.objects.filter(pk=object.pk).update(archived_at=None)


def is_key(text: str) -> bool:
    """Tell whether a field can have this key."""
    return bool(_KEY.fullmatch(text)) and text not in _RESERVED


def _is_kind(key: str) -> bool:
    try:
        kinds.kind(key)
    except kinds.NoSuchKind:
        return False
    return True


def _index(kind: Kind, own: OwnField) -> None:
    """Have the database keep the field in order, beside the rows' ids."""
    held = kinds.with_own_fields(kind).field(own.key)
    if held.type.key in {"long_text", "choices"}:
        return
    of = [models.F("object").asc()] if kind.own_object else []
    index = models.Index(
        *of, kind.expression(held), models.F("id").asc(), name=f"own_{own.pk}_{own.kind}"[:28]
    )
    statement = index.create_sql(kind.model, connection.schema_editor())
    with connection.cursor() as cursor:
        cursor.execute(str(statement))

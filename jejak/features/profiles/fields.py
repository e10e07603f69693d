"""What can be changed on a person's page, and how each is shown, typed and checked.

A trait that the company declared as an own field has its type, label and choices; any other keeps the kind of value
that it had.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from jejak.features.profiles import panels, words
from jejak.people.models import Handle
from jejak.people.normalising import normalise
from jejak.people.whole import Trait, Whole, wholes
from jejak.records import kinds, types
from jejak.staff.models import Team, User

OWNER, TEAM, TAGS = "owner", "team", "tags"
TRAIT = "trait:"
_ALWAYS = ("name", "email", "phone")
_LONGEST_KEY, _LONGEST_TEXT, _MOST_TAGS, _LONGEST_TAG = 60, 2_000, 30, 40


class BadValue(Exception):
    """What was typed cannot be kept; the text says why."""


class Taken(BadValue):
    """Another person is recognised by it already."""

    def __init__(self, other: Whole) -> None:
        super().__init__(_("%(name)s has it already.") % {"name": other.title})
        self.other = other


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing on the page. text: as read; typed: as it stands in the input; was: tells whether it changed since.

    kind: text, email, phone, number, yes_no, list or choice; "" cannot be changed here. choices: asked when it is typed.
    """

    key: str
    label: str
    kind: str
    value: Any
    text: str
    typed: str
    was: str
    choices: Callable[[], list[tuple[str, str]]] = list
    source: str = ""
    at: datetime | None = None

    @property
    def slug(self) -> str:
        """Its id on the page."""
        return "pf-" + hashlib.sha256(self.key.encode()).hexdigest()[:10]


def of_head(person: Whole) -> list[Field]:
    """Return what stands in the head: who looks after them, and their tags."""
    return [_owner(person), _team(person), _tags(person)]


def of_traits(person: Whole) -> list[Field]:
    """Return the traits: those that everybody should have first, then own fields, also empty ones, then the rest."""
    own = _own()
    keys = [key for key, trait in person.traits.items() if trait.value not in (None, "", [], {})]
    rest = [key for key in keys if key not in _ALWAYS and key not in own]
    return [_trait(person, key, own.get(key)) for key in (*_ALWAYS, *own, *rest)]


def one(person: Whole, key: str) -> Field:
    """Return the field with this key, also of a trait that has no value yet. Raises BadValue."""
    heads = {OWNER: _owner, TEAM: _team, TAGS: _tags}
    if key in heads:
        return heads[key](person)
    if key.startswith(TRAIT):
        name = key.removeprefix(TRAIT).strip()
        if not name or len(name) > _LONGEST_KEY or not name.isprintable() or name.startswith("$"):
            raise BadValue(_("A field needs a name of up to %(most)s letters.") % {"most": _LONGEST_KEY})
        return _trait(person, name, _own().get(name))
    raise BadValue(_("There is no such field."))


def parse(person: Whole, held: Field, typed: str) -> Any:
    """Return what was typed as the value to keep; None takes it away. Raises BadValue."""
    typed = " ".join(typed.split()) if held.kind != "list" else typed.strip()
    if len(typed) > _LONGEST_TEXT:
        raise BadValue(_("That is too long: at most %(most)s letters.") % {"most": _LONGEST_TEXT})
    if not typed:
        return [] if held.key == TAGS else "" if held.key in (OWNER, TEAM) else None
    if own := _own().get(held.key.removeprefix(TRAIT)):
        try:
            return own.type.clean(_NO_YES.get(typed, typed) if own.type.key == "flag" else typed, own.options)
        except types.BadValue as error:
            raise BadValue(str(error)) from None
    return _PARSERS.get(held.kind, _text)(person, held, typed)


_NO_YES = {"yes": True, "no": False}
_INPUTS = {"flag": "yes_no", "choice": "choice", "choices": "list", "number": "number", "money": "number"}


def _own() -> dict[str, kinds.Field]:
    """The own fields of people, by their key."""
    return {held.key: held for held in kinds.kind("person").fields if held.is_own}


def _owner(person: Whole) -> Field:
    owner = person.owner
    value = str(owner.pk) if owner else ""
    return Field(
        key=OWNER, label=_("Owner"), kind="choice", value=value, text=called(owner) if owner else "",
        typed=value, was=_mark(value), choices=_staff,
    )  # fmt: skip


def _staff() -> list[tuple[str, str]]:
    staff = User.objects.filter(is_active=True).order_by("first_name", "username")
    return [("", _("Nobody")), *((str(one.pk), called(one)) for one in staff)]


def _team(person: Whole) -> Field:
    key = person.team_key
    names = dict(Team.objects.values_list("key", "name")) if key else {}

    def choices() -> list[tuple[str, str]]:
        teams = dict(Team.objects.values_list("key", "name"))
        # As data said it, where nobody has made that team yet.
        return [("", _("No team")), *teams.items(), *([(key, key)] if key and key not in teams else [])]

    return Field(
        key=TEAM, label=_("Team"), kind="choice", value=key, text=names.get(key, key), typed=key, was=_mark(key),
        choices=choices,
    )  # fmt: skip


def _tags(person: Whole) -> Field:
    tags = person.tags
    return Field(
        key=TAGS, label=_("Tags"), kind="list", value=tags, text=", ".join(tags), typed=", ".join(tags),
        was=_mark(tags),
    )  # fmt: skip


def _trait(person: Whole, key: str, own: kinds.Field | None) -> Field:
    trait = person.traits.get(key)
    value = trait.value if trait else None
    if own is not None:
        return _declared(own, trait)
    kind = {"email": "email", "phone": "phone"}.get(key) or _kind(value)
    is_empty = value in (None, "", [])
    return Field(
        key=TRAIT + key,
        label=str(words.word(words.TRAITS, key)),
        kind=kind,
        value=value,
        text="" if is_empty else panels.shown(key, value),
        typed="" if is_empty or not kind else _typed(value),
        was=_mark([value, trait.at.isoformat()]) if trait else "",
        choices=_yes_or_no if kind == "yes_no" else list,
        source=trait.source if trait else "",
        at=trait.at if trait else None,
    )


def _declared(own: kinds.Field, trait: Trait | None) -> Field:
    """A trait that is an own field. What a sender said in another shape stands as it is until somebody changes it."""
    value = trait.value if trait else None
    is_empty = value in (None, "", [])
    kind = _INPUTS.get(own.type.key, "text")
    choices: dict[str, Callable[[], list[tuple[str, str]]]] = {
        "choice": lambda: [("", "–"), *((key, str(label)) for key, label in own.options.choices)],
        "yes_no": _yes_or_no,
    }
    try:
        text = "" if is_empty else own.type.show(value, own.options) or panels.shown(own.key, value)
    except (ValueError, TypeError):
        text = panels.shown(own.key, value)
    return Field(
        key=TRAIT + own.key,
        label=str(own.label),
        kind=kind,
        value=value,
        text=text,
        typed="" if is_empty else _typed(value),
        was=_mark([value, trait.at.isoformat()]) if trait else "",
        choices=choices.get(kind, list),
        source=trait.source if trait else "",
        at=trait.at if trait else None,
    )


def _yes_or_no() -> list[tuple[str, str]]:
    return [("", "–"), ("yes", _("yes")), ("no", _("no"))]


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "yes_no"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list):
        return "list" if all(isinstance(one, str) for one in value) else ""
    return "" if isinstance(value, dict) else "text"


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)


def called(staff: User) -> str:
    """Return what to call somebody of the staff."""
    return staff.get_full_name() or staff.get_username()


def _mark(held: Any) -> str:
    return hashlib.sha256(json.dumps(held, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _text(_person: Whole, _held: Field, typed: str) -> str:
    if "\0" in typed:
        raise BadValue(_("That holds a sign that cannot be kept."))
    return typed


def _choice(_person: Whole, held: Field, typed: str) -> str:
    if typed not in dict(held.choices()):
        raise BadValue(_("Choose one of the list."))
    return typed


def _yes_no(_person: Whole, _held: Field, typed: str) -> bool:
    if typed not in {"yes", "no"}:
        raise BadValue(_("Choose one of the list."))
    return typed == "yes"


def _number(_person: Whole, _held: Field, typed: str) -> int | float:
    plain = typed.replace(" ", "")
    try:
        number = float(plain)
    except ValueError:
        raise BadValue(
            _("“%(typed)s” is no number. Write it like 1250 or 99.5.") % {"typed": typed[:40]}
        ) from None
    if not abs(number) < 1e15:
        raise BadValue(_("That number is too large."))
    return int(number) if number.is_integer() else number


def _list(_person: Whole, held: Field, typed: str) -> list[str]:
    words = list(dict.fromkeys(word for part in typed.split(",") if (word := " ".join(part.split()))))
    if held.key == TAGS and (len(words) > _MOST_TAGS or any(len(word) > _LONGEST_TAG for word in words)):
        raise BadValue(
            _("At most %(most)s tags of %(letters)s letters each.")
            % {"most": _MOST_TAGS, "letters": _LONGEST_TAG}
        )
    return words


def _email(person: Whole, _held: Field, typed: str) -> str:
    if not (address := normalise("email", typed, settings.PHONE_COUNTRIES)):
        raise BadValue(_("“%(typed)s” is no e-mail address.") % {"typed": typed[:80]})
    _not_taken(person, "email", address)
    return address


def _phone(person: Whole, _held: Field, typed: str) -> str:
    if not (number := normalise("phone", typed, settings.PHONE_COUNTRIES)):
        raise BadValue(
            _("“%(typed)s” is no phone number. Begin with + and the country.") % {"typed": typed[:40]}
        )
    _not_taken(person, "phone", number)
    return number


def _not_taken(person: Whole, kind: str, value: str) -> None:
    """Typing somebody else's address would make two people one; staff do that by merging, and see both then."""
    others = Handle.objects.filter(Q(kind=kind, value=value) & ~Q(person__in=person.trail_ids))
    if other := others.select_related("person").first():
        root = other.person.root_id or other.person_id
        raise Taken(wholes([root])[root])


_PARSERS: dict[str, Callable[[Whole, Field, str], Any]] = {
    "text": _text, "choice": _choice, "yes_no": _yes_no, "number": _number, "list": _list, "email": _email,
    "phone": _phone,
}  # fmt: skip

"""The form of a record, made from the fields of its kind."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jejak.records import listing
from jejak.records.kinds import Field, Kind, NoSuchKind
from jejak.records.kinds import kind as kind_of
from jejak.records.types import BadValue, Value
from jejak.staff.models import User

_SALT = "jejak.records.forms.seen"
NUMBER_AT_END = re.compile(r"#(\d{1,19})\)?\s*$")
_MOST_STAFF = 500


class RecordForm(forms.Form):
    """The fields of a kind that are changed by hand, each in the widget that its type asks for.

    record: whose values it begins with. only: the keys of the fields to show. user: whose reach links are looked up in.
    What the fields held when it was shown travels along, signed, so that nobody overwrites somebody quicker.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        kind: Kind,
        data: Mapping[str, Any] | None = None,
        *,
        user: User,
        record: Any = None,
        only: Iterable[str] | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        self.kind = kind
        self.held = editable(kind, only)
        now = {held.key: kind.value(record, held) for held in self.held} if record is not None else {}
        for held in self.held:
            field = ValueField(held, user=user)
            begin = now.get(held.key) if record is not None else (initial or {}).get(held.key)
            field.initial = field.written(begin)
            self.fields[held.key] = field
        self.fields["seen"].initial = signing.dumps(now, salt=_SALT, compress=True) if now else ""
        self.order_fields([*(held.key for held in self.held), "seen"])

    @property
    def values(self) -> dict[str, Value]:
        """What was given, checked, by the keys of the fields."""
        return {held.key: self.cleaned_data[held.key] for held in self.held}

    @property
    def was(self) -> dict[str, Value] | None:
        """What the fields held when the form was shown; None where it is not known."""
        try:
            was: dict[str, Value] = signing.loads(self.cleaned_data.get("seen") or "", salt=_SALT)
        except signing.BadSignature:
            return None
        return was

    @property
    def changed(self) -> dict[str, Value]:
        """What was given and differs from what was shown."""
        was = self.was or {}
        return {key: value for key, value in self.values.items() if key not in was or was[key] != value}

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show what the deed refused, beside the fields."""
        for key, why in errors.items():
            self.add_error(key if key in self.fields else None, why)


class ValueField(forms.Field):
    """One field of a record in a form."""

    def __init__(self, held: Field, *, user: User) -> None:
        self.held, self.user = held, user
        super().__init__(
            label=str(held.label),
            help_text=_help(held),
            required=held.is_required,
            widget=_widget(held, user),
        )
        if held.is_required:
            self.error_messages["required"] = gettext("This field must be filled.")

    def clean(self, given: Any) -> Value:
        """Return the checked value. Raises ValidationError."""
        held = self.held
        if held.type.key == "record":
            given = self._linked(str(given or "").strip())
        try:
            value = held.type.clean(given, held.options)
        except BadValue as error:
            raise forms.ValidationError(str(error)) from None
        if self.required and value in (None, "", []):
            raise forms.ValidationError(self.error_messages["required"])
        return value

    def written(self, value: Any) -> Any:
        """Return a value as the widget shows it."""
        key = self.held.type.key
        if value is None or key in {"choice", "staff"}:
            return value
        if key == "record":
            return link_text(self.held, value, by=self.user)
        if key == "choices" and not self.held.options.choices:
            return ", ".join(value)
        if key == "moment" and isinstance(value, str):
            return timezone_local(value)
        return {True: "true", False: "false"}[value] if isinstance(value, bool) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True

    def _linked(self, text: str) -> str:
        """Return the id that was chosen, or that a name leads to. Raises ValidationError."""
        if not text:
            return ""
        if found := NUMBER_AT_END.search(text):
            return found[1]
        try:
            of = kind_of(self.held.links_to)
        except NoSuchKind:
            return text
        named = find(of, self.user, text, limit=6)
        same = [pk for pk, title in named if title.strip().lower() == text.lower()]
        if len(same) == 1:
            return str(same[0])
        if len(same) > 1 or len(named) > 1:
            offered = "; ".join(f"{title} (#{pk})" for pk, title in named[:5])
            raise forms.ValidationError(gettext("Say which one: %(offered)s.") % {"offered": offered})
        if named:
            return str(named[0][0])
        if text.isdecimal():
            return text
        raise forms.ValidationError(gettext("Nothing is called “%(text)s”.") % {"text": text[:60]})


def editable(kind: Kind, only: Iterable[str] | None = None) -> list[Field]:
    """Return the fields that a form shows."""
    wanted = None if only is None else set(only)
    return [one for one in kind.fields if one.is_editable and (wanted is None or one.key in wanted)]


def find(kind: Kind, user: User, text: str, *, limit: int = 10) -> list[tuple[int, str]]:
    """Return records that a text may mean, within somebody's reach: (id, title)."""
    if not kind.allows(user, "view"):
        return []
    text = text.strip()[:200]
    rows = kind.seen_by(user)
    ids: list[int] = []
    if text and kind.find is not None:
        best = list(kind.find(text, limit * 4))
        there = set(rows.filter(pk__in=best).values_list("pk", flat=True))
        ids = [pk for pk in best if pk in there][:limit]
    elif text:
        columns = kind.searched or ((kind.field(kind.title).column,) if _has_title(kind) else ())
        for how in ("istartswith", "icontains"):
            if len(ids) < limit and columns:
                found = rows.filter(**{f"{columns[0]}__{how}": text}).exclude(pk__in=ids)
                ids += list(found.order_by("pk").values_list("pk", flat=True)[: limit - len(ids)])
    named = listing.titles(kind, ids)
    return [(pk, named[pk]) for pk in ids if pk in named]


def link_text(held: Field, value: Any, *, by: User) -> str:
    """Return how a link to a record stands in a form: with its title where it is in reach of whoever fills it in."""
    if not str(value).isdecimal() or not 0 < int(value) < 2**63:
        return str(value)
    try:
        of = kind_of(held.links_to)
    except NoSuchKind:
        return str(value)
    return f"{listing.titles_for(of, [int(value)], by).get(int(value), '')} (#{value})".strip()


def timezone_local(moment: str) -> str:
    """Return a moment as an input of the browser takes it, in the reader's time zone."""
    return timezone.localtime(datetime.fromisoformat(moment)).strftime("%Y-%m-%dT%H:%M")


def staff_choices() -> list[tuple[str, str]]:
    """Return the members of staff that a record can be given to."""
    staff = User.objects.filter(is_active=True).order_by("first_name", "username")[:_MOST_STAFF]
    return [(str(one.pk), one.get_full_name() or one.get_username()) for one in staff]


class LinkInput(forms.TextInput):
    """A line in which one types a name; with JavaScript, a list of what is meant opens below."""

    template_name = "records/link_input.html"

    def __init__(self, links_to: str) -> None:
        super().__init__({"autocomplete": "off", "data-links-to": links_to})
        self.links_to = links_to

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if attrs and "id" in attrs:
            context["widget"]["attrs"]["list"] = f"{attrs['id']}_list"
        return context


def _widget(held: Field, user: User) -> forms.Widget:
    key, options = held.type.key, held.options
    line = {"maxlength": options.longest}
    nothing = [("", "–")]
    match key:
        case "long_text":
            return forms.Textarea({"rows": 4})
        case "number" | "money":
            return forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
        case "date":
            return forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        case "moment":
            return forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        case "flag":
            return forms.Select(choices=[*nothing, ("true", _("Yes")), ("false", _("No"))])
        case "choice":
            return forms.Select(choices=[*nothing, *options.choices])
        case "choices" if options.choices:
            return forms.CheckboxSelectMultiple(choices=options.choices)
        case "staff":
            return forms.Select(choices=[*nothing, *staff_choices()])
        case "record":
            return LinkInput(held.links_to)
        case "email":
            return forms.EmailInput({"autocomplete": "off"})
        case "phone":
            return forms.TextInput({"type": "tel", "autocomplete": "off"})
        case "link":
            return forms.TextInput({"inputmode": "url", "autocomplete": "off"})
    return forms.TextInput(line | {"autocomplete": "off"})


def _help(held: Field) -> Any:
    if held.help:
        return held.help
    if held.type.key == "money" and held.currency:
        return held.currency
    if held.type.key == "choices" and not held.options.choices:
        return _("Several are parted by commas.")
    return ""


def _has_title(kind: Kind) -> bool:
    return any(one.key == kind.title and one.column for one in kind.fields)

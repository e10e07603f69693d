"""The forms of own fields and own objects."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jejak.backoffice import icons
from jejak.records import kinds
from jejak.records.models import OwnField, OwnObject
from jejak.records.types import BY_KEY

_ICONS = (
    "briefcase", "buildings", "calendar", "clipboard-text", "coins", "device-mobile", "file-text", "flag",
    "gift", "globe", "handshake", "heart", "house", "identification-card", "key", "map-pin", "medal", "money",
    "note", "package", "puzzle-piece", "receipt", "shield-check", "shopping-bag", "star", "storefront", "student",
    "tag", "target", "ticket", "toolbox", "truck", "wrench",
)  # fmt: skip
ICONS = tuple(name for name in _ICONS if name in icons.DUOTONE) or ("table",)


class _Refusing(forms.Form):
    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show what the deed refused, beside the fields."""
        for key, why in errors.items():
            self.add_error(key if key in self.fields else None, why)


class FieldForm(_Refusing):
    """An own field. Its type and its key stay once it is made, because values hang on them."""

    label = forms.CharField(
        label=_("Label"), max_length=80, help_text=_("As staff read it, such as “Birthday”.")
    )
    key = forms.CharField(
        label=_("Key"),
        max_length=40,
        required=False,
        help_text=_(
            "As programs and files call it. Made from the label where it is empty; it stays as it is."
        ),
    )
    type = forms.ChoiceField(
        label=_("Type"), choices=lambda: [(key, one.label) for key, one in BY_KEY.items()]
    )
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("One on each line; for a type that is one or several of a list."),
    )
    currency = forms.CharField(
        label=_("Currency"), max_length=3, required=False, help_text=_("Of an amount of money, such as IDR.")
    )
    links_to = forms.ChoiceField(
        label=_("Links to"), required=False, help_text=_("Which records a link to a record leads to.")
    )
    help = forms.CharField(
        label=_("Help"), max_length=200, required=False, help_text=_("Shown below the field.")
    )
    is_required = forms.BooleanField(label=_("Must be filled"), required=False)

    def __init__(self, *args: Any, field: OwnField | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.field = field
        listed = [(kind.key, kind.name) for kind in kinds.kinds()]
        links: Any = self.fields["links_to"]
        links.choices = [("", "–"), *listed]
        if field is None:
            return
        for name in ("key", "type", "currency", "links_to"):
            del self.fields[name]
        if field.type not in {"choice", "choices"}:
            del self.fields["choices"]
        self.initial = {
            "label": field.label,
            "help": field.help,
            "is_required": field.is_required,
            "choices": "\n".join(shown for _kept, shown in field.choices),
        }

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    @property
    def listed_choices(self) -> list[tuple[str, str]]:
        """The choices, (kept, shown). One that was there keeps its key; also one that was renamed in its line."""
        lines = [
            " ".join(line.split())[:80] for line in str(self.cleaned_data.get("choices", "")).splitlines()
        ]
        shown = list(dict.fromkeys(line for line in lines if line))[:200]
        before = [(kept, label) for kept, label in self.field.choices] if self.field else []
        key_of = {label: kept for kept, label in before}
        if len(before) == len(shown):  # The same number of lines: those that differ were renamed.
            for (kept, label), now in zip(before, shown, strict=True):
                if label not in shown and now not in key_of:
                    key_of[now] = kept
        taken = set(key_of.values())
        found = []
        for label in shown:
            key = key_of.get(label) or _key(label, taken)
            taken.add(key)
            found.append((key, label))
        return found


class ObjectForm(_Refusing):
    """An own object."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("For one of them, such as “Vehicle”."))
    plural = forms.CharField(
        label=_("Plural"), max_length=60, required=False, help_text=_("For several, such as “Vehicles”.")
    )
    key = forms.CharField(
        label=_("Key"),
        max_length=40,
        required=False,
        help_text=_("As programs call it. Made from the name where it is empty; it stays as it is."),
    )
    title_label = forms.CharField(
        label=_("What its title is called"),
        max_length=60,
        required=False,
        help_text=_("Such as “Plate number”."),
    )
    icon = forms.ChoiceField(label=_("Icon"), choices=[(name, name) for name in ICONS], required=False)

    def __init__(self, *args: Any, own: OwnObject | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if own is not None:
            del self.fields["key"]
            self.initial = {
                "name": own.name,
                "plural": own.plural,
                "title_label": own.title_label,
                "icon": own.icon,
            }


def _key(label: str, taken: set[str]) -> str:
    key = slugify(label).replace("-", "_")[:40] or gettext("choice")
    found, number = key, 2
    while found in taken:
        found, number = f"{key}_{number}", number + 1
    return found

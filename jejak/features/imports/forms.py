"""What staff choose on the columns page."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jejak.features.imports import guessing
from jejak.features.imports.guessing import Choices
from jejak.touchpoints.words import channels_offered

ROLES: list[tuple[Any, list[tuple[str, Any]]]] = [
    ("", [(guessing.IGNORED, _("Leave out"))]),
    (
        _("What happened"),
        [
            (guessing.TIME, _("When it happened")),
            (guessing.NAME, _("What happened")),
            (guessing.VALUE, _("Value (several are multiplied)")),
            (guessing.CURRENCY, _("Currency")),
            (guessing.SCORE, _("Score")),
            (guessing.COMMENT, _("Comment")),
            (guessing.CHANNEL, _("Channel")),
            (guessing.PLACE, _("Place")),
            (guessing.PROPERTY, _("Detail")),
            (guessing.ID, _("Number of the row")),
        ],
    ),
    (
        _("Who it was"),
        [
            ("user_id", _("User id")),
            ("email", _("E-mail")),
            ("phone", _("Phone")),
            ("whatsapp", _("WhatsApp")),
            ("telegram", _("Telegram")),
            ("anonymous_id", _("Anonymous id")),
            (guessing.OWN, _("Another id, named as the column")),
            (guessing.TRAIT, _("Trait of the person")),
        ],
    ),
]
_ROLE_KEYS = {key for _group, roles in ROLES for key, _label in roles}
TYPES: list[tuple[str, Any]] = [
    ("text", _("Text")),
    ("number", _("Number")),
    ("whole", _("Whole number")),
    ("bool", _("Yes or no")),
    ("date", _("Date")),
    ("time", _("Date and time")),
]
FORMATS: list[tuple[str, str]] = [
    ("iso", "2026-01-31 13:45:00"),
    ("%d/%m/%Y %H:%M", "31/01/2026 13:45"),
    ("%d/%m/%Y %H:%M:%S", "31/01/2026 13:45:00"),
    ("%d/%m/%Y", "31/01/2026"),
    ("%d/%m/%y", "31/01/26"),
    ("%d-%m-%Y %H:%M", "31-01-2026 13:45"),
    ("%d-%m-%Y", "31-01-2026"),
    ("%d.%m.%Y %H:%M", "31.01.2026 13:45"),
    ("%d.%m.%Y", "31.01.2026"),
    ("%m/%d/%Y %H:%M", "01/31/2026 13:45"),
    ("%m/%d/%Y", "01/31/2026"),
    ("%m/%d/%y", "01/31/26"),
    ("%Y/%m/%d %H:%M:%S", "2026/01/31 13:45:00"),
    ("%Y/%m/%d", "2026/01/31"),
    ("%d %b %Y", "31 Jan 2026"),
    ("%d %b %Y %H:%M", "31 Jan 2026 13:45"),
    ("%a %b %d %H:%M:%S %z %Y", "Sat Jan 31 13:45:00 +0700 2026"),
    ("epoch_seconds", "1769841900"),
    ("epoch_milliseconds", "1769841900000"),
]
SCALES: list[tuple[str, Any]] = [
    ("", _("No score")),
    ("nps", _("NPS, 0 to 10")),
    ("csat-1-5", _("CSAT, 1 to 5")),
    ("csat-1-7", _("CSAT, 1 to 7")),
    ("csat-1-10", _("CSAT, 1 to 10")),
    ("ces-1-7-easy", _("CES, 1 to 7, 7 is easiest")),
    ("ces-1-5-easy", _("CES, 1 to 5, 5 is easiest")),
    ("ces-1-5-hard", _("CES, 1 to 5, 5 is hardest")),
]


class ChoicesForm(forms.Form):
    """What holds for the whole file. What each column means is read from role-N and type-N beside it."""

    touchpoint = forms.CharField(
        label=_("What happened"),
        max_length=200,
        required=False,
        help_text=_("The name of the touchpoint, in the past: Order Completed. Unless a column says it."),
    )
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    time_format = forms.ChoiceField(label=_("Times are written like"), choices=FORMATS)
    zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Of times that do not say it themselves."))
    decimal = forms.ChoiceField(
        label=_("Numbers are written like"), choices=[(".", "1,234.50"), (",", "1.234,50")]
    )
    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        min_length=3,
        required=False,
        help_text=_("Three letters: IDR, MYR."),
    )
    scale = forms.ChoiceField(label=_("Scale of the score"), choices=SCALES, required=False)
    name = forms.RegexField(
        r"^[a-z0-9][a-z0-9._-]{0,79}$",
        label=_("Name of this mapping"),
        help_text=_("Keep it for later files of this kind: rows that are here already are not added again."),
        error_messages={"invalid": _("Small letters, digits, - . and _ only.")},
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        chosen: Choices = options.get("initial") or Choices()
        channels = [("", _("None")), *channels_offered()]
        _choose(self.fields["channel"], channels, self._said("channel", chosen))
        zones = [(zone, zone) for zone in settings.WAGTAIL_USER_TIME_ZONES]
        _choose(self.fields["zone"], zones, self._said("zone", chosen))

    def _said(self, name: str, chosen: Any) -> str:
        return str(chosen.get(name, "") if isinstance(chosen, dict) else getattr(chosen, name))

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        roles = {value for key, value in self.data.items() if key.startswith("role-")}
        if guessing.TIME in roles and guessing.NAME not in roles and not given.get("touchpoint"):
            self.add_error("touchpoint", _("Say what happened, or which column says it."))
        return given

    def choices(self, columns: Sequence[str]) -> Choices:
        """Return all that was chosen, once the form is valid."""
        told = {
            column: [
                _one_of(self.data.get(f"role-{at}", ""), _ROLE_KEYS),
                _one_of(self.data.get(f"type-{at}", ""), {key for key, _label in TYPES}) or "text",
            ]
            for at, column in enumerate(columns)
        }
        fields = {name: self.cleaned_data[name] for name in self.fields}
        return Choices(columns=told, **fields)


def _choose(field: Any, choices: list[tuple[str, Any]], own: str) -> None:
    known = {key for key, _label in choices}
    field.choices = choices if not own or own in known else [*choices, (own, own)]


def _one_of(given: str, known: set[str]) -> str:
    return given if given in known else ""

"""What customers type into a form, and staff about forms and rules."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jejak.features.leads import actions
from jejak.features.leads.guarding import TRAP
from jejak.features.leads.models import AssignmentRule, LeadForm, ScoreRule
from jejak.people import consent
from jejak.records import filtering, kinds
from jejak.records.changing import BadValues
from jejak.records.kinds import Field
from jejak.records.types import Value
from jejak.staff.models import Team, User

_INPUTS = {
    "email": "email",
    "phone": "tel",
    "date": "date",
    "number": "number",
    "money": "number",
    "link": "url",
}
_FILLED_IN = {"name": "name", "email": "email", "phone": "tel"}


def offered_fields() -> list[Field]:
    """Return the fields of a person that a form may ask for: not what the company says of them itself."""
    ours = {"owner", "team", "tags", "company"}
    return [
        one
        for one in kinds.kind("person").fields
        if one.is_editable and one.key not in ours and not one.type.is_link
    ]


class PublicForm(forms.Form):
    """A lead form as a customer sees it."""

    def __init__(self, form: LeadForm, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.form = form
        self.values: dict[str, Value] = {}
        known = {one.key: one for one in offered_fields()}
        for key in form.fields:
            if key in known:
                self.fields[key] = _input(known[key], is_required=key in form.required)
        if form.question:
            self.fields["answer"] = forms.CharField(
                label=form.question, required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
            )
        if form.consent_purpose and form.consent_text:
            self.fields["consent"] = forms.BooleanField(label=form.consent_text, required=False)
        self.fields[TRAP] = forms.CharField(
            label=gettext("Leave this empty"),
            required=False,
            widget=forms.TextInput(attrs={"tabindex": "-1"}),
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        try:
            self.values = actions.checked(self.form, given)
        except BadValues as error:
            for key, why in error.errors.items():
                if key not in self.errors:
                    self.add_error(key if key in self.fields else None, why)
        return given


def _input(field: Field, *, is_required: bool) -> forms.Field:
    options: dict[str, Any] = {"label": field.label, "required": is_required, "help_text": field.help}
    if field.type.key in {"choice", "choices"}:
        listed = [(key, str(label)) for key, label in field.options.choices]
        if field.type.key == "choices":
            return forms.MultipleChoiceField(choices=listed, widget=forms.CheckboxSelectMultiple, **options)
        return forms.ChoiceField(choices=[("", "–"), *listed], **options)
    if field.type.key == "flag":
        return forms.ChoiceField(
            choices=[("", "–"), ("yes", gettext("Yes")), ("no", gettext("No"))], **options
        )
    if field.type.key == "long_text":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=5000, **options)
    attrs = {"autocomplete": _FILLED_IN.get(field.key, "on")}
    widget = forms.TextInput(attrs={**attrs, "type": _INPUTS.get(field.type.key, "text")})
    return forms.CharField(widget=widget, max_length=400, **options)


class LeadFormForm(forms.ModelForm):  # type: ignore[type-arg]
    """A lead form, as staff make it."""

    fields_asked = forms.MultipleChoiceField(label=_("Fields"), widget=forms.CheckboxSelectMultiple)
    fields_required = forms.MultipleChoiceField(
        label=_("Must be filled"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = LeadForm
        fields = (
            "name", "slug", "language", "title", "intro", "question", "thanks",
            "consent_purpose", "consent_text", "is_open",
        )  # fmt: skip
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in ("intro", "thanks")}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        listed = [(one.key, str(one.label)) for one in offered_fields()]
        for name in ("fields_asked", "fields_required"):
            self.fields[name].choices = listed  # type: ignore[attr-defined]
        self.fields["consent_purpose"] = forms.ChoiceField(
            label=_("Consent to"), required=False, choices=[("", _("Nothing")), *consent.PURPOSES.items()]
        )
        self.initial.setdefault("fields_asked", self.instance.fields or ["name", "email", "phone"])
        self.initial.setdefault("fields_required", self.instance.required or ["name"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        asked = given.get("fields_asked") or []
        if not {"email", "phone"} & set(asked):
            self.add_error("fields_asked", _("Ask for an e-mail address or a phone number."))
        if given.get("consent_purpose") and not given.get("consent_text"):
            self.add_error("consent_text", _("Say what they consent to."))
        return given

    def save(self, commit: bool = True) -> Any:
        self.instance.fields = self.cleaned_data["fields_asked"]
        self.instance.required = [
            key for key in self.cleaned_data["fields_required"] if key in self.instance.fields
        ]
        if self.instance.pk is None:
            self.instance.created_at = datetime.now(UTC)
        return super().save(commit)


class ConditionWidget(forms.MultiWidget):
    """A field, how it is asked, and for what."""

    def decompress(self, value: str | None) -> list[str]:
        field, _tilde, rest = (value or "").partition("~")
        operator, _tilde, asked = rest.partition("~")
        return [field, operator, asked]


class ConditionField(forms.MultiValueField):
    """A condition on people, kept as lists write it: field~operator~value."""

    def __init__(self, **options: Any) -> None:
        parts = (
            _part(forms.ChoiceField(choices=_askable, required=False), _("Field")),
            _part(forms.ChoiceField(choices=_operators, required=False), _("How")),
            _part(forms.CharField(max_length=200, required=False), _("Value")),
        )
        widget = ConditionWidget([part.widget for part in parts])
        super().__init__(parts, widget=widget, require_all_fields=False, **options)

    def compress(self, data_list: list[str]) -> str:
        return "~".join(data_list).rstrip("~") if data_list and data_list[0] else ""


def _part(field: forms.Field, label: Any) -> forms.Field:
    field.widget.attrs = {"aria-label": label, "class": "leads-part"}
    return field


def _askable() -> list[tuple[str, Any]]:
    fields = [one for one in kinds.kind("person").fields if one.is_filterable]
    return [("", "–"), *((one.key, one.label) for one in fields)]


def _operators() -> list[tuple[str, Any]]:
    return [("", "–"), *filtering.OPERATORS.items()]


class _WithCondition(forms.ModelForm):  # type: ignore[type-arg]
    condition = ConditionField(
        label=_("Condition"), required=False, help_text=_("Several values stand with | between them.")
    )

    def clean_condition(self) -> str:
        said = str(self.cleaned_data.get("condition") or "").strip()
        if said:
            try:
                actions.check_condition(said, now=datetime.now(UTC))
            except filtering.BadCondition as error:
                raise forms.ValidationError(str(error)) from None
        return said


class ScoreRuleForm(_WithCondition):
    """Points for a lead."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["condition"].required = True

    class Meta:
        model = ScoreRule
        fields = ("label", "condition", "points", "order")


class AssignmentRuleForm(_WithCondition):
    """Who gets a lead."""

    team_key = forms.ChoiceField(label=_("or one of the team, in turn"), required=False)

    class Meta:
        model = AssignmentRule
        fields = (
            "label", "form", "condition", "least_score", "owner", "team_key", "task_title", "due_hours", "order",
        )  # fmt: skip

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["condition"].help_text = _("Empty: every lead. Several values stand with | between them.")
        self.fields["team_key"].choices = [("", "–"), *Team.objects.values_list("key", "name")]  # type: ignore[attr-defined]
        self.fields["owner"].queryset = User.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("owner")) == bool(given.get("team_key")):
            self.add_error("owner", _("Choose somebody, or a team."))
        return given


class TryForm(forms.Form):
    """Somebody whom the rules are tried on."""

    person = forms.CharField(
        label=_("Person"),
        max_length=200,
        widget=forms.TextInput(
            attrs={"placeholder": _("Name, e-mail, phone or any id"), "autocomplete": "off"}
        ),
    )

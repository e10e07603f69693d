"""Forms for staff, teams and tokens. They ask for a first name only: many people have one name."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.account import NameEmailForm, ThemePreferencesForm
from wagtail.users.forms import UserCreationForm, UserEditForm

from jejak.staff import roles, tokens
from jejak.staff.models import Team, User


class _RolesField(forms.ModelMultipleChoiceField[Group]):
    """The roles, each with what it is for."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **more: Any) -> None:
        everything = Group.objects.select_related("staff_role").order_by("staff_role__pk", "name")
        super().__init__(everything, required=False, label=_("Roles"), **more)

    def label_from_instance(self, obj: Any) -> str:
        if not hasattr(obj, "staff_role"):
            return str(obj.name)
        sentence = roles.SENTENCES[obj.staff_role.key]
        return format_html("<span><strong>{}</strong> – {}</span>", roles.title(obj), sentence)


class _StaffFields(forms.ModelForm[User]):
    """What we ask of staff beside what Wagtail does."""

    last_name = forms.CharField(required=False, label=_("Last name"))
    groups = _RolesField()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if "is_superuser" in self.fields:
            self.fields["is_superuser"].help_text = str(roles.SENTENCES[roles.ADMINISTRATOR])
        self.fields["teams"].help_text = _("Whose people, companies and touchpoints are theirs.")
        self.fields["sees"].label = _("Sees the customers of")
        self.fields["sees"].help_text = _("What they may do with them, the role says.")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        given = cleaned if cleaned is not None else self.cleaned_data
        administrator = given.get("is_superuser", self.instance.is_superuser)
        if not given.get("groups") and not administrator and "groups" not in self.errors:
            self.add_error("groups", _("Choose a role: without one, nobody can enter."))
        return cleaned


class AddStaffForm(_StaffFields, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        fields = UserCreationForm.Meta.fields | {"teams", "sees"}
        widgets = {"teams": forms.CheckboxSelectMultiple, "sees": forms.RadioSelect}


class EditStaffForm(_StaffFields, UserEditForm):
    class Meta(UserEditForm.Meta):
        fields = UserEditForm.Meta.fields | {"teams", "sees"}
        widgets = {"teams": forms.CheckboxSelectMultiple, "sees": forms.RadioSelect}


class TeamForm(forms.ModelForm[Team]):
    """A team. Its key stays once it is there, because data carries it."""

    class Meta:
        model = Team
        fields = ("name", "key")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.instance.pk:
            del self.fields["key"]


class TokenForm(forms.Form):
    """A token to be made: for whom, for what, for how long."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What uses it: Stock system, Siti's notebook.")
    )
    user = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Acts for"),
        help_text=_("It may never do more than they may, and stops when they leave."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), widget=forms.CheckboxSelectMultiple, help_text=_("As few as it needs.")
    )
    days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        initial=90,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("one year")), (0, _("ever"))],
    )

    def __init__(self, *arguments: Any, by: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        everybody = User.objects.filter(is_active=True).order_by("username")
        users: Any = self.fields["user"]
        # An administrator may give a program the rights of somebody who may less; others only their own.
        users.queryset = everybody if by.is_superuser else everybody.filter(pk=by.pk)
        users.initial = by.pk
        if not by.is_superuser:
            users.widget = forms.HiddenInput()
        chosen: Any = self.fields["scopes"]
        chosen.choices = [
            (key, format_html("<code>{}</code> {}", key, sentence))
            for key, sentence in tokens.scopes().items()
        ]

    def expires_at(self, now: datetime) -> datetime | None:
        """Return until when it works, or None."""
        days = self.cleaned_data["days"]
        return now + timedelta(days=days) if days else None


def suit_account_page() -> None:
    """Change Wagtail's account page where it has no setting: one name will do, and it speaks of us."""
    NameEmailForm.base_fields["last_name"].required = False
    ThemePreferencesForm.base_fields["keyboard_shortcuts"].help_text = _("Keys of our own, for editors.")

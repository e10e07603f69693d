"""Forms for staff. They ask for a first name only: many people have one name."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.account import NameEmailForm, ThemePreferencesForm
from wagtail.users.forms import UserCreationForm, UserEditForm


class AddStaffForm(UserCreationForm):
    last_name = forms.CharField(required=False, label=_("Last name"))

    class Meta(UserCreationForm.Meta):
        pass


class EditStaffForm(UserEditForm):
    last_name = forms.CharField(required=False, label=_("Last name"))

    class Meta(UserEditForm.Meta):
        pass


def suit_account_page() -> None:
    """Change Wagtail's account page where it has no setting: one name will do, and it speaks of us."""
    NameEmailForm.base_fields["last_name"].required = False
    ThemePreferencesForm.base_fields["keyboard_shortcuts"].help_text = _("Keys of our own, for editors.")

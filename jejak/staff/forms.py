"""Forms for staff. They ask for a first name only: many people have one name."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.account import NameEmailForm
from wagtail.users.forms import UserCreationForm, UserEditForm


class AddStaffForm(UserCreationForm):
    last_name = forms.CharField(required=False, label=_("Last name"))

    class Meta(UserCreationForm.Meta):
        pass


class EditStaffForm(UserEditForm):
    last_name = forms.CharField(required=False, label=_("Last name"))

    class Meta(UserEditForm.Meta):
        pass


def allow_one_name() -> None:
    """Ask for one name only on the account page as well, which offers no other way in."""
    NameEmailForm.base_fields["last_name"].required = False

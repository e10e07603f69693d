"""Forms of companies: who belongs to one."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jejak.records.forms import ValueField
from jejak.records.kinds import Field
from jejak.records.types import BY_KEY
from jejak.staff.models import User

_PERSON = Field(key="person", label=_("Person"), type=BY_KEY["record"], links_to="person", is_required=True)


class JoinForm(forms.Form):
    """A person, and what they do in the company."""

    role = forms.CharField(label=_("Role"), max_length=100, required=False)
    is_primary = forms.BooleanField(label=_("Whom to speak with first"), required=False)

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, prefix="join")
        self.fields["person"] = ValueField(_PERSON, user=user)
        self.fields["person"].widget.attrs |= {
            "placeholder": _("Type to find"),
            "hx-get": reverse("lists:choose", args=["person"]),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": "next datalist",
            "hx-push-url": "false",
        }
        self.fields["role"].widget.attrs["placeholder"] = _("Such as purchasing")
        self.order_fields(["person", "role", "is_primary"])

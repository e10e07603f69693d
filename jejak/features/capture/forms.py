"""What staff type on the capture pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jejak.features.capture.models import Source
from jejak.touchpoints.models import Definition
from jejak.touchpoints.words import OFFERED, channels_offered


class SourceForm(forms.Form):
    """A source's name, and the channel of what it sends where it does not say."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What it is: Web shop, Android app, Till in Bandung.")
    )
    channel = forms.ChoiceField(
        label=_("Channel"),
        required=False,
        help_text=_("How its touchpoints happen, where a message does not say it itself."),
    )

    identity = forms.ChoiceField(
        label=_("Who somebody is"),
        required=False,
        choices=Source.Identity.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "What it says about who somebody is counts only with a signature where others can read its key."
        ),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        own = str(self.initial.get("channel") or "")
        known: list[tuple[str, Any]] = [*channels_offered()]
        if own and own not in OFFERED:  # `jejak source add` takes any word.
            known.append((own, own))
        self.fields["channel"].choices = [("", _("Messages say it")), *known]  # type: ignore[attr-defined]


class DefinitionForm(forms.ModelForm[Definition]):
    """What the company says of one kind of touchpoint."""

    class Meta:
        model = Definition
        fields = ("sentence", "team", "stage")
        widgets = {"team": forms.TextInput(attrs={"list": "cp-teams"})}
        help_texts = {
            "sentence": _("What it means, for whoever meets it in a chart: “A customer paid.”"),
            "team": _("Who owns it inside the company. Its touchpoints carry the team from now on."),
            "stage": _("Where in the customer's journey it happens."),
        }

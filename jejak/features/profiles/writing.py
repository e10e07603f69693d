"""Doors for writing an e-mail to a person: compose, look at it, send."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jejak.backoffice.frame import AdminPage
from jejak.channels import email
from jejak.features.profiles import fields
from jejak.features.profiles.reach import me, person_or_404
from jejak.people import consent
from jejak.people.whole import Whole
from jejak.staff import audit

_LANGUAGES = {
    "id": ("id", "in", "indonesian", "bahasa indonesia"),
    "ms": ("ms", "my", "malay", "bahasa melayu"),
}
_COUNTRIES = {"id": "id", "indonesia": "id", "my": "ms", "malaysia": "ms"}
# Greetings are in the language of whoever is written to, not of whoever writes.
GREETINGS = {
    "en": ("Hello %(name)s,", "Kind regards,"),
    "id": ("Halo %(name)s,", "Salam hangat,"),
    "ms": ("Salam %(name)s,", "Salam hormat,"),
}


class Letter(forms.Form):
    """What to write."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("What it is about"), choices=list(consent.PURPOSES.items())
    )
    from_name = forms.CharField(label=gettext_lazy("From"), max_length=email.LONGEST_NAME)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=email.LONGEST_SUBJECT)
    text = forms.CharField(
        label=gettext_lazy("Message"), max_length=email.LONGEST_TEXT, widget=forms.Textarea({"rows": 12})
    )


class Write(AdminPage):
    """The composer. POST with `preview` shows what would be sent, and with `send` sends it."""

    template_name = "profiles/write.html"
    permission = "people.change_person"
    icon = "envelope"
    person: Whole

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person = person_or_404(request, kwargs["person_id"])
        language = request.GET.get("language", "")
        language = language if language in GREETINGS else language_of(self.person)
        return self._shown(Letter(initial=self._begun(language)), language=language)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person = person_or_404(request, kwargs["person_id"])
        form = Letter(request.POST)
        if not form.is_valid():
            return self._shown(form)
        if "send" not in request.POST:
            return self._shown(form, preview=form.cleaned_data)
        try:
            email.send(person=self.person, by=me(request), now=timezone.now(), **form.cleaned_data)
        except consent.NotAllowed as refused:
            form.add_error("purpose", str(refused.reason))
        except email.NotOneLine:
            form.add_error("subject", _("The subject and the name are one line each."))
        except email.NoAddress:
            form.add_error(None, _("No e-mail address of this person is known."))
        except email.NotConfigured:
            pass  # The page says what to set.
        else:
            audit.note(
                request, audit.SENT, kind="person", record_id=self.person.root.pk, title=self.person.title,
                detail={"channel": email.CHANNEL},
            )  # fmt: skip
            messages.success(request, _("The e-mail is on its way; the trail tells when it was sent."))
            return redirect("profiles:person", self.person.root.pk)
        return self._shown(form)

    def _begun(self, language: str) -> dict[str, str]:
        greeting, regards = GREETINGS[language]
        writer = fields.called(me(self.request))
        name = self.person.name.split(" ")[0] if self.person.name else ""
        hello = (greeting % {"name": name}).replace(" ,", ",")
        return {
            "purpose": consent.SERVICE,
            "from_name": writer,
            "text": f"{hello}\n\n\n\n{regards}\n{writer}",
        }

    def _shown(self, form: Letter, **more: Any) -> HttpResponse:
        states = consent.states(self.person.trail_ids)
        context = {
            "form": form,
            "person": self.person,
            "address": email.address_of(self.person),
            "is_configured": email.is_configured(),
            "languages": [(code, translation.get_language_info(code)["name_local"]) for code in GREETINGS],
            "refused": [
                (consent.PURPOSES[state.purpose], state.reason)
                for state in states.values()
                if state.channel == email.CHANNEL and not state.is_allowed
            ],
            **more,
        }
        return self.render_to_response(self.get_context_data(**context))

    def get_title(self) -> str:
        return _("E-mail to %(name)s") % {"name": self.person.title}

    def get_back(self) -> tuple[str, Any]:
        return reverse("profiles:person", args=[self.person.root.pk]), self.person.title


def language_of(person: Whole) -> str:
    """Return the language in which to greet somebody: as they said, else that of their country, else the install's."""
    for key in ("language", "locale", "lang"):
        said = person.traits.get(key)
        if said and isinstance(said.value, str):
            word = said.value.lower()
            short = word.replace("_", "-").partition("-")[0]
            if found := next(
                (code for code, names in _LANGUAGES.items() if word in names or short in names), None
            ):
                return found
            if short == "en" or word == "english":
                return "en"
    country = person.traits.get("country")
    said_country = country.value.lower() if country and isinstance(country.value, str) else ""
    if said_country in _COUNTRIES:
        return _COUNTRIES[said_country]
    if person.phone.startswith("+62") or person.phone.startswith("08"):
        return "id"
    return "ms" if person.phone.startswith("+60") else "en"

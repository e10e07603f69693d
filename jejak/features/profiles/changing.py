"""Doors for changing a person where one reads: a field becomes an input and back, by HTMX or as plain pages."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from jejak.backoffice.frame import AdminPage
from jejak.features.profiles import actions, fields, panels
from jejak.features.profiles.reach import me, person_or_404
from jejak.people import consent, reach
from jejak.people.whole import Whole
from jejak.staff import audit

_NAMES = frozenset(
    {"name", "full_name", "fullName", "first_name", "last_name", "firstName", "lastName", "email", "phone"}
)


class Changing(AdminPage):
    """What both pages have: the person, and whether HTMX asks for a part only."""

    permission = "people.change_person"
    person: Whole

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.is_part = "HX-Request" in request.headers

    def get_back(self) -> tuple[str, Any]:
        return reverse("profiles:person", args=[self.person.root.pk]), self.person.title


class Change(Changing):
    """One field of a person: GET shows its input (or, with `cancel`, itself), POST keeps what was typed."""

    template_name = "profiles/change.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person = person_or_404(request, kwargs["person_id"])
        key = request.GET.get("field", "")
        if key == fields.TRAIT:
            return self._shown({"adding": True}, "profiles/field_added.html")
        held = self._field(key)
        if "cancel" in request.GET:
            return self._shown({"field": held}, "profiles/field.html")
        return self._shown({"field": held, "typed": held.typed}, "profiles/field_form.html")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person = person_or_404(request, kwargs["person_id"])
        sent = request.POST
        key = sent.get("field", "")
        if key == fields.TRAIT:
            key += sent.get("name", "").strip()
        typed = sent.get("typed", "")
        try:
            before, after = actions.change(
                person=self.person,
                key=key,
                typed=typed,
                was=sent.get("was", ""),
                by=me(request),
                now=timezone.now(),
            )
        except actions.Gone:
            raise Http404 from None
        except actions.Changed as changed:
            return self._shown(
                {"field": changed.now, "typed": typed, "conflict": True}, "profiles/field_form.html"
            )
        except fields.BadValue as error:
            return self._refused(key, typed, error)
        audit.note(
            request, audit.CHANGED, kind="person", record_id=self.person.root.pk, title=self.person.title,
            detail={"fields": [after.key.removeprefix(fields.TRAIT)]},
        )  # fmt: skip
        return self._kept(before, after)

    def _kept(self, before: fields.Field, after: fields.Field) -> HttpResponse:
        said = _("%(field)s: saved.") % {"field": after.label}
        if not self.is_part:
            messages.success(self.request, said)
            return redirect("profiles:person", self.person.root.pk)
        self.person = person_or_404(self.request, self.person.root.pk)
        undo = before if "undo" not in self.request.POST and before.typed != after.typed else None
        context = {"field": after, "undo": undo, "renamed": after.key.removeprefix(fields.TRAIT) in _NAMES}
        response = self._shown(context, "profiles/field.html")
        response["HX-Trigger"] = json.dumps({"jk:toast": {"text": said, "tone": "success"}})
        return response

    def _refused(self, key: str, typed: str, error: fields.BadValue) -> HttpResponse:
        other = getattr(error, "other", None)
        if other is not None and not reach.sees(self.request.user, other):
            somebody = {"name": reach.called(self.request.user, other.root)}
            error, other = fields.BadValue(_("%(name)s has it already.") % somebody), None
        context = {"typed": typed, "error": str(error), "taken": other}
        try:
            return self._shown(context | {"field": fields.one(self.person, key)}, "profiles/field_form.html")
        except fields.BadValue:
            name = key.removeprefix(fields.TRAIT)
            return self._shown(context | {"adding": True, "name": name}, "profiles/field_added.html")

    def _field(self, key: str) -> fields.Field:
        try:
            held = fields.one(self.person, key)
        except fields.BadValue:
            raise Http404 from None
        if not held.kind:
            raise Http404
        return held

    def _shown(self, context: dict[str, Any], part: str) -> HttpResponse:
        context |= {"person": self.person, "may_change": True, "part": part}
        if self.is_part:
            return render(self.request, part, context)
        return self.render_to_response(self.get_context_data(**context))

    def get_title(self) -> str:
        return _("Change %(name)s") % {"name": self.person.title}


class Consent(Changing):
    """What a person said about being written to, for one purpose on one channel."""

    template_name = "profiles/consent_page.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person = person_or_404(request, kwargs["person_id"])
        return self._shown(request.GET)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person = person_or_404(request, kwargs["person_id"])
        sent = request.POST
        evidence = " ".join(sent.get("evidence", "").split())
        if sent.get("is_given") not in {"yes", "no"}:
            return self._shown(sent, error=_("Choose whether it was given or refused."))
        if not evidence:
            return self._shown(sent, error=_("Say how you know: a call, a letter, a form."))
        try:
            actions.consent(
                person=self.person, purpose=sent.get("purpose", ""), channel=sent.get("channel", ""),
                is_given=sent["is_given"] == "yes", evidence=evidence[:500], by=me(request), now=timezone.now(),
            )  # fmt: skip
        except (consent.Unknown, actions.Gone):
            raise Http404 from None
        audit.note(
            request, audit.CHANGED, kind="person", record_id=self.person.root.pk, title=self.person.title,
            detail={"fields": ["consent"]},
        )  # fmt: skip
        if not self.is_part:
            messages.success(request, _("The consent was noted."))
            return redirect("profiles:person", self.person.root.pk)
        context = panels.consent(self.person) | {"person": self.person, "may_change": True}
        response = render(request, "profiles/consent.html", context)
        response["HX-Trigger"] = json.dumps(
            {"jk:toast": {"text": _("The consent was noted."), "tone": "success"}}
        )
        return response

    def _shown(self, asked: Any, error: str = "") -> HttpResponse:
        state = consent.states(self.person.trail_ids).get(
            (asked.get("purpose", ""), asked.get("channel", ""))
        )
        if state is None:
            raise Http404
        context = panels.consent(self.person) | {
            "person": self.person,
            "may_change": True,
            "state": panels.Cell.of(state),
            "evidence": asked.get("evidence", ""),
            "given": asked.get("is_given", ""),
            "error": error,
        }
        if self.is_part:
            return render(self.request, "profiles/consent.html", context)
        return self.render_to_response(self.get_context_data(**context))

    def get_title(self) -> str:
        return _("Consent of %(name)s") % {"name": self.person.title}

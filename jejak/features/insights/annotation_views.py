"""The pages of annotations: what staff wrote beside days, drawn into lines over time."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jejak.backoffice.frame import AdminPage
from jejak.questions import annotations
from jejak.questions.models import Annotation
from jejak.staff import audit

_KIND = "annotation"
_MOST = 500


class AnnotationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What happened, when, and where."""

    class Meta:
        model = Annotation
        fields = ["words", "on", "until_on", "channel", "place"]
        widgets = {
            "on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "until_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "until_on": gettext_lazy("Only where it lasted longer than a day."),
            "channel": gettext_lazy("Only where it is about one channel, such as whatsapp."),
            "place": gettext_lazy("Only where it is about one place."),
        }

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        on, until_on = given.get("on"), given.get("until_on")
        if on and until_on and until_on < on:
            self.add_error("until_on", _("The last day lies before the first."))
        if on and not 1990 <= on.year <= 2200:
            self.add_error("on", _("“%(said)s” is not a day such as 2026-11-22.") % {"said": on})
        return given


class Annotations(AdminPage):
    """All annotations, the latest first."""

    title = gettext_lazy("Annotations")
    subtitle = gettext_lazy("What happened when, drawn into every line over time.")
    icon = "flag"
    permission = "questions.view_annotation"
    template_name = "insights/annotations.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listed = Annotation.objects.select_related("owner")[:_MOST]
        return super().get_context_data(**({"annotations": listed} | kwargs))


class Add(AdminPage):
    """Write an annotation. The address may name its day: ?on=2026-11-22."""

    title = gettext_lazy("Write an annotation")
    icon = "flag"
    permission = "questions.add_annotation"
    template_name = "insights/annotation.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("insights:annotations"), _("Annotations")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {"form": self._form(None)}
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        annotation = self._keep(form.cleaned_data)
        messages.success(request, _("Kept."))
        audit.note(request, self._verb, kind=_KIND, record_id=annotation.pk, title=annotation.words)
        return redirect("insights:annotations")

    _verb = audit.ADDED

    def _form(self, given: Any) -> AnnotationForm:
        try:
            on = date.fromisoformat(self.request.GET.get("on", ""))
        except ValueError:
            on = datetime.now(UTC).date()
        return AnnotationForm(given, initial={"on": on})

    def _keep(self, said: dict[str, Any]) -> Annotation:
        user: Any = self.request.user
        return annotations.add(by=user, now=datetime.now(UTC), **said)


class Change(Add):
    """Change an annotation."""

    title = gettext_lazy("Change an annotation")
    permission = "questions.change_annotation"
    _verb = audit.CHANGED

    def _form(self, given: Any) -> AnnotationForm:
        return AnnotationForm(given, instance=get_object_or_404(Annotation, pk=self.kwargs["pk"]))

    def _keep(self, said: dict[str, Any]) -> Annotation:
        annotation = get_object_or_404(Annotation, pk=self.kwargs["pk"])
        annotations.change(annotation=annotation, now=datetime.now(UTC), **said)
        annotation.refresh_from_db()
        return annotation


class Delete(AdminPage):
    """Delete an annotation."""

    permission = "questions.delete_annotation"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        annotation = get_object_or_404(Annotation, pk=kwargs["pk"])
        pk, words = annotation.pk, annotation.words
        annotations.delete(annotation=annotation)
        audit.note(request, audit.DELETED, kind=_KIND, record_id=pk, title=words)
        messages.success(request, _("Deleted."))
        return redirect("insights:annotations")

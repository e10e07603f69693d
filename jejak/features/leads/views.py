"""The public form, and the pages of staff: leads, forms, rules."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from jejak.backoffice.frame import AdminPage
from jejak.backoffice.policy import policy
from jejak.features.leads import actions, guarding
from jejak.features.leads.forms import (
    AssignmentRuleForm,
    LeadFormForm,
    PublicForm,
    ScoreRuleForm,
    TryForm,
    offered_fields,
)
from jejak.features.leads.models import AssignmentRule, Lead, LeadForm, ScoreRule
from jejak.people import search
from jejak.people.models import Person
from jejak.records.changing import BadValues
from jejak.staff import audit, scope

_A_PIECE = 50


# It lies within pages of other sites, whose cookies are not ours; the signed token stands for the CSRF token.
@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "POST"])
def fill_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a form to a customer, or take what they typed."""
    form = get_object_or_404(LeadForm, slug=slug, is_open=True)
    with override(form.language):
        response = _posted(request, form) if request.method == "POST" else _shown(request, form)
    response["Content-Security-Policy"] = policy(framed_anywhere=True)
    response["Content-Language"] = form.language
    return response


def _shown(
    request: HttpRequest, form: LeadForm, filled: PublicForm | None = None, *, trouble: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "filled": filled or PublicForm(form),
        "token": guarding.token(),
        "trap": guarding.TRAP,
        "trouble": trouble,
    }
    return render(request, "leads/fill_in.html", context, status=400 if filled or trouble else 200)


def _posted(request: HttpRequest, form: LeadForm) -> HttpResponse:
    filled = PublicForm(form, request.POST)
    thanks = render(request, "leads/thanks.html", {"form": form})
    if request.POST.get(guarding.TRAP):
        return thanks  # Machines are not told that we noticed.
    try:
        token = guarding.check(request, request.POST.get("token", ""))
    except guarding.TooMany:
        return render(request, "leads/too_many.html", {"form": form}, status=429)
    except (guarding.TooFast, guarding.TooOld):
        return _shown(request, form, filled, trouble="again")
    if not filled.is_valid():
        return _shown(request, form, filled)
    try:
        actions.capture(
            form=form,
            values=filled.values,
            answer=filled.cleaned_data.get("answer", ""),
            has_consented=bool(filled.cleaned_data.get("consent")),
            token=token,
            now=datetime.now(UTC),
        )
    except actions.SentAlready:
        pass  # The first one counts; thanking twice harms nobody.
    except BadValues:
        return _shown(request, form, filled, trouble="again")
    return thanks


class Leads(AdminPage):
    """Who filled in a form, the newest first."""

    title = _("Leads")
    subtitle = _("Who filled in one of your forms, what they are worth, and who has them.")
    icon = "user-circle-plus"
    permission = "leads.view_lead"
    template_name = "leads/leads.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        leads = _of(self.request.user).select_related("form", "person__root", "owner", "rule")
        if self.request.GET.get("mine"):
            leads = leads.filter(owner=self.request.user.pk)
        after = _number(self.request.GET.get("after"))
        if after:
            leads = leads.filter(pk__lt=after)
        listed = list(leads.order_by("-pk")[: _A_PIECE + 1])
        labels = {one.key: one.label for one in offered_fields()}
        own = {
            "leads": [(lead, _answers(lead, labels)) for lead in listed[:_A_PIECE]],
            "more": listed[_A_PIECE - 1].pk if len(listed) > _A_PIECE else "",
            "has_forms": LeadForm.objects.exists(),
        }
        return super().get_context_data(**(kwargs | own))


class TakeOver(AdminPage):
    """Takes what was typed into the fields of the person."""

    permission = "leads.change_lead"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        lead = get_object_or_404(_of(request.user), pk=kwargs["lead_id"])
        if not request.user.has_perm("people.change_person"):
            raise PermissionDenied
        try:
            actions.take_over(lead=lead, by=request.user, now=datetime.now(UTC))  # type: ignore[arg-type]
        except BadValues as error:
            return render(request, "leads/refused.html", {"error": error}, status=400)
        audit.note(request, audit.CHANGED, kind="person", record_id=lead.person_id, detail={"lead": lead.pk})
        return redirect("leads:leads")


class Forms(AdminPage):
    """The forms, and the rules beside them."""

    title = _("Lead forms")
    subtitle = _(
        "Forms on your site or under an address of their own. Each answer is scored and given to somebody."
    )
    icon = "clipboard-text"
    permission = "leads.change_leadform"
    template_name = "leads/forms.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "forms": [
                (form, self.request.build_absolute_uri(reverse("leads_fill_in", args=[form.slug])))
                for form in LeadForm.objects.annotate(n=Count("leads")).order_by("-pk")
            ],
            "score_rules": ScoreRule.objects.all(),
            "assignment_rules": AssignmentRule.objects.select_related("owner", "form"),
            "try_form": TryForm(self.request.GET if "person" in self.request.GET else None),
            "tried": self._tried(),
        }
        return super().get_context_data(**(kwargs | own))

    def _tried(self) -> tuple[Person, actions.Outcome] | None:
        found = search.search(self.request.GET.get("person", ""))
        seen = (one.person for one in found if scope.sees(self.request.user, one.person))
        person = next(seen, None)
        return (person, actions.weigh(form=None, person=person)) if person else None


class _Edit(AdminPage):
    """The base: make, change or delete one thing by its form."""

    permission = "leads.change_leadform"
    template_name = "leads/edit.html"
    model: Any
    form_class: Any
    new_title: Any
    kind: str
    """What the audit log calls it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        pk = kwargs.get("pk")
        self.held = get_object_or_404(self.model, pk=pk) if pk else None
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> Any:
        return self.held or self.new_title

    def get_back(self) -> tuple[str, Any]:
        return reverse("leads:forms"), _("Lead forms")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._with(self.form_class(instance=self.held))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "delete" in request.POST and self.held is not None:
            if self.model is LeadForm and self.held.leads.exists():
                raise Http404  # Its leads would go with it; it is closed instead.
            audit.note(request, audit.DELETED, kind=self.kind, record_id=self.held.pk, title=str(self.held))
            self.held.delete()
            return redirect("leads:forms")
        form = self.form_class(request.POST, instance=self.held)
        if not form.is_valid():
            return self._with(form)
        saved = form.save()
        audit.note(
            request,
            audit.CHANGED if self.held else audit.ADDED,
            kind=self.kind,
            record_id=saved.pk,
            title=str(saved),
            detail={"fields": sorted(form.changed_data)},
        )
        return redirect("leads:forms")

    def _with(self, form: Any) -> HttpResponse:
        can_delete = self.held is not None and not (self.model is LeadForm and self.held.leads.exists())
        return self.render_to_response(self.get_context_data(form=form, can_delete=can_delete))


class EditForm(_Edit):
    model, form_class, new_title = LeadForm, LeadFormForm, _("New lead form")
    kind = "lead form"


class EditScoreRule(_Edit):
    model, form_class, new_title = ScoreRule, ScoreRuleForm, _("New score rule")
    kind = "score rule"


class EditAssignmentRule(_Edit):
    model, form_class, new_title = AssignmentRule, AssignmentRuleForm, _("New assignment rule")
    kind = "assignment rule"


def _of(user: Any) -> "QuerySet[Lead]":
    return scope.limit(Lead.objects.all(), user, team="person__team_key", owner="owner")


def _answers(lead: Lead, labels: dict[str, Any]) -> list[tuple[Any, str]]:
    kind_fields = {one.key: one for one in offered_fields()}
    return [
        (labels.get(key, key), kind_fields[key].type.show(value, kind_fields[key].options))
        for key, value in lead.answers.items()
        if value is not None and key in kind_fields
    ]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0

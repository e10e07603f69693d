"""One field, changed in its place; and what a link may mean while somebody types."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from jejak.backoffice.frame import AdminPage
from jejak.features.crm import entering
from jejak.features.crm.actions.deals import MovedMeanwhile
from jejak.features.crm.views import staff
from jejak.records import changing, kinds
from jejak.records.changing import BadValues, ChangedMeanwhile
from jejak.records.kinds import Kind, NoSuchField, NoSuchKind
from jejak.staff import audit

KINDS = ("company", "deal")


class InPlace(AdminPage):
    """Read one field, or change it: a piece of its page with JavaScript, a small page without."""

    template_name = "crm/field_page.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.refusal = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._find(request)
        if "HX-Request" in request.headers and "cancel" in request.GET:
            return self._read(request)
        return self._form(request)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._find(request)
        now, key = timezone.now(), self.key
        try:
            values = entering.entered(self.record_kind, [key], request.POST, by=staff(request))
            deed = changing.change(
                kind=self.record_kind,
                record=self.record,
                values=values,
                by=staff(request),
                now=now,
                seen=entering.seen(request.POST, [key]),
            )
        except BadValues as error:
            text = error.errors.get(key) or "; ".join(error.errors.values())
            return self._form(request, errors={key: text})
        except (ChangedMeanwhile, MovedMeanwhile):
            self.record.refresh_from_db()
            return self._form(
                request,
                errors={key: _("Somebody else changed it meanwhile. This is what it holds now.")},
                anew=True,
            )
        if deed is not None:
            audit.note(
                request,
                audit.CHANGED,
                kind=self.record_kind.key,
                record_id=self.record.pk,
                title=self.record_kind.label_of(self.record),
                detail={"fields": [key]},
            )
        if "HX-Request" in request.headers:
            return self._read(request)
        if deed is not None:
            messages.success(request, _("Saved."))
        return redirect(self._page())

    def get_title(self) -> Any:
        return self.record_kind.field(self.key).label

    def get_back(self) -> tuple[str, Any]:
        return self._page(), self.record_kind.label_of(self.record)

    def _find(self, request: HttpRequest) -> None:
        self.record_kind, self.record = record_or_404(
            request, self.kwargs["kind"], self.kwargs["record_id"], "change"
        )
        self.key = self.kwargs["key"]
        try:
            if not self.record_kind.field(self.key).is_editable:
                raise Http404
        except NoSuchField:
            raise Http404 from None

    def _page(self) -> str:
        return self.record_kind.link(self.record.pk) if self.record_kind.link else "/"

    def _read(self, request: HttpRequest) -> HttpResponse:
        # What was saved may have changed other things the field shows, such as the currency of an amount.
        self.record.refresh_from_db()
        shown = entering.shown(self.record_kind, self.record, [self.key], by=staff(request), may_change=True)
        return render(request, "crm/field.html", {"one": shown[0], **self._about()})

    def _form(
        self, request: HttpRequest, *, errors: dict[str, str] | None = None, anew: bool = False
    ) -> HttpResponse:
        given = {self.key: request.POST.get(self.key, "")} if errors and not anew else None
        made = entering.inputs(self.record_kind, [self.key], record=self.record, given=given, errors=errors)
        context = {"input": made[0], **self._about()}
        if "HX-Request" in request.headers:
            return render(request, "crm/field_form.html", context)
        return self.render_to_response(self.get_context_data(**context))

    def _about(self) -> dict[str, Any]:
        return {"kind": self.record_kind.key, "record_id": self.record.pk}


class Suggest(AdminPage):
    """The records that a text may mean, as options of a list."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = request.GET.get(request.GET.get("of", ""), "").strip()[:100]
        try:
            found = entering.suggestions(kwargs["kind"], text, by=staff(request)) if text else []
        except NoSuchKind:
            raise Http404 from None
        return render(request, "crm/suggestions.html", {"found": found})


def record_or_404(request: HttpRequest, kind_key: str, record_id: int, verb: str) -> tuple[Kind, Any]:
    """Return a record that the staff member may see, or change; 403 without the permission, 404 out of reach."""
    if kind_key not in KINDS:
        raise Http404
    kind = kinds.kind(kind_key)
    if not kind.allows(request.user, verb):
        raise PermissionDenied
    return kind, get_object_or_404(entering.reachable(kind, staff(request)), pk=record_id)

"""Doors for whoever wants to have what is known of them, or to be forgotten."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jejak import eventlog
from jejak.backoffice.frame import AdminPage
from jejak.common import later
from jejak.features.profiles import moments, timeline
from jejak.features.profiles.reach import me, person_or_404
from jejak.people import exporting, forgetting
from jejak.people.models import Receipt
from jejak.people.normalising import normalise
from jejak.people.whole import Whole
from jejak.staff import audit

_MOST_ON_PAGE = 2_000


class Export(AdminPage):
    """Everything that is known of a person, as a ZIP file."""

    permission = "people.export_person"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("people.export_unmasked"):
            raise PermissionDenied  # Whoever gets names masked gets no file of one person.
        person, now = person_or_404(request, kwargs["person_id"]), timezone.now()
        try:
            page = render_to_string("profiles/export.html", self._page(person) | {"now": now})
            file = exporting.archive(person, page=page, now=now)
        except eventlog.Away:
            messages.error(request, _("The log does not answer just now; try again later."))
            return redirect("profiles:person", person.root.pk)
        audit.note(request, audit.EXPORTED, kind="person", record_id=person.root.pk, title=person.title)
        return FileResponse(file, as_attachment=True, filename=f"person-{person.root.pk}.zip")  # type: ignore[return-value]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(status=405, headers={"Allow": "POST"})

    def _page(self, person: Whole) -> dict[str, Any]:
        piece = timeline.timeline(person.trail_ids, limit=_MOST_ON_PAGE)
        parts = [(part.title, exporting.text(part.tell(person), indent=2)) for part in exporting.parts()]
        return {
            "person": person,
            "parts": parts,
            "days": moments.days(piece.folds),
            "cut": piece.end is not None,
        }


class Forget(AdminPage):
    """What would go, and a word to type before it does."""

    permission = "people.forget_person"
    template_name = "profiles/forget.html"
    icon = "trash"
    person: Whole

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person = person_or_404(request, kwargs["person_id"])
        return self._shown()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person = person_or_404(request, kwargs["person_id"])
        sent = request.POST
        if " ".join(sent.get("typed", "").split()).casefold() != self._word().casefold():
            return self._shown(error=_("Type the word exactly as it stands."))
        try:
            receipt = forgetting.ask(
                person=self.person, by=me(request), reason=" ".join(sent.get("reason", "").split()),
                suppress="suppress" in sent, now=timezone.now(),
            )  # fmt: skip
        except forgetting.AlreadyAsked:
            messages.info(request, _("This person is being forgotten already."))
            return redirect("profiles:receipts")
        # No title: who it was is what goes.
        audit.note(
            request,
            audit.FORGOT,
            kind="person",
            record_id=self.person.root.pk,
            detail={"receipt": str(receipt.pk)},
        )
        later.wake("forgetting")
        return redirect("profiles:receipt", receipt.pk)

    def _word(self) -> str:
        return self.person.title

    def _shown(self, **more: Any) -> HttpResponse:
        sent = self.request.POST
        context = {
            "person": self.person,
            "word": self._word(),
            "reason": sent.get("reason", ""),
            "suppress": "suppress" in sent,
            **more,
        }
        try:
            context["going"] = forgetting.preview(self.person, now=timezone.now())
        except eventlog.Away:
            context["away"] = True
        return self.render_to_response(self.get_context_data(**context))

    def get_title(self) -> str:
        return _("Forget %(name)s") % {"name": self.person.title}

    def get_back(self) -> tuple[str, Any]:
        return reverse("profiles:person", args=[self.person.root.pk]), self.person.title


class Receipts(AdminPage):
    """Who was forgotten when, by number."""

    permission = "people.forget_person"
    title = gettext_lazy("Forgotten")
    subtitle = gettext_lazy("Receipts of people who were forgotten. They say what went, and not who it was.")
    icon = "receipt"
    template_name = "profiles/receipts.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("lists:people"), _("People")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        receipts = Receipt.objects.select_related("asked_by").order_by("-asked_at")[:200]
        return super().get_context_data(receipts=receipts, **kwargs)


class OneReceipt(AdminPage):
    """A receipt: on paper, as JSON, and whether it is somebody's."""

    permission = "people.forget_person"
    template_name = "profiles/receipt.html"
    icon = "receipt"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.receipt = Receipt.objects.select_related("asked_by").filter(pk=kwargs["receipt_id"]).first()
        if self.receipt is None:
            raise Http404
        if request.GET.get("as") == "json":
            response = JsonResponse(self._told(), json_dumps_params={"indent": 2})
            response["Content-Disposition"] = f'attachment; filename="receipt-{self.receipt.pk}.json"'
            return response
        return self.render_to_response(self.get_context_data(**self._context(request.GET.get("handle", ""))))

    def _context(self, handle: str) -> dict[str, Any]:
        assert self.receipt is not None
        parts = [(part.title, self.receipt.counts.get(part.key)) for part in forgetting.parts()]
        return {
            "receipt": self.receipt,
            "parts": parts,
            "handle": handle,
            "proven": _proven(self.receipt, handle),
        }

    def _told(self) -> dict[str, Any]:
        assert self.receipt is not None
        receipt = self.receipt
        return {
            "id": str(receipt.pk),
            "asked_at": receipt.asked_at.isoformat(),
            "asked_by": receipt.asked_by.get_username() if receipt.asked_by else "",
            "reason": receipt.reason,
            "done_at": receipt.done_at.isoformat() if receipt.done_at else None,
            "waits_for": receipt.trouble,
            "refused_from_now_on": receipt.suppress,
            "gone": receipt.counts,
            "salt": receipt.salt,
            "sha256_of_salt_kind_and_handle": receipt.digests,
        }

    def get_title(self) -> str:
        return _("Receipt of forgetting")

    def get_back(self) -> tuple[str, Any]:
        return reverse("profiles:receipts"), _("Forgotten")


def _proven(receipt: Receipt, typed: str) -> bool | None:
    if not typed.strip():
        return None
    kinds = ("email", "phone", "whatsapp", "user_id", "anonymous_id", "telegram")
    spelled = ((kind, normalise(kind, typed, settings.PHONE_COUNTRIES)) for kind in kinds)
    return any(forgetting.proves(receipt, (kind, value)) for kind, value in spelled if value)

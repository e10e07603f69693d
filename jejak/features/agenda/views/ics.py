"""Taking in calendars of others: choose, look at what would come, then let it come."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jejak.backoffice.frame import AdminPage
from jejak.features.agenda import lists
from jejak.features.agenda.ics import importing, reading
from jejak.features.agenda.models import CalendarFile
from jejak.features.agenda.views.asking import me
from jejak.records import changing
from jejak.staff import audit

_ADD = "agenda.add_meeting"
_SHOWN = 200


class Upload(AdminPage):
    """Choose a calendar file, or paste one."""

    title = _("Take in a calendar")
    subtitle = _("Nothing is taken in yet: first you see what would come.")
    icon = "calendar"
    permission = _ADD
    template_name = "agenda/ics_upload.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("agenda:calendar"), _("Calendar")

    def post(self, request: HttpRequest) -> HttpResponse:
        file, pasted = request.FILES.get("file"), request.POST.get("text", "")
        if file is not None and file.size is not None and file.size > reading.MOST_BYTES:
            return self._again(_t("The file is larger than 2 MB."), pasted, 413)
        data = file.read(reading.MOST_BYTES + 1) if file is not None else pasted.encode()
        if not data.strip():
            return self._again(_t("Choose a file, or paste a calendar."), pasted)
        try:
            reading.read(data, zone=timezone.get_current_timezone(), now=_now())
        except reading.NotACalendar as error:
            return self._again(str(error), pasted)
        held = CalendarFile.objects.create(
            by=me(request),
            name=(file.name or "")[:200] if file is not None else _t("Pasted"),
            text=reading.decoded(data),
            made_at=_now(),
        )
        return redirect("agenda:ics_look", held.pk)

    def _again(self, error: str, text: str, status: int = 422) -> HttpResponse:
        return self.render_to_response(self.get_context_data(error=error, text=text), status=status)


class Look(AdminPage):
    """What a calendar would bring; then, that it comes."""

    icon = "calendar"
    permission = _ADD
    template_name = "agenda/ics_look.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.has_perm(self.permission):
            self.held = get_object_or_404(
                CalendarFile.objects.select_related("change"), pk=kwargs["file_id"], by=request.user.pk
            )
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> Any:
        return self.held.name or _("Take in a calendar")

    def get_back(self) -> tuple[str, Any]:
        return reverse("agenda:ics"), _("Take in a calendar")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.held.change is not None:
            return super().get_context_data(done=self.held.change, **kwargs)
        read, steps = self._steps()
        counts = {verdict: sum(step.verdict == verdict for step in steps) for verdict in importing.VERDICTS}
        own = {
            "steps": steps[:_SHOWN],
            "more": max(0, len(steps) - _SHOWN),
            "counts": [(importing.VERDICTS[verdict], count) for verdict, count in counts.items() if count],
            "left_out": read.left_out[:_SHOWN],
            "does_something": any(step.does_something for step in steps),
        }
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.held.change is not None:
            if request.POST.get("undo"):
                return self._undo(request)
            return redirect("agenda:ics_look", self.held.pk)
        _read, steps = self._steps()
        done = importing.do(steps, by=me(request), note=self.held.name, now=_now())
        # Two clicks are one import: what came of the second is nothing new, and the first is kept.
        CalendarFile.objects.filter(pk=self.held.pk, change=None).update(change=done.change, text="")
        audit.note(
            request,
            audit.IMPORTED,
            kind="meeting",
            detail={"added": done.added, "changed": done.changed, "answers": done.answers},
        )
        for title, why in done.refused[:5]:
            messages.error(request, f"{title}: {why}")
        total = done.added + done.changed + done.answers
        messages.success(
            request,
            ngettext("%(n)s meeting was taken in.", "%(n)s meetings were taken in.", total) % {"n": total},
        )
        return redirect("agenda:ics_look", self.held.pk)

    def _undo(self, request: HttpRequest) -> HttpResponse:
        if self.held.change is None:
            raise Http404
        try:
            undone = changing.undo(change=self.held.change, by=me(request), now=_now())
        except changing.UndoneAlready:
            messages.error(request, _t("It was undone before."))
        except changing.NotNow as error:
            messages.error(request, str(error))
        else:
            audit.note(request, audit.UNDID, kind="meeting", detail={"restored": undone.restored})
            messages.success(request, _t("Undone. What was changed since stays as it is."))
        return redirect("agenda:ics_look", self.held.pk)

    def _steps(self) -> tuple[reading.Reading, list[importing.Step]]:
        read = reading.read(self.held.text.encode(), zone=timezone.get_current_timezone(), now=_now())
        return read, importing.plan(read, mine=lists.meetings(self.request.user))


def _now() -> datetime:
    return datetime.now(UTC)

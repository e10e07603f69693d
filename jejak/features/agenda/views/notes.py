"""The pages of notes."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jejak.backoffice.frame import AdminPage
from jejak.features.agenda import about, lists
from jejak.features.agenda.actions import notes
from jejak.features.agenda.models import Note
from jejak.features.agenda.views.asking import back, me
from jejak.staff import audit

_VIEW, _ADD, _CHANGE = "agenda.view_note", "agenda.add_note", "agenda.change_note"
_ON_A_PAGE = 25


def found(request: HttpRequest, kind: str, record_id: int) -> about.About:
    """Return a record that this request may see, or answer that there is none."""
    try:
        return about.find(kind, record_id, request.user)
    except about.NotThere:
        raise Http404 from None


class Notes(AdminPage):
    """All notes of one record."""

    icon = "note"
    permission = _VIEW
    template_name = "agenda/notes.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.has_perm(self.permission):
            self.on = found(request, kwargs["kind"], kwargs["record_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> Any:
        return _("Notes on %(title)s") % {"title": self.on.title}

    def get_back(self) -> tuple[str, Any]:
        return self.on.link or reverse("wagtailadmin_home"), self.on.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(lists.notes(self.on), _ON_A_PAGE).get_page(self.request.GET.get("page"))
        audit.note(self.request, audit.SAW, kind=self.on.kind, record_id=self.on.id, title=self.on.title)
        own = {"on": self.on, "notes": page, "may_add": self.request.user.has_perm(_ADD)}
        return super().get_context_data(**(own | kwargs))


class Write(AdminPage):
    """Takes a note."""

    http_method_names = ["post"]
    permission = _ADD

    def post(self, request: HttpRequest) -> HttpResponse:
        pk = request.POST.get("about_id", "")
        on = found(request, request.POST.get("about_kind", ""), int(pk) if pk.isdecimal() else 0)
        try:
            notes.write(
                text=request.POST.get("text", ""),
                about_kind=on.kind,
                about_id=on.id,
                by=me(request),
                now=_now(),
            )
        except notes.BadNote as error:
            messages.error(request, str(error))
        else:
            audit.note(
                request,
                audit.CHANGED,
                kind=on.kind,
                record_id=on.id,
                title=on.title,
                detail={"fields": ["note"]},
            )
        return back(request)


class _OfOne(AdminPage):
    """A page of one note."""

    permission = _CHANGE

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.has_perm(self.permission):
            self.note = get_object_or_404(Note, pk=kwargs["note_id"])
            self.on = found(request, self.note.about_kind, self.note.about_id or 0)
        return super().dispatch(request, *args, **kwargs)


class Edit(_OfOne):
    """Changes a note of one's own."""

    title = _("Change the note")
    icon = "note-pencil"
    template_name = "agenda/note.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("agenda:notes", args=[self.on.kind, self.on.id]), _("Notes")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "note": self.note,
            "text": self.note.text,
            "versions": self.note.versions.order_by("-until"),
            "is_own": self.note.by_id == self.request.user.pk or self.request.user.is_superuser,
        }
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = request.POST.get("text", "")
        try:
            notes.change(note=self.note, text=text, by=me(request), now=_now())
        except notes.NotYours:
            raise PermissionDenied from None
        except notes.BadNote as error:
            return self.render_to_response(self.get_context_data(text=text, error=str(error)), status=422)
        return back_to(request, self.on)


class Delete(_OfOne):
    """Takes a note of one's own away, or brings it back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if request.POST.get("restore"):
                notes.restore(note=self.note, by=me(request))
            else:
                notes.delete(note=self.note, by=me(request), now=_now())
        except notes.NotYours:
            raise PermissionDenied from None
        return back_to(request, self.on)


class Pin(_OfOne):
    """Has a note stand first, or not any more."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        notes.pin(note=self.note, is_pinned=request.POST.get("pinned") != "0", now=_now())
        return back_to(request, self.on)


def back_to(request: HttpRequest, on: about.About) -> HttpResponse:
    """Return to where the form was, or to all notes of the record."""
    if request.POST.get("next"):
        return back(request)
    return redirect("agenda:notes", on.kind, on.id)


def _now() -> datetime:
    return datetime.now(UTC)

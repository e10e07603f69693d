"""Who may see and do what with records: the kind, the right to the verb, and the reach of whoever asks."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator

from jejak.backoffice.frame import AdminPage, require_admin_access
from jejak.records import kinds
from jejak.records.kinds import Kind, NoSuchKind
from jejak.staff.models import User

PERSONAL = frozenset({"person"})
"""Kinds whose records are personal data: who looks at them is in the audit log."""


def kind_or_404(key: str) -> Kind:
    """Return a kind. Raises Http404."""
    try:
        return kinds.kind(key)
    except NoSuchKind:
        raise Http404 from None


def allowed_kind(user: Any, key: str, verb: str) -> Kind:
    """Return a kind that somebody may do something with. Raises Http404, PermissionDenied."""
    kind = kind_or_404(key)
    if not kind.allows(user, verb):
        raise PermissionDenied
    return kind


def visible_kinds(user: Any) -> list[Kind]:
    """Return the kinds that somebody may see."""
    return [kind for kind in kinds.kinds() if kind.allows(user, "view")]


def record_or_404(kind: Kind, user: Any, record_id: int) -> Any:
    """Return a record within somebody's reach. Raises Http404."""
    if not 0 < record_id < 2**63:
        raise Http404
    record = kind.seen_by(user).filter(pk=record_id).first()
    if record is None:
        raise Http404
    return record


def link_to(kind: Kind, record_id: int) -> str:
    """Return the address of a record's page: the kind's own, or that of every record."""
    own = kind.link(record_id) if kind.link else ""
    return own or reverse("lists:record", args=[kind.key, record_id])


@method_decorator(require_admin_access, name="dispatch")
class KindPage(AdminPage):
    """A page of one kind, for staff who may do `verb` with it."""

    verb = "view"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.kind = allowed_kind(request.user, kwargs["kind"], self.verb)
        return super().dispatch(request, *args, **kwargs)

    @property
    def user(self) -> User:
        user = self.request.user
        assert isinstance(user, User)
        return user

    def get_back(self) -> tuple[str, Any] | None:
        return reverse("lists:list", args=[self.kind.key]), self.kind.plural

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        own = {
            "kind": self.kind,
            "may": {verb: self.kind.allows(user, verb) for verb in ("add", "change", "delete", "export")},
        }
        return super().get_context_data(**(own | kwargs))


def is_htmx(request: HttpRequest) -> bool:
    """Tell whether HTMX asks for a part of a page."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def redirected(request: HttpRequest, url: str) -> HttpResponse:
    """Return a redirect that a form and HTMX both follow."""
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponse(status=303, headers={"Location": url})

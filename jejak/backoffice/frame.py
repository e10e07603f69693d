"""Pages of our own inside the frame. The one file that touches Wagtail names which are not documented."""

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.generic.base import ContextMixin, TemplateResponseMixin, View
from wagtail.admin.auth import require_admin_access

__all__ = ["AdminPage", "require_admin_access"]


@method_decorator(require_admin_access, name="dispatch")
class AdminPage(TemplateResponseMixin, ContextMixin, View):
    """A page of the back office: for staff only, in their language, inside the frame.

    Its template extends "backoffice/page.html". Beside a generic view it stands first: (AdminPage, FormView).

    title, subtitle, icon: what the head shows; methods get_title() and get_subtitle() where they depend.
    permission: "app.codename" that staff need. back: (address, label) of the page above, or get_back().
    wagtail_assets: load Wagtail's styles and scripts too, for pages that show its form widgets.
    """

    title: Any = ""
    subtitle: Any = ""
    icon: str = ""
    permission: str = ""
    wagtail_assets: bool = False
    template_name = "backoffice/page.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.permission and not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # A generic view mixed in behind this one knows better what its GET does.
        if behind := getattr(super(), "get", None):
            return cast(HttpResponse, behind(request, *args, **kwargs))
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_title(self) -> Any:
        return self.title

    def get_subtitle(self) -> Any:
        return self.subtitle

    def get_back(self) -> tuple[str, Any] | None:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "title": self.get_title(),
            "subtitle": self.get_subtitle(),
            "icon": self.icon,
            "back": self.get_back(),
            "wagtail_assets": self.wagtail_assets,
        }
        return super().get_context_data(**(own | kwargs))

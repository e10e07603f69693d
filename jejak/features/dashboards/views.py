"""The pages of dashboards: all of them, and one of them."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jejak.backoffice.frame import AdminPage
from jejak.features.dashboards import actions, filters, tiles

VIEW = "dashboards.view_dashboard"


class _Page(AdminPage):
    permission = VIEW
    icon = "squares-four"

    def get_back(self) -> Any:
        return reverse("dashboards:dashboards"), _("Dashboards")


class Dashboards(_Page):
    """The dashboards that somebody may read."""

    title = gettext_lazy("Dashboards")
    subtitle = gettext_lazy("What each team looks at, on one page.")
    template_name = "dashboards/list.html"

    def get_back(self) -> Any:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        return super().get_context_data(**({"dashboards": actions.seen_by(user)} | kwargs))


class One(_Page):
    """One dashboard."""

    template_name = "dashboards/dashboard.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if user.is_authenticated:
            self.dashboard = get_object_or_404(actions.seen_by(user), pk=kwargs["dashboard_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> Any:
        return self.dashboard.name

    def get_subtitle(self) -> Any:
        return self.dashboard.sentence

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wide = filters.opened(self.dashboard.filters, self.request.GET.dict())
        held = list(self.dashboard.tiles.select_related("question"))
        drawn = tiles.draw_all(held, now=datetime.now(UTC), viewer=self.request.user, wide=wide)
        own = {"dashboard": self.dashboard, "drawn": list(zip(held, drawn, strict=True))}
        return super().get_context_data(**(own | kwargs))

"""The page that tells whoever runs this install how it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from jejak.backoffice.frame import AdminPage
from jejak.features.operations import state

_DAY = timedelta(days=1)
_LITTLE_SPACE = 0.05


class Operations(AdminPage):
    """How the log, the pipeline and the disk are."""

    title = _("Operations")
    subtitle = _("How this install is, right now.")
    icon = "heartbeat"
    permission = "staff.view_operations"
    template_name = "operations/operations.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the report and what follows from it."""
        now = datetime.now(UTC)
        report = state.report()
        oldest = report.waiting.oldest_at
        return super().get_context_data(
            report=report,
            refused_today=state.refused_since(now - _DAY),
            waiting_seconds=(now - oldest).total_seconds() if oldest else None,
            has_little_space=report.free_bytes < report.disk_bytes * _LITTLE_SPACE,
            home=settings.HOME,
            database=connection.display_name,
            **kwargs,
        )

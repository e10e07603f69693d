"""Tells whoever starts Jejak when charts, icons and font are not there."""

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from jejak.backoffice import assets


@register()
def assets_are_there(**_options: Any) -> list[CheckMessage]:
    """Warn, and no more: the back office works without them, only barely to look at."""
    if assets.complete():
        return []
    return [
        Warning(
            "Charts, icons and font of the back office are not there, or not as package-lock.json pins them.",
            hint="Fetch them: python -m jejak.backoffice.assets",
            id="backoffice.W001",
        )
    ]

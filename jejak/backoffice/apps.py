"""The frame as an app of Django's."""

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "jejak.backoffice"

    def ready(self) -> None:
        from jejak.backoffice import checks  # noqa: F401 - importing it registers the check.

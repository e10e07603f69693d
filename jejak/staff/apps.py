"""Staff as an app of Django's."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "jejak.staff"

    def ready(self) -> None:
        from jejak.staff import logins  # noqa: F401 - importing it listens for them.

"""People as an app of Django's."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    name = "jejak.people"

    def ready(self) -> None:
        from jejak.people import mirroring

        post_migrate.connect(mirroring.watch, sender=self)
